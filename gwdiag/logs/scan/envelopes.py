"""What collectors put around lines, taken off thousands of lines at once.

What stands around a line is asked of the wrappers once: it is read as its file's reader does, and again with other
digits around it. Lines with the same bytes around them, but for digits that tell nothing, are in the same envelope.
So a wrapper declares nothing for that.
"""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import numpy as np

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars, formats
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.lines import LONGEST
from gwdiag.logs.records import NOTHING, LineReader, Record
from gwdiag.logs.scan.escapes import without_escapes
from gwdiag.logs.scan.page import NEWLINE, Page, Wrapped
from gwdiag.logs.scan.sums import distinct
from gwdiag.logs.scan.trial import Noting
from gwdiag.logs.scan.values import Flags, Span
from gwdiag.logs.scan.words import DIGITS, Places, Words, high_unless_digit, literal, words_of
from gwdiag.model.event import Event

MOST_ENVELOPES = 256
TRIES = 16
"""Lines of a page without an envelope that are looked at for another one."""

DRAWN = 2
"""Times that all digits are drawn."""

MONTHS = tuple(b"%02d" % month for month in range(1, 13))
"""Two digits may be a month, which tells the year of a time inside that has none."""

DIGITS_IN_A_ROW = re.compile(rb"[0-9]+")
STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
ESCAPED_END = b"\\n"
NONE = -1


class Around(NamedTuple):
    """Bytes before or behind lines. `steps`: where, a word, masks of what must be there and of digits."""

    size: int
    steps: tuple[tuple[int, np.uint64, np.uint64, np.uint64], ...]

    def stands(self, words: Words, begin: Places) -> Flags:
        """Where it stands."""
        wrong = np.zeros(len(begin), np.uint64)
        for shift, word, same, digits in self.steps:
            there = words[begin + shift]
            wrong |= (there ^ word) & same
            if digits:
                wrong |= high_unless_digit(there & digits | DIGITS & ~digits)
        stands: Flags = wrong == 0
        return stands


class Envelope(NamedTuple):
    """`is_escaped`: the line is the text of a JSON string. `host`: that the collector names.

    `written`: where the collector wrote the time, as a slice of the line with its envelope; None for nowhere.
    """

    before: Around
    after: Around
    is_escaped: bool
    host: str | None
    written: slice | None


class Envelopes:
    """Those of one file. `clock`: the file's."""

    def __init__(self, clock: Clock, grammars: Grammars) -> None:
        self._clock = clock
        self._noting = Noting()
        self._reader = LineReader(self._noting, grammars, NOTHING)
        self._known: list[Envelope] = []
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
        record = self._read(page.wrapped.outer.raw(line))
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
        for number in range(len(self._known)):
            if len(left):
                left = self._take(page, number, left, sizes, envelope)
        for line in left[:: len(left) // TRIES + 1].tolist():
            if envelope[line] < 0 and len(self._known) < MOST_ENVELOPES and (new := self._learn(page.raw(line))):
                self._hosts.setdefault(new.host, len(self._hosts))
                self._known.append(new)
                left = self._take(page, len(self._known) - 1, left, sizes, envelope)
        return envelope

    def _take(self, page: Page, number: int, left: Places, sizes: Places, envelope: Places) -> Places:
        """Gives the envelope of that number to those of these lines that are in it. Those that are not."""
        one = self._known[number]
        fit = sizes[left] > one.before.size + one.after.size
        fit &= one.before.stands(page.words, page.begins[left])
        fit &= one.after.stands(page.words, page.ends[left] - one.after.size)
        envelope[left[fit]] = number
        return left[~fit]

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

    def _read(self, raw: bytes) -> Record | None:
        """The record of a line, if it is the same after lines that were wrapped and after others."""
        line = JournalLine(0, raw.decode("utf-8", "replace")[:LONGEST].rstrip("\r"))
        found = []
        for was_wrapped in (False, True):
            self._noting.begin(self._clock)
            self._reader.was_wrapped = was_wrapped
            found.append(self._reader.line(line))
            if self._reader.parts:
                self._reader.unfinished()
                return None
        [*whole, same] = found
        return same[0] if whole == [same] and len(same) == 1 and same[0].event and self._reader.was_wrapped else None

    def _learn(self, raw: bytes) -> Envelope | None:
        """The envelope of a line; None where it has none, or none that others could have."""
        record = self._read(raw)
        place = _place(raw, record.text) if record else None
        if record is None or record.event is None or place is None:
            return None
        begin, end, is_escaped = place
        example = _Example(raw, record, self._written_in(raw, begin, end), _has_time(record))
        host = (record.event.host or "").encode()
        of_host = [place for place in _all_in(raw, host) if host and not begin <= place < end]
        free = [
            run.span()
            for run in DIGITS_IN_A_ROW.finditer(raw)
            if (run.end() <= begin or run.start() >= end)
            and not any(place < run.end() and run.start() < place + len(host) for place in of_host)
        ]
        if not self._tells_nothing(example, free):
            free = [run for run in free if self._tells_nothing(example, [run])]
            if not self._tells_nothing(example, free):
                return None
        before = _around(raw[:begin], [run for run in free if run[1] <= begin])
        after = _around(raw[end:], [(one - end, other - end) for one, other in free if one >= end])
        written = example.written
        if written and written.start >= end:
            written = slice(written.start - len(raw), written.stop - len(raw))
        return Envelope(before, after, is_escaped, record.event.host, written)

    def _written_in(self, raw: bytes, begin: int, end: int) -> slice | None:
        """Where the time is written that was read last of what stands around the line."""
        for text in map(str.encode, reversed(self._noting.texts)):
            for place in (raw.find(text, 0, begin), raw.find(text, end)):
                if text and place >= 0:
                    return slice(place, place + len(text))
        return None

    def _tells_nothing(self, example: "_Example", free: list[tuple[int, int]]) -> bool:
        """Whether the line says the same with other digits in these places, but for the time if it is written there."""
        for raw in _others(example.raw, free):
            record = self._read(raw)
            if record is None or record.event is None or example.record.event is None:
                return False
            at = example.record.event.at
            if example.written and not example.has_time:
                at = self._noting.texts.get(raw[example.written].decode("utf-8", "replace"))
            if record != example.record._replace(event=example.record.event._replace(at=at)):
                return False
        return True


class _Example(NamedTuple):
    """A line with its envelope; `has_time`: inside of that."""

    raw: bytes
    record: Record
    written: slice | None
    has_time: bool


def _has_time(record: Record) -> bool:
    form = formats().get(record.format or "")
    event = form.read(record.text, Clock()) if form else record.event
    return event is None or event.at is not None


def _all_in(text: bytes, part: bytes) -> list[int]:
    return [seen.start() for seen in re.finditer(re.escape(part), text)]


def _place(raw: bytes, text: str) -> tuple[int, int, bool] | None:
    """Where the text begins and ends in a line, and whether it is escaped there; None where that cannot be told."""
    inner = text.encode()
    if len(inner) == len(raw.rstrip(b"\r")):
        return None
    if raw.count(inner) == 1:
        begin = raw.index(inner)
        if raw[begin - 1 : begin] != b'"':
            return begin, begin + len(inner), False
    return next(_in_strings(raw, text), None)


def _in_strings(raw: bytes, text: str) -> Iterator[tuple[int, int, bool]]:
    for seen in STRING.finditer(raw):
        try:
            said = json.loads(seen[0])
        except ValueError:
            continue
        if said in (text, f"{text}\n"):
            yield seen.start(1), seen.end(1) - (len(ESCAPED_END) if said != text else 0), True


def _others(raw: bytes, free: list[tuple[int, int]]) -> Iterator[bytes]:
    """The line with other digits in these places."""
    draw = Random(0)
    for digit in (b"0", b"9"):
        yield _with(raw, {(begin, end): digit * (end - begin) for begin, end in free})
    for _ in range(DRAWN):
        yield _with(
            raw, {(begin, end): b"%0*d" % (end - begin, draw.randrange(10 ** (end - begin))) for begin, end in free}
        )
    two = [run for run in free if run[1] - run[0] == 2]
    for month in MONTHS if two else ():
        yield _with(raw, dict.fromkeys(two, month))


def _with(raw: bytes, numbers: dict[tuple[int, int], bytes]) -> bytes:
    changed = bytearray(raw)
    for (begin, end), number in numbers.items():
        changed[begin:end] = number
    return bytes(changed)


def _around(text: bytes, free: list[tuple[int, int]]) -> Around:
    """These bytes, of which digits in some places do not count."""
    is_free = bytearray(len(text))
    for begin, end in free:
        is_free[begin:end] = b"\xff" * (end - begin)
    steps = []
    for shift in range(0, len(text), 8):
        word, mask = literal(text[shift : shift + 8])
        digits = literal(bytes(is_free[shift : shift + 8]))[0]
        steps.append((shift, word, mask & ~digits, digits))
    return Around(len(text), tuple(steps))
