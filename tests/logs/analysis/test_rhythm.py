"""Errors that come every N seconds."""

from random import Random
from time import process_time

import pytest

from gwdiag.logs.analysis.rhythm import MOST_BURSTS, RHYTHM, rhythm_of
from tests.logs.from_lines import view_of
from tests.logs.small_logs import failures, log, successes


def bursts(period: float, count: int, length: int = 2, begin: int = 1_000_000) -> list[int]:
    return [begin + round(number * period) + second for number in range(count) for second in range(length)]


@pytest.mark.parametrize("period", [5, 10, 30, 47, 60, 300])
def test_a_period(period):
    found = rhythm_of(bursts(period, 20), 1)

    assert found.period == pytest.approx(period, rel=0.02)
    assert (found.bursts, found.chance < 1e-4) == (20, True)


def test_a_period_that_jitters_by_a_second():
    random = Random(20261120)

    found = rhythm_of(sorted({bucket + random.choice((-1, 0, 1)) for bucket in bursts(30, 25, length=1)}), 1)

    assert found.period == pytest.approx(30, rel=0.02)


def test_a_beat_left_out_now_and_then():
    kept = [bucket for number, bucket in enumerate(bursts(30, 30, length=1)) if number % 5]

    assert rhythm_of(kept, 1).period == pytest.approx(30, rel=0.02)


@pytest.mark.parametrize(
    "buckets",
    [[], [7], bursts(30, 5), list(range(300)), bursts(2, 100, length=1), [9, 1000, 1001, 5000, 5300, 9000, 9100, 9900]],
    ids=["none", "one", "too few", "all the time", "nearly all the time", "irregular"],
)
def test_no_rhythm(buckets):
    assert rhythm_of(buckets, 1) is None


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
def test_errors_at_random_have_no_rhythm(share):
    random = Random(20261120)

    found = [rhythm_of([second for second in range(900) if random.random() < share], 1) is not None for _ in range(40)]

    assert sum(found) == 0


def test_a_period_counts_in_wide_buckets_too():
    assert rhythm_of([number * 10 for number in range(20)], 8).period == pytest.approx(80, rel=0.02)


@pytest.mark.parametrize(("gap", "bursts_"), [(2, None), (3, 20)])
def test_bursts_are_parted_by_three_quiet_seconds(gap, bursts_):
    found = rhythm_of([number * gap for number in range(20)], 1)

    assert (found and found.bursts) == bursts_


def test_a_long_log_takes_no_time():
    random = Random(20261120)
    at_random = sorted({random.randrange(7 * 86_400) for _ in range(5000)})
    began = process_time()

    assert rhythm_of(at_random, 1) is None
    assert rhythm_of(bursts(30, 5000), 1).bursts == MOST_BURSTS
    assert process_time() - began < 5


def test_the_finding():
    stretches = [failures(begin, begin + 1, every=1, error="EOF", flag="UPE") for begin in range(10, 610, 30)]

    [found] = RHYTHM.answer(view_of({"gw-1": log(successes(0, 620), *stretches)}))

    assert (found.id, found.evidence[0].value) == ("rhythm", pytest.approx(30, rel=0.01))
    assert found.title == f"Every {found.evidence[0].value:.1f} s"
