"""The records of one file: plain successes go into the sums at once, everything else is given out in its order."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from math import inf
from typing import Protocol

import numpy as np

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars, formats
from gwdiag.logs.join import LONGEST_WAIT
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.lines import PAGE, Stream
from gwdiag.logs.records import NOTHING, Record, RecordReader, Unfinished
from gwdiag.logs.scan.bulk import Bulk
from gwdiag.logs.scan.lane import Counted, Lane
from gwdiag.logs.scan.page import Page, pages
from gwdiag.logs.scan.pairs import Message, Pairs
from gwdiag.logs.scan.scanner import Rows, is_plain
from gwdiag.logs.scan.values import SLOW
from gwdiag.logs.tally import templated
from gwdiag.logs.window import ALWAYS, Window

FIRST = 1 << 13
"""Bytes of a page as long as nothing in the log is known to be read at once."""

ENOUGH = 0.05
"""Share of a page's lines that must be plain successes of a format for a lane of its own."""

JOINED = -3
"""Where a message is that was counted with its access line."""


class Waiting(Protocol):
    """Who holds messages until the access lines of their requests come."""

    @property
    def has_messages(self) -> bool: ...

    @property
    def wants_successes(self) -> bool: ...

    def may_take(self, node: str, answer: str | None, client: str | None, is_path: Callable[[str], bool]) -> bool: ...

    def see(self, now: float) -> None: ...


class Reader:
    """`waiting`: of the file's node; while it wants successes, none are plain. `span`: what is counted.

    `quiet_until`: the earliest time of a record in another file of the node, which an access line may have to meet.
    `goes_on`: after what was read of the log before, and had no end yet.
    """

    def __init__(
        self,
        file: Counted,
        bulk: Bulk,
        waiting: Waiting,
        clock: Clock,
        grammars: Grammars,
        span: Window = ALWAYS,
        quiet_until: Callable[[], float] = lambda: inf,
        goes_on: Unfinished = NOTHING,
    ) -> None:
        self._file = file
        self._bulk = bulk
        self._waiting = waiting
        self._clock = clock
        self._grammars = grammars
        self._span = span
        self._quiet_until = quiet_until
        self._records = RecordReader(clock, grammars, goes_on)
        self._lanes: dict[str, Lane] = {}
        self._pairs: dict[str, Pairs] = {}
        self._ahead: tuple[int, Message | None] = (-1, None)  # the message on the line of that number

    @property
    def unfinished(self) -> Unfinished:
        """What has no end yet."""
        return self._records.unfinished

    def records(
        self, stream: Stream, most: int | None = None, before: int = 0, size: int = PAGE, *, is_end: bool = True
    ) -> Iterator[Record]:
        """All but the plain successes, which are counted. `is_end`: the log has nothing more."""
        failure = None
        try:
            for page in pages(stream, most, before, size, lambda: size if self._lanes else FIRST):
                yield from self._page(page)
                self._file.read_lines(len(page.begins))
        except Exception as error:  # of whatever kind: raised again when what was held is given out
            failure = error
        if is_end:
            yield from self._records.end()
        if failure:
            raise failure

    def _page(self, page: Page) -> Iterator[Record]:
        """The page's records in the order of their lines, then what need not be given out into the sums."""
        every = [(lane, rows) for lane in self._lanes.values() for rows in lane.scanner.rows(page)]
        found = _Found(page, every, self._quiet_until() - 2 * LONGEST_WAIT)
        plain: Counter[str] = Counter()
        for record in self._in_order(page, found):
            if record.event and record.format not in self._lanes and is_plain(record.event):
                plain[record.format or ""] += 1
            yield record
        for number, (lane, rows) in enumerate(found.rows):
            self._count(lane, page, rows.of(found.where[rows.line] == number))
        for name, count in plain.items():
            if count >= ENOUGH * len(page.begins) and (form := formats().get(name)) and form.scan:
                lane = self._lanes[name] = Lane(self._bulk.tally, self._file, name, form, self._clock)
                self._bulk.begin(lane)
                if form.scan.varies:
                    self._pairs[name] = Pairs(lane, self._clock, self._span)

    def _in_order(self, page: Page, found: "_Found") -> Iterator[Record]:
        """The records of all lines that are given out: while a message waits, failures; sometimes all lines."""
        begin, above = 0, -1  # above: the line before, if it was not given out; empty ones between are none
        for line in [*np.flatnonzero(found.where == SLOW).tolist(), len(found.where)]:
            if begin < line:
                yield from self._records.end()
            while begin < line and (one := self._wanted(found, begin, line)) is not None:
                if one > begin:
                    self._after(found, one - 1)
                found.where[one] = SLOW
                yield from self._record(page, one)
                begin, above = one + 1, -1
                if begin < line:
                    yield from self._records.end()
            if begin < line:
                above = line - 1
                self._after(found, above)
            if line == len(found.where):
                return
            begin = line + 1
            message = self._message(page, line)
            if message and self._stands_alone(page, found, line):
                yield from self._records.end()
                above = -1
                if self._is_joined(page, line, message, found):
                    continue
                if message.is_exact:
                    yield Record(page.number + line + 1, page.text(line), message.format, message.event)
                    continue
            yield from self._record(page, line)
            if above >= 0 and self._records.is_unknown:
                # It is no record of its own, so it belongs to the access line above it, which is given out therefore.
                self._records.drop()
                if above and found.where[above - 1] == JOINED:  # and its message with it
                    found.where[above - 1] = SLOW
                    yield from self._record(page, above - 1)
                found.where[above] = SLOW
                yield from self._record(page, above)
                yield from self._record(page, line)
            if page.ends[line] > page.begins[line]:
                above = -1

    def _message(self, page: Page, line: int) -> Message | None:
        """The message on a line, if one like it was read before."""
        if self._ahead[0] != page.number + line:
            seen = (pairs.message(page, line) for pairs in self._pairs.values())
            self._ahead = page.number + line, next(filter(None, seen), None)
        return self._ahead[1]

    def _stands_alone(self, page: Page, found: "_Found", line: int) -> bool:
        """Whether the line below is a record of its own."""
        below = line + 1
        return below < len(found.where) and (found.where[below] >= 0 or self._message(page, below) is not None)

    def _wanted(self, found: "_Found", begin: int, end: int) -> int | None:
        """The first of these lines that may belong to a message that waits."""
        if self._waiting.wants_successes:
            return begin
        if not self._waiting.has_messages:
            return None
        for place in range(bisect_left(found.failing, begin), len(found.failing)):
            line: int = found.failing[place]
            if line >= end:
                break
            if self._may_be_taken(found, line):
                return line
        return None

    def _may_be_taken(self, found: "_Found", line: int) -> bool:
        """Whether a message that waits may be of that access line's request."""
        lane, rows, row = found.row(line)
        node, answer = lane.place(int(rows.kind[row]))
        client = lane.client(found.page, rows, row) or None
        path = None if rows.path is None else lane.scanner.paths.names[int(rows.path[row])]
        return self._waiting.may_take(node, answer, client, lambda one: templated(one) == path)

    def _is_joined(self, page: Page, line: int, message: Message, found: "_Found") -> bool:
        """Whether the next line is the message's access line, and the two are counted as one."""
        if line + 1 == len(found.where) or found.where[line + 1] < 0:
            return False
        if self._waiting.has_messages and self._may_be_taken(found, line + 1):
            return False
        lane, rows, row = found.row(line + 1)
        pairs = self._pairs.get(lane.format)
        if not pairs or not pairs.joined(page, line, message, rows, row):
            return False
        found.where[line] = JOINED
        return True

    def _record(self, page: Page, line: int) -> Iterator[Record]:
        yield from self._records.read(JournalLine(page.number + line + 1, page.text(line)))

    def _after(self, found: "_Found", line: int) -> None:
        """Another line is given out after that one, which was not."""
        self._waiting.see(float(found.latest[line]))
        self._bulk.tally.now(float(found.at[line]))
        self._clock.follow(float(found.at[line]))

    def _count(self, lane: Lane, page: Page, rows: Rows) -> None:
        if self._span != ALWAYS:
            rows = rows.of(np.array([self._span.has(at) for at in rows.at.tolist()], bool))
        if len(rows.line):
            self._bulk.add(lane, page, rows)
            lane.file.counted(lane.format, lane.nodes, len(rows.line), float(rows.at.min()), float(rows.at.max()))


class _Found:
    """What was found of a page's lines all at once. `where`: in which of the rows a line is; SLOW or JOINED in none.

    `until`: seconds since the epoch from which on all lines are given out.
    """

    def __init__(self, page: Page, rows: list[tuple[Lane, Rows]], until: float) -> None:
        self.page = page
        self.rows = rows
        self.where = np.full(len(page.begins), SLOW, np.int64)
        self.at = np.full(len(self.where), np.nan)
        failing = []
        self._index = np.zeros(len(self.where), np.int64)  # of a line in its rows
        for number, (lane, some) in enumerate(rows):
            self.where[some.line] = number
            self.at[some.line] = some.at
            self._index[some.line] = np.arange(len(some.line))
            failing += some.line[lane.scanner.are_failing(some.kind)].tolist()
        if until < inf:
            self.where[self.at >= until] = SLOW
        self.failing = sorted(line for line in failing if self.where[line] != SLOW)
        self.where[np.flatnonzero(page.ends > page.begins)[-1:]] = SLOW  # its record may go on in the next page
        self.latest = np.fmax.accumulate(self.at)

    def row(self, line: int) -> tuple[Lane, Rows, int]:
        """Where a line is that was found."""
        return *self.rows[int(self.where[line])], int(self._index[line])
