"""What the course of a place means, on courses that are made here: samples of 64-byte objects, 512 KiB each."""

from itertools import accumulate

import pytest

from gwdiag.heap.holdings import Held
from gwdiag.heap.sampling import weight
from gwdiag.heap.trends.course import Course, Stretch
from gwdiag.heap.trends.verdict import Verdict, intervals_up, judge

PERIOD = 524_288
KEY = (("f",), 64)


def course(samples: list[int], allocated: list[int] | None = None, every: float = 600.0) -> Course:
    """Of one place: samples in use at each snapshot, and samples ever allocated; without those, all that was is in
    use."""
    one = weight(64, PERIOD)
    allocated = allocated or list(accumulate(samples, max))
    held = [
        {KEY: Held(round(count * one / 64), round(count * one), count, 0, round(ever * one), ever)}
        for count, ever in zip(samples, allocated, strict=True)
    ]
    stretch = Stretch(
        seconds=tuple(every * number for number in range(len(samples))),
        held=tuple(held),
        periods=(PERIOD,) * len(samples),
    )
    return Course(stretch=stretch, keys=(KEY,))


def replaced(samples: list[int], each: int) -> Course:
    """As much is allocated in every interval, whatever is in use."""
    return course(samples, [samples[0] + each * number for number in range(len(samples))])


@pytest.mark.parametrize(
    ("samples", "verdict"),
    [
        ([2, 4, 7, 9, 11, 14, 16, 18], Verdict.LEAK),  # evenly
        ([0, 0, 0, 3, 6, 9, 12, 15], Verdict.LEAK),  # later
        ([1, 8, 14, 21, 29, 35], Verdict.LEAK),
        ([2, 7, 11, 15, 18, 20, 21, 22, 22, 23], Verdict.WARM_UP),  # the slower the fuller
        ([0, 5, 10, 15, 20, 25, 25, 25, 25, 25], Verdict.WARM_UP),  # until it is full
        ([3, 3, 4, 3, 4, 3, 4, 4], Verdict.STABLE),
        ([10, 10, 10, 10, 60, 60, 60, 60], Verdict.STABLE),  # in one step
        ([10, 10, 10, 60], Verdict.UNCLEAR),  # in one step, just now
        ([0, 12], Verdict.UNCLEAR),  # two snapshots
        ([3, 4], Verdict.STABLE),
        ([5], Verdict.STABLE),
    ],
)
def test_of_what_stays(samples, verdict):
    assert judge(course(samples)).verdict is verdict


@pytest.mark.parametrize(
    ("samples", "each", "verdict"),
    [
        ([2, 12, 22, 2, 12, 22, 2, 12], 10, Verdict.SAW_TOOTH),
        ([2, 12, 22, 2, 12, 22, 32, 42, 52], 10, Verdict.LEAK),  # beyond every tooth before
        ([20, 2, 18, 4, 22, 6, 20, 3], 200, Verdict.STABLE),  # a buffer that swings
        ([4, 8, 12, 16, 20, 24, 28, 32], 400, Verdict.STABLE),  # 1 in 100 stays: it works more
        ([2, 10, 18, 26, 27, 26, 28, 27], 8, Verdict.WARM_UP),  # full: what comes replaces what was there
    ],
)
def test_of_what_comes_and_goes(samples, each, verdict):
    assert judge(replaced(samples, each)).verdict is verdict


def test_what_grows_because_there_is_more_to_do_is_no_leak():
    work = list(accumulate([10, 20, 30, 40, 50, 60, 70, 80]))
    follows = course([10, 20, 30, 40, 50, 60, 70, 80], [one + 10 for one in work])
    stays = course([10, 20, 30, 40, 50, 60, 70, 80], [10 + 30 * number for number in range(8)])

    assert judge(follows).why == "it holds more because it works more: objects stay no longer"
    assert judge(stays).verdict is Verdict.LEAK


def test_processes_before_add_to_the_evidence():
    alone = course([0, 1, 2, 3, 4])
    again = Course(
        stretch=Stretch(
            seconds=alone.stretch.seconds,
            held=alone.stretch.held,
            periods=alone.stretch.periods,
            earlier=(alone.stretch,),
        ),
        keys=(KEY,),
    )

    assert judge(alone).verdict is Verdict.STABLE
    assert judge(again).verdict is Verdict.LEAK


def test_intervals_are_counted():
    assert intervals_up(course([1, 2, 2, 5, 4])) == (2, 4)
