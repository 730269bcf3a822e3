"""What the course of one place means: leak, warm-up, saw-tooth, stable, or unclear.

A leak is growth that goes on: in the second half as well, of objects that stay. A cache that fills grows as surely,
and stops; a buffer swings by more than many leaks grow in an hour. What tells them apart is not how much is there in
the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import comb, exp, log
from statistics import median

from gwdiag.heap.changes import Change, together
from gwdiag.heap.trends.course import Course


class Verdict(StrEnum):
    """What a place does with memory."""

    LEAK = "leak"
    UNCLEAR = "unclear"
    WARM_UP = "warm-up"
    SAW_TOOTH = "saw-tooth"
    STABLE = "stable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and why. `is_settled`: what it does is known, so that its growth is no part of anything else's."""

    verdict: Verdict
    why: str
    is_settled: bool = False


FEWEST = 3
"""Snapshots that can show more than growth."""
SURE = 0.01
"""A change is believed when chance alone makes one so large less often."""
LIKELY = 0.05
"""The same for growth that is steady besides: most of it stays and nearly every interval is up."""
Z80 = 1.28
"""Half of the width of an 80 % interval."""
STEADY_RETENTION, STEADY_UP = 0.6, 0.6

FALL = 0.35
"""A fall by so much of the highest value is no noise of a leak: something was emptied."""
OVERTAKES = 1.25
"""After a fall, growth to so much above the old height is more than the next tooth."""
NOT_UNLIKELY = 0.4
"""Growth of the second half alone need not be as sure as that of the whole: it has half of the samples."""
STEP = 0.75
"""Growth of which one interval has so much is a step."""
LEVELS_OFF = 0.3
"""What fills up grows at the end by less than this share of what it did at the begin."""
SLOWS, STOPS = 1.9, 3.0
"""By how much the logarithm of its likelihood must exceed that of even growth. The second has a constant more to
choose."""
LEAK_OF_FULL = 0.02
"""What is full may still grow by so much: a sample may come at any time."""
MOST_PER_INTERVAL = 10.0
UNLIKELY = 0.02
MOST_REPLACED = 30
"""Samples that count as independent, as above."""
PASSES_BY = 0.4
"""Retention below which most objects pass by. Then it must be shown that they stay longer and longer."""
WORKS_MORE = 0.12
"""Retention below which nothing can be told from a place that only works more."""
LONGER = 1.25
"""Objects that stay so much longer in the second half are kept by something."""


def judge(course: Course) -> Judgement:
    """What this place does, from its values and their bounds."""
    whole = course.whole
    if len(course.values) < FEWEST:
        if _is_growth(course, 0, whole):
            count = len(course.values)
            return _of(Verdict.UNCLEAR, f"it grew, and {count} snapshots cannot tell a leak from a cache that fills")
        return _of(Verdict.STABLE, "it changed by no more than sampling alone may do")
    begin = 0
    if fall := _fall(course):
        top, bottom = fall
        if not _overtakes(course, top, bottom):
            return _emptied(course, top, bottom)
        begin = bottom
    return _growth(course, begin)


def _of(verdict: Verdict, why: str, *, is_settled: bool = False) -> Judgement:
    return Judgement(verdict=verdict, why=why, is_settled=is_settled)


def _fall(course: Course) -> tuple[int, int] | None:
    """The latest large fall, from a height to the lowest value after it: numbers of snapshots."""
    values = course.values
    highest = max(values)
    for top in range(len(values) - 2, -1, -1):
        after = values[top + 1 :]
        bottom = top + 1 + after.index(min(after))
        if values[top] - values[bottom] >= FALL * highest and course.between(top, bottom).chance_without() < SURE:
            while top and values[top - 1] > values[top]:
                top -= 1
            return top, bottom
    return None


def _overtakes(course: Course, top: int, bottom: int) -> bool:
    values = course.values
    return len(values) - bottom > FEWEST and min(values[-2:]) > OVERTAKES * max(values[: top + 1])


def _emptied(course: Course, top: int, bottom: int) -> Judgement:
    values = course.values
    fall = values[top] - values[bottom]
    rises = max(values[bottom:]) - values[bottom] > fall / 3 or values[top] - min(values[: top + 1]) > fall / 3
    if rises and _kept_while_rising(course) >= PASSES_BY:
        return _of(Verdict.SAW_TOOTH, "it grows and is emptied again", is_settled=True)
    return _of(Verdict.STABLE, "it comes and goes", is_settled=True)


def _kept_while_rising(course: Course) -> float:
    """Retention in the intervals that are up: nearly all in a saw-tooth, next to nothing in a buffer that swings."""
    ups = [change for index in range(len(course.values) - 1) if (change := course.between(index, index + 1)).bytes > 0]
    return together(ups).retention or (1.0 if ups else 0.0)


def _growth(course: Course, begin: int) -> Judgement:
    last = len(course.values) - 1
    whole = course.between(begin, last)
    if not _is_growth(course, begin, whole):
        return _of(Verdict.STABLE, "it changed by no more than sampling alone may do")
    if step := _step(course, begin):
        return step
    if passes := _passes_by(course, begin, whole):
        return passes
    if _levels_off(course, begin) or _is_replaced(course, begin, last):
        return _of(
            Verdict.WARM_UP, "it grew at first and has levelled off, as what fills up once does", is_settled=True
        )
    middle = _middle(course, begin, last)
    first, second = course.between(begin, middle), course.between(middle, last)
    if second.bytes <= 0 or second.bounds(Z80)[1] < first.bytes / 2:
        return _of(Verdict.WARM_UP, "it grew at first and hardly since, as what fills up once does", is_settled=True)
    halves = together(
        [second, *(one.between(_middle(one, 0, len(one.values) - 1), len(one.values) - 1) for one in course.earlier)]
    )
    if second.bytes < _unit(second) or halves.bytes < 2 * _unit(halves) or halves.chance_without() > NOT_UNLIKELY:
        if second.bytes < first.bytes / 2:
            return _of(Verdict.WARM_UP, "it grew at first, and less than half as much since")
        return _of(Verdict.UNCLEAR, "it grew, but its second half shows too little to tell whether that goes on")
    return _of(Verdict.LEAK, "it grows on in the second half, and what it keeps stays")


def _is_growth(course: Course, begin: int, whole: Change) -> bool:
    if whole.bytes <= 0 or whole.bounds()[0] <= 0:
        return False
    up, count = intervals_up(course, begin)
    kept = whole.retention
    is_steady = count >= FEWEST and up >= STEADY_UP * count and (kept is None or kept >= STEADY_RETENTION)
    processes = together([whole, *(one.whole for one in course.earlier)])
    return processes.chance_without() < (LIKELY if is_steady else SURE)


def _step(course: Course, begin: int) -> Judgement | None:
    values = course.values[begin:]
    increments = [after - before for before, after in pairwise(values)]
    most = max(increments)
    if len(values) <= FEWEST or most < STEP * (values[-1] - values[0]):
        return None
    if increments.index(most) == len(increments) - 1:
        return _of(Verdict.UNCLEAR, "nearly all of it came in the last interval")
    return _of(Verdict.STABLE, "it grew in one step, and not since", is_settled=True)


def _passes_by(course: Course, begin: int, whole: Change) -> Judgement | None:
    """Objects that do not stay longer than before: there are more of them because there is more to do (Little's
    law)."""
    if whole.retention is None or whole.retention >= PASSES_BY:
        return None
    stays = []
    for index in range(begin + 1, len(course.values)):
        allocated = course.between(index - 1, index).allocated / (course.seconds[index] - course.seconds[index - 1])
        stays.append(course.values[index] / allocated if allocated else 0.0)
    half = len(stays) // 2
    longer = median(stays[half:]) > LONGER * median(stays[:half]) if half else False
    if whole.retention < WORKS_MORE or not longer:
        return _of(Verdict.STABLE, "it holds more because it works more: objects stay no longer", is_settled=True)
    return None


def _middle(course: Course, begin: int, last: int) -> int:
    half = (course.pace[begin] + course.pace[last]) / 2
    return max(one for one in range(begin, last) if course.pace[one] <= half)


def _levels_off(course: Course, begin: int) -> bool:
    """Whether the course is that of something that fills up, rather than even growth.

    Two ways to fill up are tried, each with many constants: towards a bound, the slower the nearer (a cache of random
    keys), and evenly until it is full. The likelihood of the samples' increments decides.
    """
    edges = [one - course.pace[begin] for one in course.pace[begin:]]
    whole = edges[-1]
    increments = _counts(course, begin)
    for step in range(1, 20):
        constant = whole * step / 20
        curve = [1 - exp(-edge / constant) for edge in edges]
        if exp(-whole / constant) < LEVELS_OFF and _likelier(increments, edges, curve) > SLOWS:
            return True
        full = [min(edge / constant, 1.0) + LEAK_OF_FULL * edge / whole for edge in edges]
        if step <= 0.8 * 20 and _likelier(increments, edges, full) > STOPS:
            return True
    return False


def _is_replaced(course: Course, begin: int, last: int) -> bool:
    """Whether as much comes as before, and takes the place of what was there: a cache that is full."""
    for share in (0.5, 0.67):
        until = course.pace[begin] + (course.pace[last] - course.pace[begin]) * share
        cut = max(one for one in range(begin, last) if course.pace[one] <= until)
        before, after = course.between(begin, cut), course.between(cut, last)
        if before.retention is None or after.retention is None or cut == begin:
            continue
        unit = max(_unit(after), after.allocated / MOST_REPLACED, 1.0)
        came, stayed = round(after.allocated / unit), max(round(after.bytes / unit), 0)
        chance = sum(
            comb(came, k) * before.retention**k * (1 - before.retention) ** (came - k) for k in range(stayed + 1)
        )
        if after.retention < before.retention / 2 and chance < UNLIKELY:
            return True
    return False


def _counts(course: Course, begin: int) -> list[float]:
    """Samples that came in each interval, as far as they count: traffic is not so even that thousands would."""
    last = len(course.values) - 1
    unit = _unit(course.between(begin, last)) or 1.0
    counts = [max(after - before, 0) / unit for before, after in pairwise(course.values[begin:])]
    return [one * min(1.0, MOST_PER_INTERVAL * len(counts) / max(sum(counts), 1.0)) for one in counts]


def _likelier(increments: Sequence[float], edges: Sequence[float], curve: Sequence[float]) -> float:
    """By how much the logarithm of the likelihood of a curve exceeds that of even growth."""
    return sum(
        count * log((after - before) / curve[-1] / ((until - since) / edges[-1]))
        for count, (before, after), (since, until) in zip(increments, pairwise(curve), pairwise(edges), strict=True)
        if count and after > before
    )


def _unit(change: Change) -> float:
    """Bytes that one sample stands for, about."""
    total = change.gained + change.lost
    return change.variance / total if total else 0.0


def intervals_up(course: Course, begin: int = 0) -> tuple[int, int]:
    """In how many intervals it grew, and how many there are."""
    pairs = list(pairwise(course.values[begin:]))
    return sum(1 for before, after in pairs if after > before), len(pairs)
