"""Which timer fired: failures of one age, of any age, and successes that are cut off."""

from collections import Counter

import pytest

from gwdiag.logs.analysis.durations import DURATIONS, Pile, cut_off, pile_of
from gwdiag.model.definition import GatewaySettings, Limit
from tests.logs.from_lines import answers_of, view_of
from tests.logs.small_logs import Timed, failures, log, old_successes, successes
from tests.tyk_log import old_access, old_proxy_error


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ({5000: 5}, Pile(5.0, 1.0)),
        ({5000: 4}, None),
        ({5000: 5, 100: 5}, Pile(5.0, 0.5)),
        ({5000: 5, 900: 6}, Pile(0.9, 6 / 11)),
        ({5000: 5, 900: 3, 1500: 3}, None),
        ({5000: 3, 5003: 2, 5150: 3}, Pile(5.0, 1.0)),
        ({5000: 3, 5200: 3}, None),
        ({300: 5}, Pile(0.3, 1.0)),
        ({299: 50}, None),
        ({100: 50, 30_000: 60}, Pile(30.0, 60 / 110)),
    ],
    ids=[
        "five of one age",
        "four",
        "half of them",
        "half of others",
        "less than half",
        "about one age",
        "about two ages",
        "the shortest timer",
        "shorter than any timer",
        "a timer and many quick ones",
    ],
)
def test_a_pile_of_one_age(ages, expected):
    assert pile_of(Counter(ages)) == expected


def near(limit: int, count: int, total: int) -> Counter[int]:
    """Successes of which so many come near the limit, in milliseconds."""
    return Counter({100: total - count, limit - 20: count})


@pytest.mark.parametrize(
    ("latencies", "expected"),
    [
        (near(5000, 8, 100), 5.0),
        (near(5000, 7, 100), None),
        (near(5000, 5, 20), 5.0),
        (near(5000, 4, 20), None),
        (near(5000, 5, 19), None),
        (near(30_000, 10, 100), 30.0),
        (near(2500, 10, 100), 2.5),
        (near(4300, 10, 100), None),
        (near(600, 10, 100), None),
        (Counter({100 * number: 10 for number in range(1, 50)}), 5.0),
        (Counter({4000: 10, 5100: 90}), None),
    ],
    ids=[
        "eight in a hundred come near it",
        "seven",
        "five at least",
        "four of twenty",
        "too few successes",
        "thirty seconds",
        "two and a half",
        "no limit that anybody sets",
        "too quick to be cut",
        "any latency up to it",
        "beyond a round limit",
    ],
)
def test_successes_that_end_under_a_limit(latencies, expected):
    assert cut_off(latencies) == expected


def canceled(latency: int) -> Timed:
    return failures(60, 120, error="context canceled", status=499, flag="CDC", latency=latency)


LIMITS = (
    Limit(name="enforced timeout of GET /items", seconds=5, path="orders.json"),
    Limit(name="write_timeout", seconds=120, path="tyk.conf"),
)


@pytest.mark.parametrize(
    ("latency", "whose"),
    [
        (5003, "the same as enforced timeout of GET /items (orders.json)"),
        (4806, "the same as enforced timeout of GET /items (orders.json)"),
        (4805, "that is a timeout of the clients, or of the balancer in front"),
        (5206, "the same as enforced timeout of GET /items (orders.json)"),
        (5207, "that is a timeout of the clients, or of the balancer in front"),
    ],
)
def test_a_timer_of_the_configuration_is_named_where_one_fits(latency, whose):
    settings = {"gw-1": GatewaySettings(path="tyk.conf", limits=LIMITS[1:], write_timeout_s=120)}
    view = view_of({"gw-1": log(successes(0, 60), canceled(latency))}, limits={"Orders": LIMITS}, settings=settings)

    assert answers_of(DURATIONS.answer(view)) == [
        ("fixed_duration", f"100 % of them took {latency / 1000:.1f} s: {whose}.")
    ]


def test_failures_that_have_no_timer_are_not_asked():
    view = view_of({"gw-1": log(successes(0, 60), failures(60, 120, latency=5000))})

    assert answers_of(DURATIONS.answer(view)) == []


def test_failures_of_nearly_one_age_are_neither():
    ages = [canceled_once(60 + number, 1000 + 40 * (number % 20)) for number in range(60)]

    assert answers_of(DURATIONS.answer(view_of({"gw-1": log(successes(0, 120), *ages)}))) == []


def canceled_once(second: float, latency: int) -> Timed:
    return failures(second, second + 1, every=1, error="context canceled", status=499, flag="CDC", latency=latency)


def test_failures_of_any_age():
    ages = [canceled_once(60 + number, 50 + 50 * number) for number in range(60)]

    assert answers_of(DURATIONS.answer(view_of({"gw-1": log(successes(0, 120), *ages)}))) == [
        (
            "spread_durations",
            (
                "They took anything from 300 ms to 2.7 s (middle eight tenths): no common timeout: clients that leave "
                "by themselves."
            ),
        )
    ]


def test_on_5_8_the_successes_tell_what_cuts_the_others_off():
    gone = [
        (second, line)
        for second in range(60, 120)
        for line in (old_proxy_error(second, "context canceled"), old_access(second, status=499))
    ]
    slow = old_successes(60, 120, every=2, latency=4970)

    view = view_of({"gw-1": log(old_successes(0, 120), slow, gone)})

    assert answers_of(DURATIONS.answer(view)) == [
        (
            "successes_cut_off",
            (
                "The log has no age of the cancelled requests, but successes end just under 5.0 s though many come "
                "near it: something ends what takes longer, a timeout of the clients, or of the balancer in front."
            ),
        )
    ]
