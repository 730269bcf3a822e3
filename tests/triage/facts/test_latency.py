"""How long requests take: yes, no, and too few to tell."""

from dataclasses import replace

import pytest

from gwdiag.model.definition import Limit
from gwdiag.triage.facts import facts, latency
from gwdiag.triage.symptoms import Symptom
from tests.logs.small_logs import Timed, failures, log, moments, successes
from tests.triage.facts.asked import NOTHING, ORDERS, of_logs, told
from tests.tyk_log import access, proxy_error

PAYMENTS = {"api": "Payments", "upstream": "http://payments.internal:9002"}
LATE = "net/http: timeout awaiting response headers"


def spread(begin: float, end: float, every: float, low: int, high: int, **more: object) -> Timed:
    """Successes whose latencies go evenly from low to high ms, all mixed."""
    times = moments(begin, end, every)
    return [
        (second, access(second, latency=low + (high - low) * ((number * 37) % 100) // 100, **more))  # type: ignore[arg-type]
        for number, second in enumerate(times)
    ]


def canceled(begin: float, end: float, every: float, low: int, high: int) -> Timed:
    """Requests that clients left, at ages from low to high ms."""
    return [
        (second, access(second, status=499, flag="CDC", latency=low + (high - low) * ((number * 37) % 100) // 100))
        for number, second in enumerate(moments(begin, end, every))
    ]


def timed_out(begin: float, end: float, every: float, seconds: float, error: str = LATE) -> Timed:
    found: Timed = []
    for second in moments(begin, end, every):
        found.append((second, proxy_error(second, error)))
        found.append((second, access(second, status=504, flag="URT", latency=int(1000 * seconds))))
    return found


def slower(factor: int, **others: int) -> dict[str, list[str]]:
    """Orders takes so many times as long from the sixtieth second on, and half of it is too late."""
    now = others.get("payments", 1)
    return {
        "gw-1": log(
            spread(0, 60, 0.25, 20, 60),
            spread(60, 180, 0.5, 20 * factor, 60 * factor),
            timed_out(62, 180, 0.5, 2),
            spread(0, 60, 0.5, 20, 60, **PAYMENTS),
            spread(60, 180, 0.5, 20 * now, 60 * now, **PAYMENTS),
        )
    }


def test_requests_that_became_slower():
    is_so, says = of_logs(latency.became_slower, slower(20))

    assert is_so == "yes"
    assert says.startswith("successes: p50 ")
    assert of_logs(latency.became_slower, slower(1))[0] == "no"


def test_latency_without_a_time_before_the_onset():
    logs = {"gw-1": log(failures(0, 120), successes(0, 120, 1, **PAYMENTS))}

    assert of_logs(latency.became_slower, logs) == ("unknown", "there is no time before the onset to compare with")
    assert of_logs(latency.every_api_slower, logs) == ("unknown", "there is no time before the onset to compare with")


def test_latency_where_nothing_succeeds_any_more():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120), successes(0, 120, 1, **PAYMENTS))}

    reason = "too few requests succeed since the onset to tell"
    assert of_logs(latency.became_slower, logs) == ("unknown", reason)


def test_all_apis_slower_at_once():
    assert of_logs(latency.every_api_slower, slower(20, payments=20)) == ("yes", "2 of 2 APIs on gw-1 became slower")
    assert of_logs(latency.every_api_slower, slower(20)) == ("no", "1 of 2 APIs on gw-1 became slower")
    alone = {"gw-1": log(spread(0, 60, 0.25, 20, 60), failures(60, 120))}
    assert of_logs(latency.every_api_slower, alone) == ("unknown", "there is only one API")


def left(low: int, high: int, usual: int = 50) -> dict[str, list[str]]:
    return {
        "gw-1": log(
            spread(0, 180, 0.25, 20, usual),
            canceled(60, 180, 0.5, low, high),
            successes(0, 180, 1, **PAYMENTS),
        )
    }


def test_clients_that_leave_at_one_age():
    assert of_logs(latency.canceled_at_one_age, left(5000, 5010))[0] == "yes"
    is_so, says = of_logs(latency.canceled_at_one_age, left(100, 9000))
    assert (is_so, says.startswith("cancelled requests had taken anything from ")) == ("no", True)


def test_ages_of_cancelled_requests_where_there_are_none():
    refused = {"gw-1": log(successes(0, 60), failures(60, 120))}
    few = {"gw-1": log(successes(0, 60), canceled(60, 64, 0.5, 5000, 5000), successes(64, 120, 5))}

    assert of_logs(latency.canceled_at_one_age, refused) == ("no", "no request was cancelled")
    assert of_logs(latency.canceled_at_one_age, few) == ("unknown", "the log has no age of the cancelled requests")
    assert of_logs(latency.canceled_as_young_as_successes, refused)[0] == "unknown"


def test_clients_that_leave_before_anything_took_long():
    assert of_logs(latency.canceled_as_young_as_successes, left(5, 400, usual=500))[0] == "yes"
    assert of_logs(latency.canceled_as_young_as_successes, left(5000, 5010))[0] == "no"


@pytest.mark.parametrize(
    ("low", "high", "is_so"), [(20, 2990, "yes"), (20, 60, "no")], ids=["many come near three seconds", "none does"]
)
def test_successes_that_are_cut_off(low, high, is_so):
    logs = {"gw-1": log(spread(0, 180, 0.25, low, high), timed_out(60, 180, 1, 3), successes(0, 180, 1, **PAYMENTS))}

    assert of_logs(latency.successes_cut_off, logs)[0] == is_so


def test_too_few_successes_are_cut_off_by_nothing():
    logs = {"gw-1": log(successes(0, 10), failures(10, 120), successes(0, 120, 1, **PAYMENTS))}

    assert of_logs(latency.successes_cut_off, logs) == ("unknown", "too few requests succeed to tell")


LIMITED = replace(ORDERS, limits=(Limit(name="enforced_timeout", seconds=1, path="orders.json"),))


def enforced(low: int, high: int) -> dict[str, list[str]]:
    return {
        "gw-1": log(
            spread(0, 180, 0.25, low, high),
            timed_out(60, 180, 1, 1, "context deadline exceeded"),
            successes(0, 180, 1, **PAYMENTS),
        )
    }


def test_requests_that_are_near_a_limit_by_themselves():
    near = "successes took over 60.0 % of the limit of 1.0 s"
    assert of_logs(latency.near_the_limit_before, enforced(20, 990), LIMITED) == ("yes", f"287 of 720 {near}")
    assert of_logs(latency.near_the_limit_before, enforced(20, 60), LIMITED) == ("no", f"0 of 720 {near}")


def test_a_limit_that_is_not_known():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120), successes(0, 120, 1, **PAYMENTS))}

    assert of_logs(latency.near_the_limit_before, logs) == ("unknown", "no limit of the definition is known")


def with_hump(apis: int, share: int = 20) -> dict[str, list[str]]:
    """Some of each API's successes take 0.2 s more."""
    timed: Timed = [*successes(0, 60, api="Users"), *failures(60, 120, api="Users")]
    for number in range(apis):
        about = {"api": f"Api{number}", "upstream": f"http://api{number}.internal:9001"}
        timed += [
            (second, access(second, latency=230 if index % share == 0 else 20, **about))  # type: ignore[arg-type]
            for index, second in enumerate(moments(0, 120, 0.5))
        ]
    return {"gw-1": log(timed)}


@pytest.mark.parametrize(("apis", "is_so"), [(2, "yes"), (1, "no")], ids=["at two upstreams", "at one"])
def test_delays_of_retransmissions(apis, is_so):
    assert of_logs(latency.retransmission_delays, with_hump(apis))[0] == is_so


def test_delays_of_every_length_are_no_retransmissions():
    timed = [
        one
        for number in range(2)
        for one in spread(0, 120, 0.25, 20, 300, api=f"Api{number}", upstream=f"http://api{number}.internal:9001")
    ]
    logs = {"gw-1": log(timed, successes(0, 60), failures(60, 120))}

    assert of_logs(latency.retransmission_delays, logs) == ("no", "no such delays")


OF_LATENCY = [one for one in vars(latency).values() if one in facts().values()]


@pytest.mark.parametrize("fact", OF_LATENCY, ids=lambda fact: fact.id)
def test_without_logs_it_cannot_be_told(fact):
    assert told(fact, NOTHING, Symptom()) == ("unknown", "there are no logs")
