"""Events into sums, and that the sums stay small whatever the log holds."""

from collections import Counter

import pytest

from gwdiag.logs.join import Outcome
from gwdiag.logs.tally import (
    MOST_MARKS,
    MOST_TEMPLATES,
    MOST_VALUES,
    OTHERS,
    Cell,
    FirstSight,
    MarkSeen,
    Place,
    Sample,
    Tally,
    Value,
    bin_latency,
    latency_bin,
)
from gwdiag.model.event import Event, Kind, Mark
from tests.logs.from_lines import outcomes_of, tally_of
from tests.tyk_log import BEGIN, access, message, old_access, old_proxy_error, proxy_error

CELL = Cell("gw-1", "Orders", "orders.internal:9001")
REFUSED = "dial tcp 10.20.0.31:9001: connect: connection refused"


def tally(*lines: str, samples: int = 3) -> Tally:
    return tally_of({"gw-1": lines}, samples)


def test_requests_are_counted_where_they_began():
    found = tally(access(10, latency=4000), access(10), access(11))

    assert found.requests.of(("none", CELL)) == Counter({int(BEGIN) + 6: 1, int(BEGIN) + 9: 1, int(BEGIN) + 10: 1})
    assert (found.first, found.last, found.events) == (BEGIN + 10, BEGIN + 11, 3)


def test_names_and_schemes_are_remembered():
    found = tally(access(0), old_access(1, status=500, upstream="https://returns.internal:9443"))

    assert found.api_names == {"id-orders": "Orders"}
    assert found.schemes == {"orders.internal:9001": "http", "returns.internal:9443": "https"}


def test_failures_are_spanned_by_the_times_of_their_lines():
    found = tally(
        access(10),
        access(20, status=504, flag="URT", latency=5000),
        access(30, status=504, flag="URT", latency=5000),
    )

    assert found.spans == {"upstream_response_timeout": (BEGIN + 20, BEGIN + 30)}
    assert found.seconds.of("upstream_response_timeout") == Counter({int(BEGIN) + 15: 1, int(BEGIN) + 25: 1})
    assert found.durations == {("upstream_response_timeout", CELL): Counter({5000: 2})}


def test_latency_is_that_of_successes_and_exact():
    found = tally(
        access(1, latency=20), access(2, latency=20), access(3, latency=31), access(4, status=404, latency=99)
    )

    assert found.latency == {CELL: Counter({20: 2, 31: 1})}
    assert found.slowest == {"gw-1": (31, Sample(Place("gw-1.log", 3), "gw-1", access(3, latency=31), ""))}
    assert sum(found.latency_over_time.total(key) for key in found.latency_over_time) == 3


def test_notices_are_counted_by_node_and_class():
    found = tally(message(5, "storage: Redis is either down or was not configured", level="error"))

    assert found.notices.of(("storage_down", Cell("gw-1", "", ""))) == Counter({int(BEGIN) + 5: 1})
    assert found.seconds.of("storage_down") == Counter({int(BEGIN) + 5: 1})
    assert list(found.requests) == []


def test_records_before_the_first_time_have_none():
    found = tally(
        'level=error msg="http: proxy error: EOF" api_name=Orders api_id=id-orders',
        'level=error msg="storage: Redis is either down or was not configured"',
        access(5),
        'level=error msg="storage: Redis is either down or was not configured"',
    )

    assert found.undated_notices == {("storage_down", Cell("gw-1", "", "")): 1}
    assert found.notices.of(("storage_down", Cell("gw-1", "", ""))) == Counter({int(BEGIN) + 5: 1})


def test_an_undated_log_is_counted_without_times():
    found = tally(*['level=error msg="http: proxy error: EOF" api_name=Orders'] * 3)

    assert found.undated == {("upstream_closed", Cell("gw-1", "Orders", "")): 3}
    assert (found.first, found.last, found.spans) == (None, None, {})


def test_the_time_of_one_file_is_not_that_of_the_next():
    found = Tally()
    for lines in ([access(5)], ['level=error msg="http: proxy error: EOF"']):
        for one in outcomes_of(lines):
            found.add(one)

    assert found.undated == {("upstream_closed", Cell("gw-1", "", "")): 1}


def test_how_the_lines_went_together_is_counted():
    found = tally(
        old_proxy_error(0, REFUSED),
        old_access(0, status=500),
        old_access(0, status=500),
        old_access(0, status=503),
        old_access(0),
        old_proxy_error(1, REFUSED, api="Returns"),
    )

    assert (found.access_lines, found.joined, found.unexplained) == (4, 1, 1)
    assert found.alone == {"Returns": 1}


def test_a_cut_answer_is_a_failure_that_the_access_log_calls_a_success():
    cut = proxy_error(0, "x").replace("http: proxy error: x", "http: proxy error during body copy: unexpected EOF")

    assert tally(cut, access(0)).cut_answers == {CELL: 1}
    assert tally(cut).cut_answers == {CELL: 1}
    assert tally(proxy_error(0, REFUSED), access(0, status=500, flag="UCF")).cut_answers == {}


def test_changes_in_the_life_of_a_gateway_are_kept_with_their_place():
    found = tally(access(1), message(5, "API reload complete"))

    assert found.marks == [MarkSeen(BEGIN + 5, "gw-1", Mark.RELOAD, "API reload complete", Place("gw-1.log", 2))]


def test_the_first_sight_of_an_upstream_is_when_its_first_request_began():
    found = tally(access(5, latency=2000), access(6), access(7, upstream="http://new.internal:1"))

    assert found.first_sights == {
        ("Orders", "orders.internal:9001"): FirstSight(BEGIN + 3, "gw-1", Place("gw-1.log", 1)),
        ("Orders", "new.internal:1"): FirstSight(pytest.approx(BEGIN + 6.98), "gw-1", Place("gw-1.log", 3)),
    }


def test_the_first_lines_of_each_class_are_kept():
    lines = [proxy_error(second, REFUSED) for second in range(5)]

    found = tally(*lines, samples=2)

    assert found.samples["upstream_dial_refused"] == [
        Sample(Place("gw-1.log", number + 1), "gw-1", lines[number], f"http: proxy error: {REFUSED}")
        for number in (0, 1)
    ]
    assert tally(*lines, samples=0).samples["upstream_dial_refused"] == []


def test_requests_and_failures_are_counted_by_client_path_method_and_status():
    found = tally(
        access(0, path="/items/17", client="203.0.113.1"),
        access(0, path="/items/18?x=1", client="203.0.113.1", method="POST"),
        access(0, path="/items/19", client="203.0.113.2", status=500, flag="UCF"),
    )

    assert found.requests_by == {
        "client": Counter({Value("Orders", "203.0.113.1"): 2, Value("Orders", "203.0.113.2"): 1}),
        "path": Counter({Value("Orders", "GET /orders/items/*"): 2, Value("Orders", "POST /orders/items/18?x=1"): 1}),
        "status": Counter({Value("Orders", "200"): 2, Value("Orders", "500"): 1}),
        "method": Counter({Value("Orders", "GET"): 2, Value("Orders", "POST"): 1}),
    }
    assert {key: dict(counts) for key, counts in found.failures_by.items()} == {
        ("upstream_dial_refused", "client"): {Value("Orders", "203.0.113.2"): 1},
        ("upstream_dial_refused", "path"): {Value("Orders", "GET /orders/items/*"): 1},
        ("upstream_dial_refused", "status"): {Value("Orders", "500"): 1},
        ("upstream_dial_refused", "method"): {Value("Orders", "GET"): 1},
    }


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/items/17", "/items/*"),
        ("/items/17/parts/4", "/items/*/parts/*"),
        ("/v1/items", "/v1/items"),
        ("/items/9f8e7d6c", "/items/*"),
        ("/items/123e4567-e89b-12d3-a456-426614174000/x", "/items/*/x"),
        ("/orders/ORD-20261", "/orders/*"),
        ("/items/", "/items/"),
        ("/deadbeat", "/deadbeat"),
    ],
)
def test_paths_are_counted_without_their_identifiers(path, template):
    found = tally(access(0, path=path).replace("/orders/", "/"))

    [value] = found.requests_by["path"]
    assert value == Value("Orders", f"GET {template}")


def test_errors_that_no_class_knows_are_counted_by_their_shape():
    lines = [message(0, f"widget {number} of 9 is blue", level="error") for number in (1, 2)]

    found = tally(*lines, message(1, "widget 3 of 9 is blue", level="warning"))

    assert found.unclassified == {"widget N of N is blue": 2}
    assert found.unclassified_samples["widget N of N is blue"].place == Place("gw-1.log", 1)


def request(number: int, **more: object) -> Outcome:
    event = Event(
        at=BEGIN + number,
        kind=Kind.ACCESS,
        claim="upstream_reset",
        api="Orders",
        upstream="http://orders.internal:9001",
        status=500,
    )
    return Outcome("gw-1.log", "gw-1", number + 1, "line", "logrus_text", event._replace(**more), "upstream_reset")


def notice(number: int, **more: object) -> Outcome:
    event = Event(at=BEGIN + number, kind=Kind.NOTICE, level="error")
    return Outcome("gw-1.log", "gw-1", number + 1, "line", "logrus_text", event._replace(**more), "none")


def fed(*outcomes: Outcome) -> Tally:
    found = Tally()
    for one in outcomes:
        found.add(one)
    return found


def in_letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def test_of_many_clients_and_paths_the_later_ones_are_counted_together():
    numbers = range(MOST_VALUES + 50)

    found = fed(*(request(number, client=f"c{number}", path=f"/{in_letters(number)}") for number in numbers))

    for counts in (
        found.requests_by["client"],
        found.failures_by["upstream_reset", "client"],
        found.requests_by["path"],
    ):
        assert len(counts) == MOST_VALUES + 1
        assert counts[Value("Orders", OTHERS)] == 50
        assert counts.total() == len(numbers)


def test_of_many_marks_and_unknown_errors_the_first_are_kept():
    marks = fed(*(notice(number, mark=Mark.RELOAD) for number in range(MOST_MARKS + 5)))
    unknown = fed(*(notice(number, message=f"a {in_letters(number)}") for number in range(MOST_TEMPLATES + 5)))

    assert len(marks.marks) == MOST_MARKS
    assert len(unknown.unclassified) == len(unknown.unclassified_samples) == MOST_TEMPLATES


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 7, 20, 199, 1000, 30_000, 3_600_000])
def test_a_latency_bin_is_right_to_within_two_percent(milliseconds):
    assert bin_latency(latency_bin(milliseconds)) == pytest.approx(milliseconds, rel=0.02, abs=1)
