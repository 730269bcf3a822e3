"""When a rate changed: the interval in which something happens more often than outside it.

Counts are taken as Poisson with an exposure per bucket (requests, or seconds where there are no requests to count
by). For two given rates the likeliest interval is the one with the largest sum of log likelihood ratios (a maximum
subarray); rates and interval are found in turn, until they stand still.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from enum import Enum
from itertools import pairwise
from math import inf, log

from gwdiag.logs.over_time import OverTime
from gwdiag.model.dataclass import dataclass

ROUNDS = 12
NEEDED_LIKELIHOOD = 7.0
"""Log likelihood ratio that a change must reach, above the logarithm of the number of buckets it is chosen from."""

NEEDED_RATIO = 2.5
"""How many times as often it must happen inside the interval. Bursts make small changes look sure."""

CANNOT_BE_SEEN = 3.0
"""Expected happenings below which their absence tells nothing: three expected and none seen has 5 % probability."""


LEAST = 1e-9
"""Exposure of a bucket that has none, in which it happened all the same."""

A_FEW = 5
"""Fewer happenings tell nothing of when it began."""

NEEDED_QUIET = 0.02
"""Probability of so long a quiet before the first happening, at the rate of the whole, that makes it a change."""


class Shape(Enum):
    """How it began."""

    STEP = "step"
    RAMP = "ramp"
    AT_START = "at start"  # from the first requests on
    STEADY = "steady"  # no change that is sure, and not there from the start
    RARE = "rare"  # too few to tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The interval, as bucket numbers, and how often it happened outside and inside of it, per unit of exposure.

    `begin` None: no change. `end` None: it went on to the end. `likelihood`: of the change against none, as logarithm.
    """

    shape: Shape
    begin: int | None = None
    end: int | None = None
    before: float = 0.0
    after: float = 0.0
    likelihood: float = 0.0


def find_change(happened: Mapping[int, int], exposure: Mapping[int, float], *, quiet_tells: bool = False) -> Change:
    """The change in the rate of what happened, both by bucket.

    `quiet_tells`: it does not happen now and then by itself, so that a long quiet before the first time says that it
    began then, even if it happens too seldom for more.
    """
    every = exposure if isinstance(exposure, OverTime) else OverTime(exposure)
    buckets = sorted(happened)
    counts, weights = _parts(buckets, happened, every)
    total, whole = sum(counts), sum(weights)
    if total < 2:
        return Change(shape=Shape.RARE, before=total / whole if whole else 0.0, after=total / whole if whole else 0.0)
    first, last = _interval(counts, weights)
    inside, inside_weight = sum(counts[first : last + 1]), sum(weights[first : last + 1])
    outside, outside_weight = total - inside, whole - inside_weight
    after, before = inside / inside_weight, outside / outside_weight if outside_weight > 1e-6 else 0.0
    likelihood = _terms(inside, inside_weight) + _terms(outside, outside_weight) - _terms(total, whole)
    weight_before, weight_after = sum(weights[:first]), sum(weights[last + 1 :])
    goes_on = after * weight_after < CANNOT_BE_SEEN
    choice = len(every.keys() | happened.keys())
    is_change = likelihood > NEEDED_LIKELIHOOD + log(choice) and after > NEEDED_RATIO * before
    if not is_change:
        rate = total / whole
        begin = next(index for index, count in enumerate(counts) if count)
        weight_before = sum(weights[:begin])
        by_chance = (1 - weight_before / whole) ** total
        if quiet_tells and total >= A_FEW and by_chance < NEEDED_QUIET:
            since = total / (whole - weight_before)
            return Change(shape=Shape.STEP, begin=buckets[begin // 2], after=since, likelihood=-log(by_chance))
        shape = (
            Shape.RARE if total < A_FEW else Shape.AT_START if rate * weight_before < CANNOT_BE_SEEN else Shape.STEADY
        )
        return Change(shape=shape, before=rate, after=rate, likelihood=likelihood)
    if after * weight_before < CANNOT_BE_SEEN:
        shape = Shape.AT_START
    else:
        shape = Shape.RAMP if _climbs(happened, every, buckets[first // 2], buckets[last // 2]) else Shape.STEP
    return Change(
        shape=shape,
        begin=buckets[first // 2],
        end=None if goes_on else buckets[last // 2],
        before=before,
        after=after,
        likelihood=likelihood,
    )


def _parts(buckets: list[int], happened: Mapping[int, int], exposure: OverTime[float]) -> tuple[list[int], list[float]]:
    """Happenings and exposure of the buckets, and by turns with them of all before, between and behind them.

    No interval begins or ends where nothing happened, so that such a stretch need not be looked at by the bucket.
    """
    places, up_to = exposure.buckets, exposure.up_to
    counts, weights = [0], list[float]()
    begin = 0
    for bucket in buckets:
        end, own = bisect_left(places, bucket, begin), exposure.get(bucket)
        weights += (up_to[end] - up_to[begin], own if own and own > LEAST else LEAST)
        counts += (happened[bucket], 0)
        begin = end if own is None else end + 1
    return counts, [*weights, up_to[-1] - up_to[begin]]


def _interval(counts: list[int], weights: list[float]) -> tuple[int, int]:
    overall = sum(counts) / sum(weights)
    low, high = overall / 10, overall * 3
    interval = 0 if weights[0] else 1, len(counts) - (1 if weights[-1] else 2)
    for _ in range(ROUNDS):
        gain, loss = log(high / low), high - low
        found = _largest_sum(counts, weights, gain, loss)
        if found == interval:
            break
        interval = first, last = found
        inside, inside_weight = sum(counts[first : last + 1]), sum(weights[first : last + 1])
        high = inside / inside_weight
        low = (sum(counts) - inside + 0.5) / (sum(weights) - inside_weight + 1.0 / max(high, 1e-9))
        if low >= high:
            return 0, len(counts) - 1
    return interval


def _largest_sum(counts: list[int], weights: list[float], gain: float, loss: float) -> tuple[int, int]:
    """First and last index of the contiguous part with the largest sum of likelihood ratios (Kadane)."""
    best, best_begin, best_end = -inf, 0, len(counts) - 1
    sum_here, begin = 0.0, 0
    for index, (count, weight) in enumerate(zip(counts, weights, strict=True)):
        if sum_here <= 0.0:
            sum_here, begin = 0.0, index
        sum_here += count * gain - loss * weight
        if sum_here > best:
            best, best_begin, best_end = sum_here, begin, index
    return best_begin, best_end


def _terms(count: int, weight: float) -> float:
    """Log likelihood of a count at its own rate, without the terms that cancel."""
    return count * log(count / weight) if count else 0.0


def _climbs(happened: Mapping[int, int], exposure: OverTime[float], first: int, last: int) -> bool:
    """Whether the rate rises over the whole interval rather than at its beginning, judged by thirds of the exposure."""
    buckets, up_to = exposure.buckets, exposure.up_to
    begin, end = bisect_left(buckets, first), bisect_right(buckets, last)
    whole = up_to[end] - up_to[begin]
    if not whole:
        return False

    def third_of(place: int) -> int:
        return min(2, int(3 * (up_to[place] - up_to[begin]) / whole))

    places = range(begin, end)
    cuts = [begin, *(begin + bisect_left(places, third, key=third_of) for third in (1, 2)), end]
    weights = [up_to[to] - up_to[start] for start, to in pairwise(cuts)]
    counts = [0, 0, 0]
    for bucket, count in happened.items():
        if first <= bucket <= last:
            place = min(bisect_left(buckets, bucket), end - 1)
            counts[(place >= cuts[1]) + (place >= cuts[2])] += count
    rates = [count / weight if weight else 0.0 for count, weight in zip(counts, weights, strict=True)]
    return rates[0] < 0.6 * rates[2] and rates[0] < rates[1] < rates[2] and sum(counts) >= 20
