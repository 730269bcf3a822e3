"""The records of one file: plain successes go into the sums at once, everything else is given out in its order."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars, LogFormat, formats
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.lines import Stream
from gwdiag.logs.records import Record, RecordReader
from gwdiag.logs.scan.bulk import Bulk
from gwdiag.logs.scan.lane import Counted, Lane
from gwdiag.logs.scan.page import SIZE, Page, pages
from gwdiag.logs.scan.scanner import Rows, is_plain
from gwdiag.logs.scan.values import SLOW
from gwdiag.logs.scan.words import Places
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


class Reader:
    """`waiting`: of the file's node; while it wants successes, none are plain. `span`: what is counted."""

    def __init__(
        self, file: Counted, bulk: Bulk, waiting: Waiting, clock: Clock, grammars: Grammars, span: Window = ALWAYS
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
            self._file.read_lines(len(page.begins))
        yield from self._records.end()

    def _page(self, page: Page) -> Iterator[Record]:
        """The page's records in the order of their lines, then its plain successes into the sums."""
        found = [(lane, rows) for lane in self._lanes.values() for rows in lane.scanner.rows(page)]
        where = np.full(len(page.begins), SLOW, np.int64)  # which of what was found a line is in
        at = np.full(len(where), np.nan)
        for number, (_, rows) in enumerate(found):
            where[rows.line] = number
            at[rows.line] = rows.at
        where[np.flatnonzero(page.ends > page.begins)[-1:]] = SLOW  # its record may go on in the next page
        plain: Counter[str] = Counter()
        for record in self._in_order(page, where, at):
            if record.event and record.format not in self._lanes and is_plain(record.event):
                plain[record.format or ""] += 1
            yield record
        for number, (lane, rows) in enumerate(found):
            self._count(lane, page, rows.of(where[rows.line] == number))
        for name, count in plain.items():
            if count >= ENOUGH * len(where) and (form := formats().get(name)) and form.scan:
                self._lanes[name] = self._lane(name, form)

    def _lane(self, name: str, form: LogFormat) -> Lane:
        lane = Lane(self._bulk.tally, self._file, name, form, self._clock)
        self._bulk.begin(lane)
        return lane

    def _in_order(self, page: Page, where: Places, at: NDArray[np.float64]) -> Iterator[Record]:
        """The records of all lines that are not plain; while a message waits for a success, none is."""
        latest = np.fmax.accumulate(at)
        begin, above = 0, -1  # above: the line before, if it is a plain success; empty ones between are none
        for line in [*np.flatnonzero(where == SLOW).tolist(), len(where)]:
            if begin < line:
                yield from self._records.end()
            while begin < line and self._waiting.wants_successes:
                where[begin] = SLOW
                yield from self._record(page, begin)
                begin += 1
                if begin < line:
                    yield from self._records.end()
            if begin < line:
                above = line - 1
                self._after(float(at[above]), float(latest[above]))
            if line == len(where):
                return
            yield from self._record(page, line)
            if above >= 0 and self._records.is_unknown:
                # It is no record of its own, so it belongs to the success above it, which is not plain therefore.
                self._records.drop()
                where[above] = SLOW
                yield from self._record(page, above)
                yield from self._record(page, line)
            if page.ends[line] > page.begins[line]:
                above = -1
            begin = line + 1

    def _record(self, page: Page, line: int) -> Iterator[Record]:
        yield from self._records.read(JournalLine(page.number + line + 1, page.text(line)))

    def _after(self, at: float, latest: float) -> None:
        """Lines follow that come after plain successes of these times: the last one's, and the latest."""
        self._waiting.see(latest)
        self._bulk.tally.now(at)
        self._clock.follow(at)

    def _count(self, lane: Lane, page: Page, rows: Rows) -> None:
        if self._span != ALWAYS:
            rows = rows.of(np.array([self._span.has(at) for at in rows.at.tolist()], bool))
        if len(rows.line):
            self._bulk.add(lane, page, rows)
            lane.file.counted(lane.format, lane.nodes, len(rows.line), float(rows.at.min()), float(rows.at.max()))
