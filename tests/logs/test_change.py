"""When a rate changed, on counts whose truth is known."""

from math import exp
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.change import Change, Shape, find_change

REQUESTS = 20.0


def poisson(random: Random, mean: float) -> int:
    count, product, limit = 0, random.random(), exp(-mean)
    while product > limit:
        count, product = count + 1, product * random.random()
    return count


def steps(*parts: tuple[int, int]) -> dict[int, int]:
    """So many buckets with so many failures each, one part after the other."""
    counts = [count for length, count in parts for _ in range(length)]
    return {bucket: count for bucket, count in enumerate(counts) if count}


def requests(buckets: int, each: float = REQUESTS) -> dict[int, float]:
    return dict.fromkeys(range(buckets), each)


def test_a_step_that_goes_on_to_the_end():
    change = find_change(steps((60, 0), (60, 10)), requests(120))

    assert change == Change(
        shape=Shape.STEP, begin=60, end=None, before=0.0, after=0.5, likelihood=pytest.approx(600 * 0.693147, rel=1e-5)
    )


def test_a_step_that_ended():
    change = find_change(steps((30, 0), (20, 10), (70, 0)), requests(120))

    assert (change.shape, change.begin, change.end, change.before, change.after) == (Shape.STEP, 30, 49, 0.0, 0.5)


def test_a_step_above_a_rate_that_was_there_before():
    change = find_change(steps((60, 1), (60, 5)), requests(120))

    assert (change.shape, change.begin, change.end) == (Shape.STEP, 60, None)
    assert (change.before, change.after) == (0.05, 0.25)


def test_a_burst_above_a_rate_that_goes_on_has_the_bounds_that_it_has():
    change = find_change(steps((50, 1), (25, 8), (45, 1)), requests(120))

    assert (change.shape, change.begin, change.end, change.before, change.after) == (Shape.STEP, 50, 74, 0.05, 0.4)


def test_what_goes_on_though_it_pauses_at_the_end_did_not_end():
    assert find_change(steps((60, 0), (55, 10)), requests(120)).end == 114
    assert find_change(steps((60, 0), (55, 1)), requests(117)).end is None


def test_a_rate_that_climbs_is_a_ramp():
    happened = steps((40, 0), *((10, count) for count in (1, 3, 5, 7, 9, 11)))

    change = find_change(happened, requests(100))

    assert change.shape is Shape.RAMP
    assert change.end is None
    assert 40 <= change.begin <= 60


@pytest.mark.parametrize(
    ("thirds", "shape"),
    [
        ((2, 6, 12), Shape.RAMP),
        ((2, 6, 11), Shape.STEP),
        ((5, 10, 9), Shape.STEP),
        ((6, 8, 9), Shape.STEP),
        ((10, 15, 20), Shape.RAMP),
        ((12, 15, 20), Shape.STEP),
    ],
    ids=["twenty", "too few", "it falls again", "it hardly climbs", "by half", "by less than half"],
)
def test_how_a_ramp_is_told_from_a_step(thirds, shape):
    happened = dict(enumerate(thirds, 100))

    assert find_change(happened, requests(103)).shape is shape


@pytest.mark.parametrize(("count", "shape"), [(4, Shape.RARE), (5, Shape.STEADY)])
def test_five_are_enough_to_say_that_they_are_steady(count, shape):
    happened = {90 + 6 * number: 1 for number in range(count)}

    assert find_change(happened, requests(120, each=1.0)).shape is shape


@pytest.mark.parametrize("calm", [0, 1])
def test_what_was_there_from_the_first_requests_on_has_no_other_onset(calm):
    change = find_change(steps((calm, 0), (60, 2)), requests(60 + calm))

    assert change == Change(
        shape=Shape.AT_START,
        before=pytest.approx(120 / (60 + calm) / REQUESTS),
        after=pytest.approx(120 / (60 + calm) / REQUESTS),
        likelihood=pytest.approx(0, abs=4),
    )


def test_what_was_there_from_the_start_and_ended():
    change = find_change(steps((30, 10), (90, 0)), requests(120))

    assert (change.shape, change.begin, change.end) == (Shape.AT_START, 0, 29)


def test_a_few_requests_before_the_first_failure_tell_nothing():
    exposure = {0: 1.0, 1: 2.0} | dict.fromkeys(range(2, 62), REQUESTS)

    assert find_change(steps((2, 0), (60, 10)), exposure).shape is Shape.AT_START


def test_a_rate_that_hardly_changes_is_steady():
    change = find_change(steps((60, 4), (60, 8)), requests(120))

    assert (change.shape, change.begin, change.end) == (Shape.AT_START, None, None)


def test_what_comes_late_and_seldom_is_steady():
    happened = {60 + 5 * number: 1 for number in range(12)}

    assert find_change(happened, requests(120)).shape is Shape.STEADY


@pytest.mark.parametrize(
    ("happened", "rate"),
    [({}, 0.0), ({7: 1}, 1 / 2400), ({7: 1, 30: 1, 60: 1, 90: 1}, 4 / 2400)],
    ids=["nothing", "once", "four times"],
)
def test_too_few_to_tell(happened, rate):
    change = find_change(happened, requests(120))

    assert (change.shape, change.begin, change.before, change.after) == (Shape.RARE, None, rate, rate)


def test_nothing_at_all_is_too_few_to_tell():
    assert find_change({}, {}) == Change(shape=Shape.RARE)


def test_a_burst_of_few_is_a_step_where_it_is_sure():
    assert find_change({50: 20}, requests(120)) == Change(
        shape=Shape.STEP, begin=50, end=50, before=0.0, after=1.0, likelihood=pytest.approx(95.75, abs=0.01)
    )


def test_more_failures_because_of_more_requests_are_no_change():
    happened = steps((60, 1), (60, 10))
    exposure = dict.fromkeys(range(60), 10.0) | dict.fromkeys(range(60, 120), 100.0)

    assert find_change(happened, exposure).begin is None
    assert find_change(happened, requests(120)).begin == 60


def test_failures_where_no_request_was_counted_are_taken():
    assert find_change({5: 10, 6: 10}, {0: 100.0}).shape is Shape.STEP


@pytest.mark.parametrize("mean", [0.05, 0.4, 2.0])
def test_of_a_hundred_steady_series_hardly_any_seems_to_change(mean):
    random = Random(20261120)

    changes = [find_change({bucket: poisson(random, mean) for bucket in range(300)}, requests(300)) for _ in range(100)]

    assert sum(change.begin is not None for change in changes) <= 1


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_step_is_found_within_a_bucket_where_it_is_large_and_close_by_where_it_is_small(share):
    random = Random(20261120)
    distances = []
    for _ in range(40):
        begin = random.randrange(30, 90)
        means = [0.02 if bucket < begin else share * REQUESTS for bucket in range(120)]
        change = find_change({bucket: poisson(random, mean) for bucket, mean in enumerate(means)}, requests(120))
        assert change.shape in (Shape.STEP, Shape.RAMP)
        distances.append(abs(change.begin - begin))

    assert max(distances) <= (1 if share == 0.5 else 4)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.integers(-50, 50), st.integers(0, 1000)),
    st.dictionaries(st.integers(-50, 50), st.floats(0, 1e9)),
)
def test_any_counts_give_a_change_that_lies_within_them(happened, exposure):
    change = find_change(happened, exposure)

    buckets = exposure.keys() | happened.keys()
    assert change.begin is None or change.shape not in (Shape.STEADY, Shape.RARE)
    assert change.begin is None or change.begin in buckets
    assert change.end is None or (change.begin is not None and change.end >= change.begin)
    assert (change.shape in (Shape.STEP, Shape.RAMP)) <= (change.begin is not None)
    assert change.before >= 0
    assert change.after >= 0
