"""What a reader of a log holds between two of its lines: all that decides what the following lines mean."""

from dataclasses import dataclass, replace

from gwdiag.logs.join import Waiting
from gwdiag.logs.records import NOTHING, Unfinished
from gwdiag.logs.routes import MOST_NAMES

SAME_YEAR = 86_400.0
"""Seconds. Of times without a year only those half a year later would be taken for others by clocks so far apart."""


@dataclass(slots=True, kw_only=True)
class Midway:
    """`previous`: a moment of the clock. `names`: what paths were taken for APIs."""

    waiting: Waiting
    unfinished: Unfinished = NOTHING
    previous: float | None = None
    names: frozenset[str] = frozenset()

    def moved(self, by: int) -> "Midway":
        """The same for who counts lines from another place; this one is not to be used any more."""
        self.waiting.move_lines(by)
        return replace(self, unfinished=self.unfinished.moved(by))

    def is_same(self, other: "Midway") -> bool:
        """Whether the following lines mean the same for both. Names of APIs are another matter; see `names_agree`."""
        return (
            self.waiting.state() == other.waiting.state()
            and self.unfinished == other.unfinished
            and abs((self.previous or 0.0) - (other.previous or 0.0)) < SAME_YEAR
        )


def names_agree(before: frozenset[str], names: frozenset[str]) -> bool:
    """Whether who had found the first names would have found these ones, too: there is room for only so many."""
    return names <= before or len(before | names) <= MOST_NAMES
