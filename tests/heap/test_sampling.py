"""From samples to estimates: bounds, and that they hold as often as they say."""

from random import Random

import pytest

from gwdiag.heap.changes import Change, change_of, sign_test, together
from gwdiag.heap.holdings import NOTHING, Held
from gwdiag.heap.sampling import bounds, chance, garwood, sampled, variance_of_one, weight

PERIOD = 524_288


@pytest.mark.parametrize(("size", "expected"), [(0, 1.0), (64, 0.000122), (4096, 0.007782), (PERIOD, 0.632121)])
def test_the_chance_that_an_object_is_sampled(size, expected):
    assert chance(size, PERIOD) == pytest.approx(expected, abs=1e-6)
    assert chance(size, 1) == 1.0


def test_one_sample_of_small_objects_stands_for_the_period():
    assert weight(64, PERIOD) == pytest.approx(PERIOD + 32, abs=1)
    assert weight(64 << 20, PERIOD) == pytest.approx(64 << 20)
    assert sampled(8193, 64, PERIOD) == 1


# The expected limits are halves of quantiles of chi-squared, from tables.
@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (30, 20.24, 42.83)]
)
def test_garwoods_limits(count, low, high):
    found = garwood(count)

    assert found[0] == pytest.approx(low, abs=0.02 + 0.01 * low)
    assert found[1] == pytest.approx(high, rel=0.02)


@pytest.mark.parametrize("size", [64, 4096, 262_144, 4 << 20])
def test_bounds_hold_about_as_often_as_they_say(size):
    chosen, true = Random(size), 16 << 20
    objects = true // size
    p = chance(size, PERIOD)
    hits = 0
    for _ in range(400):
        mean, spread = objects * p, (objects * p * (1 - p)) ** 0.5
        count = max(0, round(chosen.gauss(mean, spread)))  # close to the binomial, for so many objects
        low, high = bounds(count * weight(size, PERIOD), count * variance_of_one(size, PERIOD))
        hits += low - size <= true <= high + size

    assert hits >= 0.93 * 400


def test_exact_counts_have_no_bounds():
    assert bounds(1000, 0.0) == (1000, 1000)
    assert bounds(0, 5.0) == (0, 0)


@pytest.mark.parametrize(
    ("ups", "downs", "expected"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (8, 0, 0.0078125), (3, 3, 1.0), (700, 500, 0.0)],
)
def test_the_sign_test(ups, downs, expected):
    assert sign_test(ups, downs) == pytest.approx(expected, abs=1e-6)


def held(samples: int, allocated: int, size: int = 64) -> Held:
    one = weight(size, PERIOD)
    return Held(round(samples * one / size), round(samples * one), samples, 0, round(allocated * one), allocated)


def test_objects_in_both_profiles_of_a_process_cancel():
    change = change_of((("f",), 64), held(100, 100), held(110, 120), (PERIOD, PERIOD), is_same_process=True)
    apart = change_of((("f",), 64), held(100, 100), held(110, 120), (PERIOD, PERIOD), is_same_process=False)

    # 20 were allocated, 10 more are there: 20 came at most and 10 of all went.
    assert (change.samples, apart.samples) == (30, 210)
    assert change.retention == pytest.approx(0.5)
    assert change.variance < apart.variance / 6
    assert change.chance_without() == pytest.approx(0.0987, abs=1e-3)


def test_a_large_object_is_no_noise_and_a_small_one_is():
    large = change_of((("f",), 85 << 20), NOTHING, held(1, 1, 85 << 20), (PERIOD, PERIOD), is_same_process=True)
    small = change_of((("f",), 64), NOTHING, held(1, 1), (PERIOD, PERIOD), is_same_process=True)

    assert (large.chance_without(), small.chance_without()) == (0.0, 1.0)
    assert large.bounds() == pytest.approx((85 << 20, 85 << 20))


def test_changes_add_up():
    parts = [Change(bytes=5, gained=7.0, lost=2.0, gained_variance=3.0, allocated=10, samples=2)] * 2

    assert together(parts) == Change(bytes=10, gained=14.0, lost=4.0, gained_variance=6.0, allocated=20, samples=4)
