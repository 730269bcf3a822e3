"""What changed between two profiles, with its bounds.

In one process, objects that live in both profiles are in both samples, so they cancel: only what survived of what was
allocated in between (`gained`) and what was freed (`lost`) can be misjudged. Two processes are independent samples,
and then all of both can.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb, erfc, sqrt

from gwdiag.heap.holdings import NOTHING, Key
from gwdiag.heap.holdings import Held as Holding
from gwdiag.heap.sampling import Z95, bounds, variance_of_one, weight

UNLIKELY = 0.05
MOST_COUNTED = 1000
"""Above so many samples the normal approximation of the binomial is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Of one or more stacks, in bytes. The variances are those that sampling makes, in bytes^2."""

    bytes: int = 0
    gained: float = 0.0
    gained_variance: float = 0.0
    lost: float = 0.0
    lost_variance: float = 0.0
    allocated: int = 0
    samples: int = 0

    def bounds(self, z: float = Z95) -> tuple[float, float]:
        """Between which values the true change lies. Source: Donner and Zou 2012, limits of a difference from those of
        its parts."""
        gained_low, gained_high = bounds(self.gained, self.gained_variance, z)
        lost_low, lost_high = bounds(self.lost, self.lost_variance, z)
        below = sqrt((self.gained - gained_low) ** 2 + (lost_high - self.lost) ** 2)
        above = sqrt((gained_high - self.gained) ** 2 + (self.lost - lost_low) ** 2)
        return self.bytes - below, self.bytes + above

    @property
    def variance(self) -> float:
        return self.gained_variance + self.lost_variance

    @property
    def retention(self) -> float | None:
        """How much of what was allocated in between is still there; None where nothing was allocated."""
        return min(max(self.bytes / self.allocated, 0.0), 1.0) if self.allocated > 0 else None

    def chance_without(self) -> float:
        """How likely a change at least as far from none is if nothing changed: a sign test, two-sided."""
        gained = _counts(self.gained, self.gained_variance)
        lost = _counts(self.lost, self.lost_variance)
        if gained is None or lost is None:
            return 1.0 if self.bytes == 0 else 0.0
        return sign_test(gained, lost)


def _counts(value: float, variance: float) -> int | None:
    """Of how many independent samples a value is as sure; None where it is exact."""
    if value <= 0:
        return 0
    return round(value * value / variance) if variance > 0 else None


def sign_test(ups: int, downs: int) -> float:
    """How likely so uneven a split is if both sides are equally likely."""
    total, most = ups + downs, max(ups, downs)
    if total > MOST_COUNTED:
        return erfc(abs(ups - downs) / sqrt(2 * total))
    tail = sum(comb(total, count) for count in range(most, total + 1))
    return min(1.0, float(2 * tail / 2**total))


def change_of(key: Key, before: Holding, after: Holding, periods: tuple[int, int], *, is_same_process: bool) -> Change:
    """Of one stack and size of objects. `periods`: of both profiles."""
    size = key[1]
    per_sample = weight(size, periods[1])
    if is_same_process:
        more = after.samples - before.samples
        allocated = max(after.allocated_samples - before.allocated_samples, 0)
        gained = min(after.samples, max(allocated, more, 0))
        lost = gained - more
        variances = (variance_of_one(size, periods[1]),) * 2
        values = gained * per_sample, lost * per_sample
    else:
        gained, lost = after.samples, before.samples
        variances = variance_of_one(size, periods[1]), variance_of_one(size, periods[0])
        values = gained * per_sample, lost * weight(size, periods[0])
    return Change(
        bytes=after.bytes - before.bytes,
        gained=values[0],
        gained_variance=gained * variances[0],
        lost=values[1],
        lost_variance=lost * variances[1],
        allocated=max(after.allocated_bytes - before.allocated_bytes, 0) if is_same_process else 0,
        samples=gained + lost,
    )


def changes_of(
    before: Mapping[Key, Holding], after: Mapping[Key, Holding], periods: tuple[int, int], *, is_same_process: bool
) -> dict[Key, Change]:
    """Of every stack and size."""
    return {
        key: change_of(key, before.get(key, NOTHING), after.get(key, NOTHING), periods, is_same_process=is_same_process)
        for key in before.keys() | after.keys()
    }


def together(changes: Iterable[Change]) -> Change:
    """The sum of changes that are independent of each other."""
    parts = list(changes)
    return Change(
        bytes=sum(one.bytes for one in parts),
        gained=sum(one.gained for one in parts),
        gained_variance=sum(one.gained_variance for one in parts),
        lost=sum(one.lost for one in parts),
        lost_variance=sum(one.lost_variance for one in parts),
        allocated=sum(one.allocated for one in parts),
        samples=sum(one.samples for one in parts),
    )
