"""Goroutines over time. They are counted, not sampled: what waits for ever shows here first, whatever it allocated."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gwdiag.heap.frames import is_application
from gwdiag.heap.trends.verdict import FALL, FEWEST
from gwdiag.model.profile import Profile

LEAST = 30
"""Goroutines that must have come: fewer are workers that were started."""
LEVELS_OFF = 0.34
"""A second half that grows so much slower than the first one levels off."""
MOSTLY_UP = 0.7
STACK = 2048
"""Bytes of a goroutine's stack at least. Source: Go, runtime/stack.go, stackMin."""
DESCRIPTOR = 440
"""Bytes of its descriptor, runtime.g, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A function of the application in which ever more goroutines are. `path`: from there to where they were
    started."""

    function: str
    counts: tuple[int, ...]
    path: tuple[str, ...]

    @property
    def more(self) -> int:
        return self.counts[-1] - self.counts[0]


def count_of(profile: Profile) -> int:
    """All goroutines."""
    return sum(one.values[-1] for one in profile.samples)


def by_function(profile: Profile) -> dict[str, tuple[int, tuple[str, ...]]]:
    """How many are in each function of the application, by the deepest one on their stack, and one such path."""
    counts: Counter[str] = Counter()
    paths: dict[str, tuple[str, ...]] = {}
    for stack, values, _ in profile.samples:
        frames = [frame for place in stack for frame in profile.locations[place]]
        own = [frame.function for frame in frames if is_application(frame)]
        if own:
            counts[own[0]] += values[-1]
            paths.setdefault(own[0], tuple(own))
    return {name: (count, paths[name]) for name, count in counts.items()}


def waiting_in(profiles: Sequence[Profile | None], seconds: Sequence[float]) -> list[Waiting]:
    """Functions whose goroutines grow on and on, the most first."""
    known = [(at, by_function(one)) for at, one in zip(seconds, profiles, strict=True) if one is not None]
    if len(known) < FEWEST:
        return []
    times = [at for at, _ in known]
    found = []
    for name in dict.fromkeys(name for _, counts in known for name in counts):
        counts = tuple(one.get(name, (0, ()))[0] for _, one in known)
        if grows_on(counts, times):
            path = next(one[name][1] for _, one in reversed(known) if name in one)
            found.append(Waiting(function=name, counts=counts, path=path))
    return sorted(found, key=lambda one: -one.more)


def grows_on(counts: Sequence[int], seconds: Sequence[float]) -> bool:
    """Up nearly always, never far down, and in the second half about as quickly as in the first."""
    more = counts[-1] - counts[0]
    if more < LEAST or _largest_fall(counts) > FALL * max(counts):
        return False
    steps = [after - before for before, after in pairwise(counts)]
    if sum(1 for one in steps if one > 0) < MOSTLY_UP * len(steps):
        return False
    half = (seconds[0] + seconds[-1]) / 2
    middle = max(index for index, at in enumerate(seconds[:-1]) if at <= half)
    early = (counts[middle] - counts[0]) / max(seconds[middle] - seconds[0], 1e-9)
    late = (counts[-1] - counts[middle]) / (seconds[-1] - seconds[middle])
    return late > 0 and late > LEVELS_OFF * early


def _largest_fall(counts: Sequence[int]) -> int:
    highest, fall = counts[0], 0
    for one in counts:
        highest = max(highest, one)
        fall = max(fall, highest - one)
    return fall
