"""The records of one file: plain successes go into the sums at once, everything else is given out in its order."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from gwdiag.logs.clock import BEFORE_CLOCKS_WERE_SET_AT, Clock
from gwdiag.logs.formats import Grammars, formats
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.lines import Stream
from gwdiag.logs.records import Record, RecordReader
from gwdiag.logs.scan.bulk import Bulk
from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import SIZE, Page, pages
from gwdiag.logs.scan.scanner import Rows, is_plain
from gwdiag.logs.window import ALWAYS, Window

FIRST = 1 << 16
"""Bytes of the first page: what formats there are is seen in it."""

ENOUGH = 0.05
"""Share of a page's lines that must be plain successes of a format for a lane of its own."""


class Waiting(Protocol):
    """Who holds messages until the access lines of their requests come."""

    @property
    def wants_successes(self) -> bool: ...

    def see(self, now: float) -> None: ...


class File(Protocol):
    """Who counts what the file gave."""

    path: str
    node: str | None
    default_node: str

    def bulk(self, format_: str, nodes: list[str], some: int, first: float, last: float) -> None: ...


class Reader:
    """`waiting`: of the file's node; while it wants successes, none are plain. `span`: what is counted."""

    def __init__(
        self, file: File, bulk: Bulk, waiting: Waiting, clock: Clock, grammars: Grammars, span: Window = ALWAYS
    ) -> None:
        self._file = file
        self._bulk = bulk
        self._waiting = waiting
        self._clock = clock
        self._grammars = grammars
        self._span = span
        self._records = RecordReader(clock, grammars)
        self._lanes: dict[str, Lane] = {}

    def records(self, stream: Stream, most: int | None = None, before: int = 0, size: int = SIZE) -> Iterator[Record]:
        """All but the plain successes, which are counted."""
        for page in pages(stream, most, before, size, min(FIRST, size)):
            yield from self._page(page)
        yield from self._records.end()

    def _page(self, page: Page) -> Iterator[Record]:
        found = [(lane, rows) for lane in self._lanes.values() for rows in lane.scanner.rows(page)]
        where = np.full(len(page.begins), -1, np.int64)  # which of the found rows a line is in
        at = np.full(len(page.begins), np.nan)
        for number, (_, rows) in enumerate(found):
            where[rows.line] = number
            at[rows.line] = rows.at
        slow: Counter[str] = Counter()
        line, end = 0, len(where)
        latest = np.fmax.accumulate(at) if found else at
        for line in self._slow_lines(where):
            ...
