"""The tests of significance, against reference values (scipy 1.x: hypergeom.sf, mannwhitneyu, spearmanr)."""

from math import exp, inf, log
from random import Random

import pytest

from gwdiag.logs.chance import (
    _high_scores,
    _scores,
    log_choose,
    log_fisher_exact,
    mann_whitney,
    rates_differ,
    rayleigh_period,
    spearman,
)


@pytest.mark.parametrize(
    ("marked", "drawn", "hits", "total", "chance"),
    [
        (10, 5, 5, 20, 0.016253869969040248),
        (30, 100, 20, 400, 6.032248099409292e-07),
        (199, 573, 198, 1200, 1.4530094005806227e-71),
        (3, 3, 1, 10, 0.7083333333333333),
        (5, 10, 0, 20, 1.0),
        (50, 500, 25, 1000, 0.5575951904764498),
        (1000, 3000, 700, 9000, 1.6143763510043785e-140),
    ],
)
def test_fisher_s_exact_test(marked, drawn, hits, total, chance):
    assert log_fisher_exact(marked, drawn, hits, total) == pytest.approx(log(chance), rel=1e-9, abs=1e-9)


def test_fisher_s_exact_test_of_what_cannot_be():
    assert log_fisher_exact(3, 10, 4, 20) == -inf
    assert log_fisher_exact(18, 10, 8, 20) == pytest.approx(0, abs=1e-12)


def test_fisher_s_exact_test_beyond_the_range_of_floats():
    assert log_fisher_exact(1500, 1500, 1500, 5000) == pytest.approx(-log_choose(5000, 1500), rel=1e-9)
    assert log_choose(5000, 1500) == pytest.approx(3050.0, rel=0.01)


@pytest.mark.parametrize(("total", "chosen", "ways"), [(5, 2, 10), (10, 0, 1), (10, 10, 1), (52, 5, 2_598_960)])
def test_ways_to_choose(total, chosen, ways):
    assert exp(log_choose(total, chosen)) == pytest.approx(ways)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([30, 31, 45, 60, 28, 33], [1, 2, 3, 4, 5, 40, 2, 3, 1, 2], (0.9333333333333333, 0.004616816203151889)),
        ([1, 2, 3], [1, 2, 3], (0.5, 1.0)),
        ([1, 1, 2, 2, 3], [2, 3, 3, 4, 4, 5], (0.1, 0.024932455602863092)),
        ([5.5, 2.5], [1, 9, 7], (0.3333333333333333, 0.5637028616507731)),
        (range(20), range(10, 40), (0.08333333333333333, 7.348224864050372e-07)),
        ([4, 4, 4], [4, 4], (0.5, 1.0)),
    ],
)
def test_mann_whitney_s_test(left, right, expected):
    assert mann_whitney(left, right) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7], (0.8207826816681233, 0.10068011072701413)),
        (range(12), [0, 0, 0, 1, 0, 2, 2, 3, 5, 4, 8, 9], (0.9556204403096967, 0.0015273590944476733)),
        ([1, 2, 3, 4], [4, 3, 2, 1], (-1.0, 0.08326451666355043)),
        ([1, 1, 2, 2, 3, 9], [2, 2, 1, 5, 3, 3], (0.48484848484848475, 0.27829644765729156)),
        ([1, 2, 3], [7, 7, 7], (0.0, 1.0)),
    ],
)
def test_spearman_s_rank_correlation(left, right, expected):
    assert spearman(left, right) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("period", [10.0, 30.0, 47.0])
def test_a_period_is_found_though_the_times_jitter_a_little(period):
    random = Random(20261120)
    times = [1e9 + period * beat + random.uniform(-0.02, 0.02) * period for beat in range(20)]

    found, chance = rayleigh_period(times, period / 2.1, period * 3, 1e-5)

    assert found == pytest.approx(period, rel=0.03)
    assert chance <= 1e-5


def test_half_of_a_period_is_not_taken_for_it():
    found, _ = rayleigh_period([30.0 * beat for beat in range(20)], 5.0, 200.0, 1e-4)

    assert found == pytest.approx(30.0, rel=0.01)


def test_times_without_a_rhythm_have_one_by_chance():
    random = Random(20261120)
    found = [rayleigh_period(sorted(random.uniform(0, 600) for _ in range(20)), 15.0, 60.0, 0.01) for _ in range(100)]

    assert sum(one is not None for one in found) <= 3


@pytest.mark.parametrize("jitter", [0.05, 0.2, 0.3, 0.5])
def test_many_times_have_the_same_scores_as_few(jitter):
    random = Random(20261120)
    times = sorted(30.0 * beat + random.uniform(-jitter, jitter) * 30 for beat in range(300))
    periods = [15 * 1.0004**step for step in range(4000)]
    every = _scores(times, periods)

    for enough in (0.1, 0.2, 0.5):
        high = _high_scores(times, periods, enough)
        assert {place for place, score in enumerate(every) if score >= enough} <= {
            place for place, score in enumerate(high) if score
        }
        assert [score or None for score in high] == [
            pytest.approx(score) if found else None for score, found in zip(every, high, strict=True)
        ]


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [
        ((100, 10.0), (100, 10.0), False),
        ((100, 10.0), (130, 10.0), False),
        ((100, 10.0), (160, 10.0), True),
        ((100, 10.0), (40, 10.0), True),
        ((100, 10.0), (200, 20.0), False),
        ((0, 10.0), (10, 10.0), True),
        ((0, 10.0), (0, 10.0), False),
        ((10, 0.0), (10, 10.0), False),
        ((10, 10.0), (10, 0.0), False),
    ],
)
def test_whether_two_rates_differ(before, after, differ):
    assert rates_differ(*before, *after) is differ
