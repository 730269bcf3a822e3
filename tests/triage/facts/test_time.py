"""What happened around the onset, and what the failures have in common in time."""

from dataclasses import replace

import pytest

from gwdiag.triage.facts import facts, time
from gwdiag.triage.symptoms import Symptom
from tests.logs.small_logs import Timed, failures, log, successes
from tests.triage.facts.asked import NOTHING, ORDERS, case_of, of_logs, told, worst
from tests.tyk_log import access, message, proxy_error

PAYMENTS = {"api": "Payments", "upstream": "http://payments.internal:9002"}
RESET = "read tcp 10.88.0.1:40000->10.20.0.31:9001: read: connection reset by peer"
RELOADED = "API reload complete"
STARTED = "API Loaded"


def reload(second: float) -> Timed:
    return [(second, message(second, RELOADED))]


def node(*more: Timed) -> list[str]:
    return log(successes(0, 60), failures(60, 120), successes(0, 120, 1, **PAYMENTS), *more)


@pytest.mark.parametrize(
    ("logs", "expected"),
    [
        ({"gw-1": node(reload(55))}, ("yes", "reload of gw-1 4.0 s before the onset")),
        ({"gw-1": node(reload(30))}, ("yes", "reload of gw-1 29.0 s before the onset")),
        ({"gw-1": node(reload(20))}, ("no", "no start or reload within 36.0 s before the onset")),
        ({"gw-1": node(reload(65))}, ("yes", "reload of gw-1 6.0 s after the onset")),
        ({"gw-1": node(reload(80))}, ("no", "no start or reload within 36.0 s before the onset")),
        ({"gw-1": node()}, ("no", "no start or reload within 36.0 s before the onset")),
        (
            {"gw-1": node(), "gw-2": log(successes(0, 120, 1, **PAYMENTS), reload(55))},
            ("no", "no start or reload within 36.0 s before the onset"),
        ),
        (
            {"gw-1": log(failures(0, 120), successes(0, 120, 1, **PAYMENTS))},
            ("unknown", "it fails from the start of the log on: what was before is not known"),
        ),
    ],
    ids=[
        "right before",
        "half a minute",
        "long before",
        "when it shows",
        "afterwards",
        "none",
        "another node",
        "from the start",
    ],
)
def test_a_reload(logs, expected):
    assert of_logs(time.reloaded, logs) == expected


def moved(old: str = "http://orders.internal:9001") -> dict[str, list[str]]:
    return {
        "gw-1": log(
            successes(0, 60, upstream=old),
            reload(58),
            failures(60, 120, server="orders.internal:9009"),
            successes(0, 120, 1, **PAYMENTS),
        )
    }


def test_a_target_that_changed():
    says = "Orders used http://orders.internal:9009 for the first time, at the onset"
    is_so, said = of_logs(time.target_changed, moved())

    assert (is_so, said.partition(", 0")[0]) == ("yes", says)


def test_a_target_that_did_not_change():
    same = "the API's upstream addresses are those from before the onset"
    assert of_logs(time.target_changed, {"gw-1": node()}) == ("no", same)


def test_a_target_from_before_a_log_that_begins_with_failures():
    logs = {"gw-1": log(failures(0, 120), successes(0, 120, 1, **PAYMENTS))}
    assert of_logs(time.target_changed, logs) == ("unknown", "there is no time before the onset to compare with")


def test_the_earlier_target_is_named():
    case = case_of(moved(), known=[("gw-1", replace(ORDERS, target="http://orders.internal:9009"))])

    assert time.earlier_targets(worst(case), case) == ["http://orders.internal:9001"]
    assert time.earlier_targets(Symptom(), NOTHING) == []


@pytest.mark.parametrize(
    ("every", "is_so"),
    [(0.5, "no"), (0.1, "yes")],
    ids=["as much as before", "five times as much"],
)
def test_traffic_that_rose(every, is_so):
    bad = failures(60, 120, 2 * every, error="dial tcp 10.20.0.31:9001: i/o timeout", flag="URT")
    logs = {"gw-1": log(successes(0, 60), bad, successes(60, 120, every))}

    assert of_logs(time.load_rose, logs)[0] == is_so


def waves(*, with_load: bool) -> dict[str, list[str]]:
    """Ten minutes in which load goes up and down; failures come with the load, or evenly."""
    stretches: list[Timed] = [successes(0, 60)]
    for number in range(1, 21):
        begin, busy = 60 + 30 * number, number % 2
        every = 0.1 if busy else 1
        stretches.append(successes(begin, begin + 30, every))
        stretches.append(failures(begin, begin + 30, 0.3 if busy else 30 if with_load else 3))
    return {"gw-1": log(*stretches)}


def test_failures_that_come_with_load():
    assert of_logs(time.rises_with_load, waves(with_load=True))[0] == "yes"
    assert of_logs(time.rises_with_load, waves(with_load=False))[0] == "no"


def test_load_that_hardly_varies_tells_nothing():
    assert of_logs(time.rises_with_load, {"gw-1": node()}) == ("unknown", "load hardly varied")


def methods(failing: str) -> dict[str, list[str]]:
    """GETs and POSTs in turn; each tenth of the failing ones breaks."""
    timed: Timed = []
    for number in range(1200):
        second, method = number / 10, "POST" if number % 2 else "GET"
        bad = method in failing.split() and number % 20 in (0, 1) and second >= 60
        if bad:
            timed.append((second, proxy_error(second, RESET)))
        timed.append((second, access(second, method=method, **({"status": 500, "flag": "URR"} if bad else {}))))
    return {"gw-1": log(timed)}


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        ("POST", ("yes", "30 of 30 that broke were POST, which are 50.0 % of the requests")),
        ("GET POST", ("no", "30 of 60 that broke were POST, which are 50.0 % of the requests")),
    ],
)
def test_requests_that_cannot_be_repeated(failing, expected):
    assert of_logs(time.only_unsafe_methods, methods(failing)) == expected


def test_where_no_connection_broke_methods_tell_nothing():
    assert of_logs(time.only_unsafe_methods, {"gw-1": node()}) == ("unknown", "no connection broke")


def bursts(*, after_silence: bool) -> dict[str, list[str]]:
    """Requests in bursts with pauses between them; the first of each burst breaks, or one in the middle."""
    timed: Timed = []
    for burst in range(40):
        for number in range(10):
            second = 60 * burst + number / 2
            bad = burst > 3 and number == (0 if after_silence else 5)
            if bad:
                timed.append((second, proxy_error(second, RESET)))
            timed.append((second, access(second, **({"status": 500, "flag": "URR"} if bad else {}))))
    return {"gw-1": log(timed)}


def test_failures_after_a_silence():
    is_so, says = of_logs(time.after_silence, bursts(after_silence=True))

    assert (is_so, says.endswith("before a success (medians)")) == ("yes", True)
    assert of_logs(time.after_silence, bursts(after_silence=False)) == ("no", "failures do not follow a silence")


def test_without_broken_connections_silence_tells_nothing():
    assert of_logs(time.after_silence, {"gw-1": node()}) == ("unknown", "too few connections broke to tell")


def opened(*first: Timed) -> dict[str, list[str]]:
    refused = [(60 + n / 2, access(60 + n / 2, status=503, flag="CBO")) for n in range(4, 120)]
    return {"gw-1": log(successes(0, 60), refused, successes(0, 120, 1, **PAYMENTS), *first)}


def test_what_failed_before_the_gateway_decided():
    assert of_logs(time.other_failures_first, opened(failures(60, 64, 0.2))) == (
        "yes",
        "beside it upstream_dial_refused 20",
    )
    assert of_logs(time.other_failures_first, opened()) == ("no", "nothing else fails there")
    nobody = "no breaker or health check of the gateway refuses requests"
    assert of_logs(time.other_failures_first, {"gw-1": node()}) == ("no", nobody)


OF_TIME = [one for one in vars(time).values() if one in facts().values()]


@pytest.mark.parametrize("fact", OF_TIME, ids=lambda fact: fact.id)
def test_without_logs_it_cannot_be_told(fact):
    assert told(fact, NOTHING, Symptom()) == ("unknown", "there are no logs")
