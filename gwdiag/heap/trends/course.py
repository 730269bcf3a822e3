"""The course of what some stacks hold, over the snapshots of one process."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from gwdiag.heap.changes import Change, change_of, together
from gwdiag.heap.holdings import NOTHING, Held, Key


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Snapshots of one process without a gap, the oldest first.

    `seconds`: since the first of them. `requests`: served until then, where that is known. `earlier`: the same of
    processes before it.
    """

    seconds: tuple[float, ...]
    held: tuple[Mapping[Key, Held], ...]
    periods: tuple[int, ...]
    requests: tuple[float, ...] = ()
    earlier: "tuple[Stretch, ...]" = ()

    @cached_property
    def pace(self) -> tuple[float, ...]:
        """What growth is compared with: requests where all are known, else seconds.

        A leak slows down with the load; in time it would look like a cache that fills.
        """
        is_rising = all(after > before for before, after in pairwise(self.requests))
        return self.requests if len(self.requests) == len(self.seconds) and is_rising else self.seconds

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every stack and size, in the order of their first appearance."""
        return tuple(dict.fromkeys(key for held in self.held for key in held))


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a set of stacks held at each snapshot of a stretch."""

    stretch: Stretch
    keys: tuple[Key, ...]

    @cached_property
    def values(self) -> tuple[int, ...]:
        """Bytes in use at each snapshot."""
        return tuple(sum(held[key].bytes for key in self.keys if key in held) for held in self.stretch.held)

    @property
    def seconds(self) -> tuple[float, ...]:
        return self.stretch.seconds

    @property
    def pace(self) -> tuple[float, ...]:
        return self.stretch.pace

    def between(self, first: int, last: int) -> Change:
        """From one snapshot to another, by their numbers."""
        before, after = self.stretch.held[first], self.stretch.held[last]
        periods = self.stretch.periods[first], self.stretch.periods[last]
        return together(
            change_of(key, before.get(key, NOTHING), after.get(key, NOTHING), periods, is_same_process=True)
            for key in self.keys
        )

    @cached_property
    def whole(self) -> Change:
        """From the first to the last."""
        return self.between(0, len(self.values) - 1)

    @cached_property
    def earlier(self) -> "tuple[Course, ...]":
        """The same stacks in processes before this one."""
        return tuple(Course(stretch=one, keys=self.keys) for one in self.stretch.earlier)

    def without(self, keys: Collection[Key]) -> "Course":
        return Course(stretch=self.stretch, keys=tuple(key for key in self.keys if key not in keys))


def courses_by(stretch: Stretch, name_of: Callable[[Key], Sequence[str]]) -> dict[str, Course]:
    """Courses of stacks that share a name; a stack may have several."""
    keys: dict[str, list[Key]] = {}
    for key in stretch.keys:
        for name in name_of(key):
            keys.setdefault(name, []).append(key)
    return {name: Course(stretch=stretch, keys=tuple(its)) for name, its in keys.items()}
