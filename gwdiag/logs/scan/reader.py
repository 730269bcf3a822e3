"""The records of one file: plain successes go into the sums at once, everything else is given out in its order."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars, formats
from gwdiag.logs.join import LONGEST_WAIT
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.lines import PAGE, Stream
from gwdiag.logs.records import NOTHING, Record, RecordReader, Unfinished
from gwdiag.logs.scan.alike import Alike
from gwdiag.logs.scan.bulk import Bulk
from gwdiag.logs.scan.envelopes import Envelopes
from gwdiag.logs.scan.failures import count_failures
from gwdiag.logs.scan.found import Found
from gwdiag.logs.scan.lane import Counted, Lane
from gwdiag.logs.scan.memory import OFTEN, give_back
from gwdiag.logs.scan.page import Page, anchors, pages
from gwdiag.logs.scan.pairs import Pairs
from gwdiag.logs.scan.scanner import Rows, is_plain
from gwdiag.logs.scan.trial import Kind
from gwdiag.logs.scan.values import SLOW
from gwdiag.logs.tally import templated
from gwdiag.logs.window import ALWAYS, Window

SMALLEST, LARGEST = 1 << 13, 1 << 18
"""Bytes of a page as long as nothing in the log is known to be read at once: each has twice those of the one before."""

MANY = 256
"""Lines of a page that are left to be read one by one, from which on it is worth while to see which are alike."""

ENOUGH = 0.05
"""Share of a page's lines that must be plain successes of a format for a lane of its own."""


class Waiting(Protocol):
    """Who holds messages until the access lines of their requests come."""

    @property
    def has_messages(self) -> bool: ...

    @property
    def wants_successes(self) -> bool: ...

    @property
    def now(self) -> float | None: ...

    @property
    def latest(self) -> float: ...

    def may_take(self, node: str, answer: str | None, client: str | None, is_path: Callable[[str], bool]) -> bool: ...

    def see(self, now: float, latest: float) -> None: ...


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
        self._slow = SMALLEST
        self._is_quick = False  # most lines need not be read one by one
        self._alike = Alike(clock, grammars)
        self._envelopes = Envelopes(clock, grammars)
        self._is_wrapped = False  # some lines were

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
            found = pages(stream, most, before, size, lambda: size if self._is_quick else self._slow_size())
            for number, page in enumerate(found, 1):
                yield from self._page(page)
                self._file.read_lines(len(page.begins))
                if not number % OFTEN:
                    give_back()
        except Exception as error:  # of whatever kind: raised again when what was held is given out
            failure = error
        give_back()
        if is_end:
            yield from self._records.end()
        if failure:
            raise failure

    def _slow_size(self) -> int:
        """Bytes of the next page whose lines are read one by one."""
        size, self._slow = self._slow, min(2 * self._slow, LARGEST)
        return size

    def _page(self, page: Page) -> Iterator[Record]:
        """The page's records in the order of their lines, then what need not be given out into the sums."""
        for lane in self._lanes.values():
            if lane.is_full:
                lane.forget()
                self._pair(lane)
        inside = page
        if self._lanes and self._is_wrapped:
            inside = self._envelopes.of(page, was_part=bool(self._records.unfinished.parts))
        lanes = [(lane, anchors(inside, ord(lane.scanner.spec.anchor))) for lane in self._lanes.values()]
        every = [(lane, rows) for lane, of_lane in lanes for rows in lane.scanner.rows(inside, of_lane)]
        found = Found(page, inside, every, self._quiet_until() - 2 * LONGEST_WAIT)
        for lane, of_lane in lanes:
            if pairs := self._pairs.get(lane.format):
                pairs.join(inside, of_lane, found)
        if len(slow := np.flatnonzero(found.where == SLOW)) >= MANY:
            held = self._records.unfinished
            like = self._alike.of(page, slow, was_wrapped=held.was_wrapped)
            found.add(like, self._alike.kinds, self._before(held), self._alike.glance)
            self._is_quick |= len(like.lines) > len(slow) / 2
        plain: Counter[str] = Counter()
        for record in self._in_order(page, found):
            if record.event and record.format not in self._lanes and is_plain(record.event):
                plain[record.format or ""] += 1
            yield record
        self._is_wrapped |= self._records.unfinished.was_wrapped
        for number, (lane, rows) in enumerate(found.rows):
            self._count(lane, inside, rows.of(np.flatnonzero(found.where[rows.line] == number)))
        for kind, at in found.ignored():
            self._count_ignored(kind, at)
        if failures := found.counted(self._span):
            count_failures(found, *failures, self._file, self._bulk)
        for name, count in plain.items():
            if count >= ENOUGH * len(page.begins) and (form := formats().get(name)) and form.scan:
                lane = self._lanes[name] = Lane(self._bulk.tally, self._file, name, form, self._clock, self._envelopes)
                self._bulk.begin(lane)
                self._is_quick = True
                self._pair(lane)

    def _pair(self, lane: Lane) -> None:
        """Messages of the format may be joined with the access lines of the lane."""
        if lane.form.scan and lane.form.scan.messages:
            self._pairs[lane.format] = Pairs(lane, lane.form.scan.messages, self._clock)

    def _before(self, held: Unfinished) -> tuple[float | None, float]:
        """The last time so far, and the latest. Of the record that is held nobody knows yet."""
        last = held.record.event.at if held.record and held.record.event else None
        return (self._waiting.now, self._waiting.latest) if last is None else (last, max(self._waiting.latest, last))

    def _in_order(self, page: Page, found: Found) -> Iterator[Record]:
        """The records of all lines that are given out: while a message waits, failures; sometimes all lines."""
        # above: the line before, if it was not given out; below: those read since that, empty or parts of one
        begin, above, below = 0, -1, list[int]()
        for line in [*np.flatnonzero(found.where == SLOW).tolist(), len(found.where)]:
            if begin < line:
                yield from self._records.end()
            while begin < line and (one := self._wanted(found, begin, line)) is not None:
                pair = found.pair(one)
                if pair.start > begin:
                    self._after(found, begin, pair.start - 1)
                yield from self._given(page, found, pair)
                begin, above, below = pair.stop, -1, []
                if begin < line:
                    yield from self._records.end()
            if begin < line:
                above, below = line - 1, []
                self._after(found, begin, above)
            if line == len(found.where):
                return
            begin = line + 1
            for record in self._record(page, line, found):
                above = -1  # it stands between
                yield record
            below.append(line)
            if above >= 0 and self._records.is_unknown:
                # It is no record of its own, so it belongs to the line above it, which is given out therefore.
                self._records.drop()
                yield from self._given(page, found, [*found.pair(above), *below])
            if page.ends[line] > page.begins[line] and not self._records.unfinished.parts:
                above = -1

    def _given(self, page: Page, found: Found, lines: Iterable[int]) -> Iterator[Record]:
        """Lines that were found are given out after all."""
        for line in lines:
            found.where[line] = SLOW
            yield from self._record(page, line, found)

    def _wanted(self, found: Found, begin: int, end: int) -> int | None:
        """The first of these lines that may belong to a message that waits."""
        if self._waiting.wants_successes:
            return found.access(begin, end)
        if not self._waiting.has_messages:
            return None
        for place in range(bisect_left(found.failing, begin), len(found.failing)):
            line: int = found.failing[place]
            if line >= end:
                break
            if self._may_be_taken(found, line):
                return line
        return None

    def _may_be_taken(self, found: Found, line: int) -> bool:
        """Whether a message that waits may be of that access line's request."""
        lane, rows, row = found.row(line)
        node, answer = lane.place(int(rows.kind[row]))
        client = lane.client(found.inside, rows, row) or None
        path = lane.path(found.inside, rows, row)
        return self._waiting.may_take(node, answer, client, lambda one: templated(one) == path)

    def _record(self, page: Page, line: int, found: Found) -> Iterator[Record]:
        if known := found.record(line):
            record, is_wrapped = known
            yield from self._records.known(record, was_wrapped=is_wrapped)
        else:
            yield from self._records.read(JournalLine(page.number + line + 1, page.text(line)))

    def _after(self, found: Found, begin: int, line: int) -> None:
        """Another line is given out after these, which were not."""
        self._records.passed(was_wrapped=found.was_wrapped(line))
        if found.dated[line] >= begin:
            now = float(found.at[found.dated[line]])
            self._waiting.see(now, float(found.latest[line]))
            self._clock.follow(now)

    def _count(self, lane: Lane, page: Page, rows: Rows) -> None:
        if self._span != ALWAYS:
            rows = rows.of(np.array([self._span.has(at) for at in rows.at.tolist()], bool))
        if len(rows.line):
            self._bulk.add(lane, page, rows)
            lane.file.counted(lane.format, lane.nodes, len(rows.line), float(rows.at.min()), float(rows.at.max()))

    def _count_ignored(self, kind: Kind, at: NDArray[np.float64]) -> None:
        """Lines of that kind, of these times."""
        if self._span != ALWAYS:
            at = at[[self._span.has(one) for one in at.tolist()]]
        tally, format_ = self._bulk.tally, kind.record.format or ""
        node = self._file.node_told or kind.event.host or self._file.default_node
        if not len(at):
            return
        tally.formats[node].add(format_)
        tally.named(kind.event)
        if kind.event.at is None:
            tally.events += len(at)
            self._file.counted_undated(format_, [node], len(at))
        else:
            first, last = float(at.min()), float(at.max())
            tally.saw(len(at), first, last)
            self._file.counted(format_, [node], len(at), first, last)
