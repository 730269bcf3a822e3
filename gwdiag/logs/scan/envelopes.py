"""What collectors put around lines, taken off thousands of lines at once.

Lines with the same bytes around them, but for digits that tell nothing, are in the same envelope (`envelope`).
"""

import numpy as np

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars
from gwdiag.logs.lines import LONGEST
from gwdiag.logs.scan.envelope import Envelope, Opener
from gwdiag.logs.scan.escapes import without_escapes
from gwdiag.logs.scan.page import NEWLINE, Page, Wrapped
from gwdiag.logs.scan.sums import distinct
from gwdiag.logs.scan.values import Flags, Span
from gwdiag.logs.scan.words import Places, words_of
from gwdiag.model.event import Event

MOST_ENVELOPES = 256
TRIES = 16
"""Lines of a page without an envelope that are looked at for another one."""

WORTH_IT = 1000
"""Of so many lines of a page without an envelope it must have one: to look for it in all of them takes its time."""

NONE = -1


class Envelopes:
    """Those of one file. `clock`: the file's."""

    def __init__(self, clock: Clock, grammars: Grammars) -> None:
        self._clock = clock
        self._opener = Opener(clock, grammars)
        self._known: list[Envelope] = []
        self._order: list[int] = []  # their numbers, those with the most lines of the last page first
        self._hosts: dict[str | None, int] = {None: 0}

    def of(self, page: Page, *, was_part: bool) -> Page:
        """The page without what stands around its lines. `was_part`: its first line may be the rest of one before it.

        Line by line it is the same page. Lines that are in no known envelope stay as they are.
        """
        envelope = self._find(page)
        found = np.flatnonzero(envelope >= 0)
        if not len(found):
            return page
        sizes = np.array([(one.before.size, one.after.size) for one in self._known], np.int64)[envelope[found]]
        begins, ends = page.begins.copy(), page.ends.copy()
        begins[found] += sizes[:, 0]
        ends[found] -= sizes[:, 1]
        are_escaped = np.array([one.is_escaped for one in self._known], bool)[envelope[found]]
        if are_escaped.any():
            buffer, begins, ends, damaged = without_escapes(page, begins, ends, found[are_escaped])
            envelope[damaged] = NONE
        else:
            buffer = bytearray(memoryview(page.buffer)[: len(page.bytes)])
        every = np.frombuffer(buffer, np.uint8)
        every[begins[found] - 1] = every[ends[found]] = NEWLINE
        # Behind a line without an envelope there may be the rest of it.
        is_behind = np.concatenate(([not was_part], envelope[:-1] >= 0))
        envelope[~is_behind] = NONE
        slow = distinct(np.concatenate((page.controls, found[envelope[found] < 0])))
        hosts = np.array([self._hosts[one.host] for one in self._known] + [0], np.uint64)
        wrapped = Wrapped(page, envelope, hosts[envelope], self._written(page, envelope))
        self._follow(page, wrapped)
        words = words_of(buffer, len(buffer))
        return Page(buffer, every, words, begins, ends, page.number, slow, page.wide, wrapped)

    def event(self, page: Page, line: int, name: str) -> Event | None:
        """What a line of that format says, read with what stands around it."""
        assert page.wrapped
        record = self._opener.record(page.wrapped.outer.raw(line))
        if record is None or record.format != name or record.text != page.text(line):
            return None
        return record.event

    def _find(self, page: Page) -> Places:
        """The number of the envelope of each line; NONE where it has none that is known."""
        envelope = np.full(len(page.begins), NONE, np.int64)
        sizes = page.ends - page.begins
        is_whole = sizes < LONGEST
        is_whole[page.controls] = False
        left = np.flatnonzero(is_whole)
        counts = dict.fromkeys(self._order, 0)
        for number in self._order:
            if len(left):
                fit = _are_in(self._known[number], page, left, sizes)
                envelope[left[fit]] = number
                left, counts[number] = left[~fit], int(fit.sum())
        for line in left[:: len(left) // TRIES + 1].tolist():
            if envelope[line] >= 0 or len(self._known) == MOST_ENVELOPES:
                continue
            new = self._opener.envelope(page.raw(line))
            fit = _are_in(new, page, left, sizes) if new else np.zeros(len(left), bool)
            if new and fit.sum() * WORTH_IT >= len(left):
                self._hosts.setdefault(new.host, len(self._hosts))
                envelope[left[fit]] = number = len(self._known)
                left, counts[number] = left[~fit], int(fit.sum())
                self._known.append(new)
        self._order = sorted(counts, key=counts.__getitem__, reverse=True)
        return envelope

    def _written(self, page: Page, envelope: Places) -> Span:
        """Where collectors wrote the times; nothing where they did not."""
        spans = [
            (0, 0, 0)
            if one.written is None
            else (one.written.start, one.written.stop - one.written.start, one.written.start < 0)
            for one in self._known
        ]
        shift, lengths, is_behind = np.array([*spans, (0, 0, 0)], np.int64)[envelope].T
        return Span(np.where(is_behind, page.ends, page.begins) + shift, lengths)

    def _follow(self, page: Page, wrapped: Wrapped) -> None:
        """The clock reads a time that has a year, before those inside that may have none."""
        first = np.flatnonzero(wrapped.written.lengths)[:1].tolist()
        for line in first:
            self._clock.read(wrapped.written.text(page, line))


def _are_in(one: Envelope, page: Page, lines: Places, sizes: Places) -> Flags:
    """Which of these lines are in that envelope. `sizes`: of all lines of the page."""
    fit = sizes[lines] > one.before.size + one.after.size
    fit &= one.before.stands(page.words, page.begins[lines])
    fit &= one.after.stands(page.words, page.ends[lines] - one.after.size)
    return fit
