"""The records of several files of one node, in the order of their times."""

import heapq
from collections.abc import Iterator

from gwdiag.logs.join import Found
from gwdiag.model.event import Kind

NEVER = float("-inf")

Begun = tuple[float, bool, int, Found, Iterator[Found]]
"""The next record of a file: the latest time so far, whether it is an access line, the file's place in the list."""


def in_order(files: list[tuple[float, Iterator[Found]]]) -> Iterator[Found]:
    """Merges the records of files, each given with its first time.

    A record without a time, or with an earlier one than a record before it in its file, stays behind that one: within
    a file nothing changes places. Of the same time, messages come before access lines, which are written when all is
    over; many logs have whole seconds. A file is begun, and so opened, when its first time has come: of a year of
    rotated logs only one or two are open at once.
    """
    if len(files) == 1:
        yield from files[0][1]
        return
    due = sorted(enumerate(files), key=lambda one: one[1][0], reverse=True)
    begun: list[Begun] = []
    while due or begun:
        while due and (not begun or due[-1][1][0] <= begun[0][0]):
            index, (first, file) = due.pop()
            _push(begun, first, index, file)
        if begun:
            latest, _, index, found, file = heapq.heappop(begun)
            yield found
            _push(begun, latest, index, file)


def _push(begun: list[Begun], latest: float, index: int, file: Iterator[Found]) -> None:
    if found := next(file, None):
        event = found.record.event
        if event and event.at is not None and event.at > latest:
            latest = event.at
        heapq.heappush(begun, (latest, is_access(found), index, found, file))


def is_access(found: Found) -> bool:
    """Whether it is an access line: of the same time, these come last."""
    return found.record.event is not None and found.record.event.kind is Kind.ACCESS
