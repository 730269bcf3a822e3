"""Each error class of a log: how often, since when, where, and how bad it is."""

from datetime import UTC, datetime, timedelta

import pytest

from gwdiag.logs.change import Shape
from gwdiag.logs.classes_seen import ClassSeen, classes_seen, severity_of
from gwdiag.logs.names import Names, rename
from gwdiag.logs.over_time import Span
from gwdiag.logs.tally import Cell, Tally
from gwdiag.logs.timeline import Timeline
from gwdiag.logs.traffic import Traffic
from gwdiag.model.definition import ApiDefinition
from gwdiag.model.finding import Scope, Severity, Window
from tests.logs.from_lines import Logs, class_in, outcomes_of, view_of
from tests.logs.small_logs import failures, log, old_failures, old_successes, successes
from tests.tyk_log import BEGIN, access, message

REFUSED = "upstream_dial_refused"


def at(second: float) -> datetime:
    return datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=second)


def seen(logs: Logs, id_: str = REFUSED, **more: object) -> ClassSeen:
    return class_in(view_of(logs, **more), id_)  # type: ignore[arg-type]


def test_a_class_with_all_that_is_told_of_it():
    found = seen({"gw-1": log(successes(0, 60), failures(60, 120))})

    assert (found.requests, found.notices, found.count, found.failed, found.asked, found.share) == (
        120,
        0,
        120,
        120,
        120,
        1.0,
    )
    assert (found.nodes, found.apis, found.upstreams) == (
        {"gw-1": 120},
        {"Orders": 120},
        {"http://orders.internal:9001": 120},
    )
    assert found.scope == Scope(nodes=("gw-1",), apis=("Orders",), upstreams=("http://orders.internal:9001",))
    assert found.window == Window(onset=at(59), first=at(60), last=at(119))
    assert found.change.shape is Shape.STEP
    assert found.ended is None
    assert found.span == Span(int(BEGIN) + 59, None)


def test_a_class_that_ended():
    found = seen({"gw-1": log(successes(0, 60), failures(60, 90), successes(90, 200))})

    assert (found.window.onset, found.ended) == (at(59), at(89))
    assert (found.failed, found.asked) == (60, 60)


def test_a_class_that_was_there_from_the_start():
    found = seen({"gw-1": log(successes(0, 60), failures(0, 60))})

    assert found.window == Window(onset=at(0), onset_at_start=True, first=at(0), last=at(59))
    assert found.share == 0.5


def test_there_from_the_start_though_the_gateway_took_a_while_to_get_requests():
    starting = [(0.0, message(0, "Tyk API Gateway v5.14.0"))]

    found = seen({"gw-1": log(starting, failures(12, 60, every=0.25))})

    assert (found.window.onset, found.window.onset_at_start) == (at(0), True)


def test_a_slow_failure_began_when_its_request_did():
    slow = failures(65, 125, error="dial tcp 10.20.0.31:9001: i/o timeout", flag="URT", latency=5000)

    found = seen({"gw-1": log(successes(0, 60), slow)}, "upstream_dial_timeout")

    assert found.window == Window(onset=at(60), first=at(65), last=at(124))


def test_a_few_failures_have_no_onset():
    found = seen({"gw-1": log(successes(0, 120), failures(70, 72, every=1))})

    assert found.window.onset is None
    assert (found.change.shape, found.count) == (Shape.RARE, 2)


def test_a_steady_background_has_no_onset():
    missing = [(second, access(second, status=404, path="/nothing")) for second in range(0, 200, 10)]

    found = seen({"gw-1": log(successes(0, 200, every=0.25), missing)}, "bad_client_request")

    assert (found.window.onset, found.window.onset_at_start, found.share) == (None, False, pytest.approx(20 / 820))


def test_when_other_traffic_grows_a_background_did_not_change():
    missing = [(second, access(second, status=404)) for second in range(0, 200, 5)]

    found = seen(
        {"gw-1": log(successes(0, 100, every=0.05), successes(100, 200, every=2), missing)}, "bad_client_request"
    )

    assert found.change.begin is None


def test_when_a_background_rises_it_has_an_onset():
    before = [(float(second), access(second, status=404)) for second in range(0, 100, 20)]
    since = [(100 + number / 2, access(100 + number / 2, status=404)) for number in range(100)]

    found = seen({"gw-1": log(successes(0, 150), before, since)}, "bad_client_request")

    assert found.window.onset == at(99)


def test_without_access_lines_seconds_are_what_failures_are_counted_by():
    alone = [line for line in log(failures(60, 120)) if "prefix=access-log" not in line]

    found = seen({"gw-1": [message(0, "x"), *alone]})

    assert (found.window.onset, found.window.onset_at_start) == (at(60), False)
    assert (found.asked, found.share) == (0, None)


def test_only_the_node_that_fails_is_affected():
    logs = {"gw-1": log(successes(0, 120)), "gw-2": log(successes(0, 60), failures(60, 120))}

    found = seen(logs)

    assert found.scope.nodes == ("gw-2",)
    assert (found.failed, found.asked) == (120, 120)


def test_a_node_that_fails_a_little_is_not_affected_by_it():
    logs = {
        "gw-1": log(successes(0, 120), failures(100, 102, every=1)),
        "gw-2": log(successes(0, 60), failures(60, 120)),
    }

    found = seen(logs)

    assert (found.scope.nodes, dict(found.nodes)) == (("gw-2",), {"gw-2": 120, "gw-1": 2})


def test_only_the_api_that_fails_is_affected():
    returns = {"api": "Returns", "upstream": "http://returns.internal:9003"}

    found = seen({"gw-1": log(successes(0, 120, **returns), successes(0, 60), failures(60, 120))})

    assert (found.scope.apis, found.scope.upstreams) == (("Orders",), ("http://orders.internal:9001",))


def test_an_upstream_that_is_new_since_the_onset_and_only_fails():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120, server="orders.internal:9010"))}

    found = seen(logs)

    assert found.window.onset == at(59)
    assert found.scope.upstreams == ("http://orders.internal:9010",)


MEMBERS = ApiDefinition(
    id="id-orders",
    name="Orders",
    target="http://orders.internal:9001",
    members=("http://10.20.0.31:9001", "http://10.20.0.32:9001", "http://10.20.0.33:9001"),
)


def test_a_dead_member_of_a_list_stands_beside_the_target():
    logs = {
        "gw-1": log(
            successes(0, 120, upstream="http://10.20.0.31:9001"),
            successes(0, 120, upstream="http://10.20.0.32:9001"),
            successes(0, 60, upstream="http://10.20.0.33:9001"),
            failures(60, 120, server="10.20.0.33:9001"),
        )
    }

    found = seen(logs, definitions=[MEMBERS])

    assert found.scope.upstreams == ("http://10.20.0.33:9001", "http://orders.internal:9001")
    assert dict(found.upstreams) == {"http://10.20.0.33:9001": 120, "http://orders.internal:9001": 120}
    assert (found.failed, found.asked) == (120, 360)


def test_when_all_members_fail_the_target_alone_is_named():
    logs = {
        "gw-1": log(
            successes(0, 60, upstream="http://10.20.0.31:9001"),
            failures(60, 120, server="10.20.0.31:9001"),
            failures(60, 120, server="10.20.0.32:9001"),
        )
    }

    assert seen(logs, definitions=[MEMBERS]).scope.upstreams == ("http://orders.internal:9001",)


def test_refused_before_an_upstream_was_chosen_it_is_the_definition_s_target():
    refused = [
        (second, access(second, status=403, flag="AKI", upstream="", path="/orders/items")) for second in range(60, 120)
    ]

    found = seen({"gw-1": log(successes(0, 120), refused)}, "auth_failed", definitions=[MEMBERS])

    assert (found.scope.apis, found.scope.upstreams) == (("Orders",), ("http://orders.internal:9001",))
    assert (found.failed, found.asked) == (60, 180)


def test_notices_alone_make_a_class_too():
    down = [
        (float(second), message(second, "storage: Redis is either down or was not configured", level="error"))
        for second in range(60, 120)
    ]

    found = seen({"gw-1": log(successes(0, 120), down)}, "storage_down")

    assert (found.requests, found.notices, found.count, found.share) == (0, 60, 60, None)
    assert (found.nodes, found.scope) == ({"gw-1": 60}, Scope(nodes=("gw-1",)))
    assert found.window == Window(onset=at(60), first=at(60), last=at(119))


def test_notices_that_go_on_say_that_it_did_not_end():
    text = "http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms"
    files = "dial tcp 10.20.0.31:9001: socket: too many open files"
    going_on = [(float(second), message(second, text, level="error")) for second in range(60, 190)]

    found = seen(
        {"gw-1": log(successes(0, 60), failures(60, 90, error=files, flag="URT"), successes(90, 200), going_on)},
        "gateway_fd_exhausted",
    )

    assert (found.window.onset, found.ended) == (at(59), None)


def test_records_without_a_time_are_counted_and_have_no_onset():
    found = seen({"gw-1": ["ERRO[0012] http: proxy error: EOF  api_id=a1 api_name=Orders"] * 8}, "upstream_closed")

    assert (found.requests, found.window, found.apis) == (8, Window(), {"Orders": 8})
    assert found.scope.nodes == ("gw-1",)


def test_on_5_8_the_api_of_an_error_is_told_by_its_upstream():
    found = seen({"gw-1": log(old_successes(0, 60), old_failures(60, 120))})

    assert (found.scope.apis, found.window.onset, found.share) == (("Orders",), at(60), 1.0)


def test_classes_come_with_the_most_failures_first():
    logs = {"gw-1": log(failures(0, 10), failures(0, 20, error="EOF", flag="UPE"))}

    assert [one.id for one in view_of(logs).classes] == ["upstream_closed", REFUSED]


def test_a_log_without_failures_has_no_classes():
    assert view_of({"gw-1": log(successes(0, 10))}).classes == ()
    assert view_of({}).classes == ()


def test_wide_buckets_of_a_long_log_do_not_make_the_onset_coarse():
    tally = Tally()
    tally.requests = Timeline(most=200)
    for one in outcomes_of(log(successes(0, 4000, every=2), failures(2000, 4000, every=2))):
        tally.add(one)
    names = Names(tally, [])
    rename(tally, names)

    [found] = classes_seen(tally, Traffic(tally), names)

    assert tally.requests.width == 32
    assert found.window.onset == at(1999)


def with_(**more: object) -> ClassSeen:
    usual = {
        "id": REFUSED,
        "requests": 100,
        "notices": 0,
        "retried": 0,
        "nodes": {},
        "apis": {},
        "upstreams": {},
        "home": frozenset(),
        "scope": Scope(),
        "change": None,
        "span": Span(),
        "window": Window(onset=at(0)),
        "ended": None,
        "failed": 100,
        "asked": 1000,
    }
    return ClassSeen(**(usual | more))  # type: ignore[arg-type]


STEADY = Window()


@pytest.mark.parametrize(
    ("found", "severity"),
    [
        (with_(), Severity.ERROR),
        (with_(requests=5, failed=5), Severity.ERROR),
        (with_(requests=4, failed=4), Severity.INFO),
        (with_(requests=4, failed=4, asked=800), Severity.WARNING),
        (with_(requests=4, failed=4, asked=0), Severity.WARNING),
        (with_(window=STEADY, failed=10), Severity.ERROR),
        (with_(window=STEADY, failed=9), Severity.WARNING),
        (with_(window=STEADY, asked=0), Severity.ERROR),
        (with_(id="bad_client_request", window=STEADY), Severity.INFO),
        (with_(id="bad_client_request", failed=249), Severity.WARNING),
        (with_(id="bad_client_request", failed=250), Severity.ERROR),
        (with_(id="client_canceled", failed=250), Severity.ERROR),
        (with_(id="client_canceled", failed=249), Severity.WARNING),
        (with_(id="client_canceled", asked=0), Severity.WARNING),
        (with_(id="client_canceled", window=STEADY), Severity.INFO),
    ],
    ids=[
        "a change",
        "five failures",
        "four of a thousand",
        "four of eight hundred",
        "four, of nobody knows how many",
        "steady, one in a hundred",
        "steady, fewer",
        "steady, of nobody knows how many",
        "a background",
        "a background that rose",
        "a background that rose to a quarter",
        "clients that leave, a quarter of them",
        "clients that leave, fewer",
        "clients that leave, of nobody knows how many",
        "clients that always leave",
    ],
)
def test_how_bad_it_is(found, severity):
    assert severity_of(found) is severity


def test_an_address_that_took_the_place_of_another_is_no_dead_member():
    def line(second: int, port: int, status: int) -> str:
        header = "0.010" if status == 200 else "-"
        return (
            f'10.0.0.9 - - [20/Nov/2026:08:00:{second:02} +0000] "GET /orders/1 HTTP/1.1" {status} 9 "-" "-" rt=0.020 '
            f"uct={header} uht={header} urt=0.019 ua=10.0.0.1:{port} us={status}"
        )

    orders = ApiDefinition(id="orders", name="orders", target="http://orders.internal:7130", paths=("/orders/",))
    lines = [line(second, 7103, 200) for second in range(30)] + [line(second, 7130, 502) for second in range(30, 59)]

    [found] = view_of({"gw-1": lines}, definitions=[orders]).classes

    assert (found.id, found.scope.upstreams) == ("upstream_connect_failed", ("http://orders.internal:7130",))


@pytest.mark.parametrize("number", range(8))
def test_of_places_with_as_many_failures_that_with_the_larger_share_is_the_worst(number):
    tally = Tally()
    often, seldom = Cell("gw-1", f"Often {number}", ""), Cell("gw-1", f"Seldom {number}", "")
    tally.requests.add(("none", seldom), 0, 9)
    tally.requests.add((REFUSED, seldom), 1)
    tally.requests.add((REFUSED, often), 1)

    [found] = classes_seen(tally, Traffic(tally), Names(tally, []))

    assert found.scope.apis == (often.api,)
