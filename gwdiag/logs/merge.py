"""The records of several files of one node, in the order of their times."""

import heapq
from collections.abc import Iterator
from math import inf

from gwdiag.logs.join import Found
from gwdiag.model.event import Kind

NEVER = float("-inf")

Begun = tuple[float, bool, int, Found, Iterator[Found]]
"""The next record of a file: the latest time so far, whether it is an access line, the file's place in the list."""


class InOrder:
    """Merges the records of files, each given with its first time.

    A record without a time, or with an earlier one than a record before it in its file, stays behind that one: within
    a file nothing changes places. Of the same time, messages come before access lines, which are written when all is
    over; many logs have whole seconds. A file is begun, and so opened, when its first time has come: of a year of
    rotated logs only one or two are open at once.
    """

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Iterator[Found]]] = []  # the first one last
        self._begun: list[Begun] = []

    def of(self, files: list[tuple[float, Iterator[Found]]]) -> Iterator[Found]:
        """The records of all files."""
        if len(files) == 1:
            yield from files[0][1]
            return
        self._due = sorted(
            ((first, index, file) for index, (first, file) in enumerate(files)), key=_first, reverse=True
        )
        while self._due or self._begun:
            while self._due and (not self._begun or self._due[-1][0] <= self._begun[0][0]):
                first, index, file = self._due.pop()
                self._push(first, index, file)
            if self._begun:
                latest, _, index, found, file = heapq.heappop(self._begun)
                yield found
                self._push(latest, index, file)

    def quiet_until(self) -> float:
        """For the file that is asked for a record now: the earliest time of a record in any other."""
        begun = self._begun[0][0] if self._begun else inf
        return min(begun, self._due[-1][0]) if self._due else begun

    def _push(self, latest: float, index: int, file: Iterator[Found]) -> None:
        if found := next(file, None):
            event = found.record.event
            if event and event.at is not None and event.at > latest:
                latest = event.at
            heapq.heappush(self._begun, (latest, is_access(found), index, found, file))


def _first(file: tuple[float, int, Iterator[Found]]) -> float:
    return file[0]


def is_access(found: Found) -> bool:
    """Whether it is an access line: of the same time, these come last."""
    return found.record.event is not None and found.record.event.kind is Kind.ACCESS
