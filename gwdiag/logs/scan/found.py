"""What was found of a page's lines all at once, and where each of them is in that."""

from collections.abc import Callable, Iterator
from math import inf, isnan, nan

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.join import LONGEST_WAIT, SAME_FAILURE
from gwdiag.logs.records import Record
from gwdiag.logs.scan.alike import Like
from gwdiag.logs.scan.codes import groups_of
from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.parts import alone
from gwdiag.logs.scan.scanner import Rows
from gwdiag.logs.scan.trial import COUNTED as COUNTED_BY
from gwdiag.logs.scan.trial import Glimpse, Kind, Use
from gwdiag.logs.scan.values import SLOW
from gwdiag.logs.scan.words import Places, of_bytes
from gwdiag.logs.waiting import MOST_WAITING
from gwdiag.logs.window import ALWAYS, Window
from gwdiag.model.event import Kind as EventKind

JOINED = -3
"""Where a message is that is counted with the access line on the line below it."""

IGNORED, COUNTED = -4, -5
"""Where lines are that are like others of which is known that nothing is to be counted, or what."""


MOST_SEEN = 0.25
"""Share of a page's lines that may be looked at before they are read: more would be as much work as to read all."""


class Found:
    """`inside`: the page without what collectors put around its lines; in it are the `rows`.

    `where`: in which of the rows a line is; below 0 in none. `index`: which of those rows it is.

    `until`: seconds since the epoch from which on all lines are given out. `latest`: the latest time up to each line,
    `dated`: the last line up to it that has a time, -1 if there is none.
    """

    def __init__(self, page: Page, inside: Page, rows: list[tuple[Lane, Rows]], until: float) -> None:
        self.page = page
        self.inside = inside
        self.rows = rows
        self.where = np.full(len(page.begins), SLOW, np.int64)
        self.index = np.zeros(len(self.where), np.int64)
        self.at = np.full(len(self.where), np.nan)
        failing = []
        for number, (lane, some) in enumerate(rows):
            self.where[some.line] = number
            self.at[some.line] = some.at
            self.index[some.line] = np.arange(len(some.line))
            failing += some.line[lane.scanner.are_failing(some.kind)].tolist()
        self._until = until
        self._last = np.flatnonzero(page.ends > page.begins)[-1:]  # its record may go on in the next page
        self._leave_to_be_given()
        self.failing = sorted(line for line in failing if self.where[line] != SLOW)
        self._like: Like | None = None
        self.kinds: list[Kind] = []
        self._records: dict[int, tuple[Record, bool]] = {}
        self._before = nan  # the last time in front of the page
        self._is_all_known = True  # none of the lines that were looked at may be a part of a record

    def _leave_to_be_given(self) -> None:
        if self._until < inf:
            self.where[self.at >= self._until] = SLOW
        self.where[self._last] = SLOW
        self.latest = np.fmax.accumulate(self.at)
        self.dated = np.maximum.accumulate(np.where(np.isnan(self.at), -1, np.arange(len(self.at))))

    def add(
        self, like: Like, kinds: list[Kind], before: tuple[float | None, float], glance: Callable[[bytes], Glimpse]
    ) -> None:
        """Adds lines that are like others. `before`: the last time in front of the page, and the latest.

        Those that may have to do with another one are given out: a failure, where its access line may come while that
        would be waited for; one without a time, where not all lines are known; what may say more of a failure that was
        told right before it.
        """
        self._like, self.kinds = like, kinds
        self._row = np.full(len(self.where), -1, np.int64)
        self._row[like.lines] = np.arange(len(like.lines))
        self.at[like.lines] = like.at
        now, latest = before
        self._before = nan if now is None else now
        uses = np.array([one.use.value for one in kinds], np.int64)[like.kind]
        in_parts = np.array([one.in_parts for one in kinds], bool)[like.kind]
        parts = like.lines[(uses == Use.PART.value) | (in_parts & (uses == Use.COUNT.value))]
        failures = like.lines[uses == Use.COUNT.value]
        waits = np.array([one.waits for one in kinds], bool)[self._kind(failures)]
        self.where[like.lines[uses == Use.IGNORE.value]] = IGNORED
        is_dated = ~np.isnan(self.at[failures])
        self.where[_without(failures[is_dated & ~waits], parts)] = COUNTED
        unknown = np.flatnonzero((self._row < 0) & (self.where == SLOW) & (self.page.ends > self.page.begins))
        has_doubt = len(parts) or (waits | ~is_dated).any()
        is_worth_it = has_doubt and len(unknown) <= MOST_SEEN * len(self.where)
        if is_worth_it and self._until == inf:
            is_access = self.where >= 0
            for line in unknown.tolist():
                is_access[line] = self._read(line, glance(self.page.raw(line)))
            moment = np.fmax(np.fmax.accumulate(self.at), latest)
            together = self._together(parts, moment, latest)
            self.where[_without(parts, failures)] = IGNORED
            self.where[together] = SLOW
            is_apart = ~np.isin(failures, together)
            if not self._is_all_known:
                is_apart &= is_dated
            failures, waits = failures[is_apart], waits[is_apart]
            accesses = np.append(np.flatnonzero(is_access), len(is_access))
            until = accesses[np.searchsorted(accesses, failures)]
            more = np.append(np.cumsum(waits), 0)[np.searchsorted(failures, until) - 1] - np.cumsum(waits)
            is_left = (moment[until - 1] - moment[failures] > LONGEST_WAIT) | (more > MOST_WAITING)
            self.where[failures[is_left | ~waits]] = COUNTED
        self._leave_to_be_given()

    def _together(self, parts: Places, moment: NDArray[np.float64], latest: float) -> Places:
        """Which of these lines may be of one failure with another one, of them or of those that are given out."""
        if not len(parts):
            return parts
        assert self._like
        rows = self._row[parts]
        requests, clients = (
            of_bytes(self.page.words, *self._like.counted[rows, COUNTED_BY.index(name)].T)
            for name in ("request_id", "client")
        )
        failing = np.array([one.use is Use.COUNT for one in self.kinds], bool)[self._kind(parts)]
        are = alone(requests, clients, moment[parts], failing)
        told = _without(np.flatnonzero(self.where == SLOW), parts)
        place = np.searchsorted(told, parts)
        are &= moment[parts] - np.append(latest, moment[told])[place] > SAME_FAILURE
        are &= ~failing | (np.append(moment[told], moment[-1])[place] - moment[parts] > SAME_FAILURE)
        return parts[~are]

    def _read(self, line: int, seen: Glimpse) -> bool:
        """Takes what a line is if it is read by itself. Whether it may be an access line."""
        self._is_all_known &= not (seen.may_be_part or seen.is_wrapped)
        if not seen.record or not seen.record.event:
            return seen.may_be_part
        event = seen.record.event
        if not seen.is_wrapped:  # else it may be the end of a record that a collector cut
            self._records[line] = seen.record._replace(line=self.page.number + line + 1), False
        if event.at is not None:
            self.at[line] = event.at
        return event.kind is EventKind.ACCESS

    def _kind(self, lines: Places) -> NDArray[np.int32]:
        assert self._like
        return self._like.kind[self._row[lines]]

    def record(self, line: int) -> tuple[Record, bool] | None:
        """The record of a line that is like others, or was read already, and whether a collector wrapped it."""
        if self._like is None or (row := int(self._row[line])) < 0:
            return self._records.get(line)
        kind, at = self.kinds[int(self._like.kind[row])], float(self._like.at[row])
        record = kind.of(self.page.raw(line), self.page.number + line + 1, None if isnan(at) else at)
        return record, kind.is_wrapped

    def was_wrapped(self, line: int) -> bool:
        """Whether a collector wrapped a line that was found."""
        if self.where[line] >= 0 or self.where[line] == JOINED:
            return self.inside.wrapped is not None and bool(self.inside.wrapped.envelope[line] >= 0)
        return self.kinds[int(self._kind(np.array([line]))[0])].is_wrapped

    def ignored(self) -> Iterator[tuple[Kind, NDArray[np.float64]]]:
        """The kinds of the lines of which nothing is counted but that they were there, and their times."""
        lines = np.flatnonzero(self.where == IGNORED)
        if len(lines):
            kinds = self._kind(lines)
            for some in groups_of(kinds):
                yield self.kinds[int(kinds[some[0]])], self.at[lines[some]]

    def counted(self, span: Window) -> tuple[Like, NDArray[np.float64]] | None:
        """What is known of the failures that are counted in that time, and when they were: those without a time at that
        of the line before, NaN where none has one. None where there are none.
        """
        if self._like is None:
            return None
        lines = np.flatnonzero(self.where == COUNTED)
        if span != ALWAYS:
            lines = lines[[span.has(one) for one in self.at[lines].tolist()]]
        dated = self.dated[lines]
        after = np.where(dated < 0, self._before, self.at[dated])
        return (self._like.of(self._row[lines]), after) if len(lines) else None

    def row(self, line: int) -> tuple[Lane, Rows, int]:
        """Where a line is that was found."""
        return *self.rows[int(self.where[line])], int(self.index[line])

    def access(self, begin: int, end: int) -> int | None:
        """The first of these lines that is an access line, or a message with one."""
        where = self.where[begin:end]
        lines = np.flatnonzero((where >= 0) | (where == JOINED))
        return begin + int(lines[0]) if len(lines) else None

    def pair(self, line: int) -> range:
        """A line, with the one that it was joined with."""
        if self.where[line] == JOINED:
            return range(line, line + 2)
        return range(line - 1 if line and self.where[line - 1] == JOINED else line, line + 1)


def _without(lines: Places, others: Places) -> Places:
    """The first but for the second; `np.setdiff1d` loads masked arrays."""
    return lines[~np.isin(lines, others, assume_unique=True)]
