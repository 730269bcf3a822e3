"""What stands around one line, and which other lines have the same around them.

It is asked of the wrappers: the line is read as its file's reader does, and again with other digits around it. So a
wrapper declares nothing to be taken off quickly.
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
from gwdiag.logs.scan.trial import Noting
from gwdiag.logs.scan.values import Flags
from gwdiag.logs.scan.words import DIGITS, Places, Words, high_unless_digit, high_unless_hexadecimal, literal

DRAWN = 2
"""Times that all digits are drawn."""

MONTHS = tuple(b"%02d" % month for month in range(1, 13))
"""Two digits may be a month, which tells the year of a time inside that has none."""

NUMBER = re.compile(rb"(?<![0-9A-Za-z])(?=[a-f]*[0-9])[0-9a-f]+(?![0-9A-Za-z])|[0-9]+")
"""Digits; or hexadecimal ones, as they stand in the cursors of a journal."""
STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
ESCAPED_END = b"\\n"

Run = tuple[int, int]
"""Where digits begin and end."""


class Around(NamedTuple):
    """Bytes before or behind lines. `steps`: where, a word, masks: must be there, are digits, are hexadecimal ones."""

    size: int
    steps: tuple[tuple[int, np.uint64, np.uint64, np.uint64, np.uint64], ...]

    def stands(self, words: Words, begin: Places) -> Flags:
        """Where it stands."""
        wrong = np.zeros(len(begin), np.uint64)
        for shift, word, same, digits, hexadecimal in self.steps:
            there = words[begin + shift]
            wrong |= (there ^ word) & same
            if digits:
                wrong |= high_unless_digit(there & digits | DIGITS & ~digits)
            if hexadecimal:
                wrong |= high_unless_hexadecimal(there & hexadecimal | DIGITS & ~hexadecimal)
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


class Opener:
    """Of the lines of one file. `clock`: the file's."""

    def __init__(self, clock: Clock, grammars: Grammars) -> None:
        self._clock = clock
        self._noting = Noting()
        self._reader = LineReader(self._noting, grammars, NOTHING)

    def record(self, raw: bytes) -> Record | None:
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

    def envelope(self, raw: bytes) -> Envelope | None:
        """The envelope of a line; None where it has none, or none that others could have."""
        record = self.record(raw)
        place = _place(raw, record.text) if record else None
        if record is None or record.event is None or place is None:
            return None
        begin, end, is_escaped = place
        example = _Example(raw, record, self._written_in(raw, begin, end), _has_time(record))
        host = (record.event.host or "").encode()
        of_host = [place for place in _all_in(raw, host) if host and not begin <= place < end]
        free = [
            run.span()
            for run in NUMBER.finditer(raw)
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

    def _tells_nothing(self, example: "_Example", free: list[Run]) -> bool:
        """Whether the line says the same with other digits in these places, but for the time if it is written there."""
        for raw in _others(example.raw, free):
            record = self.record(raw)
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


def _others(raw: bytes, free: list[Run]) -> Iterator[bytes]:
    """The line with other digits in these places."""
    draw = Random(0)
    for digit in (b"0", b"9"):
        yield _with(raw, {(begin, end): digit * (end - begin) for begin, end in free})
    for _ in range(DRAWN):
        yield _with(raw, {run: _drawn(raw, run, draw) for run in free})
    two = [run for run in free if run[1] - run[0] == 2]
    for month in MONTHS if two else ():
        yield _with(raw, dict.fromkeys(two, month))


def _drawn(raw: bytes, run: Run, draw: Random) -> bytes:
    begin, end = run
    base = 10 if raw[begin:end].isdigit() else 16
    return (b"%0*d" if base == 10 else b"%0*x") % (end - begin, draw.randrange(base ** (end - begin)))


def _with(raw: bytes, numbers: dict[Run, bytes]) -> bytes:
    changed = bytearray(raw)
    for (begin, end), number in numbers.items():
        changed[begin:end] = number
    return bytes(changed)


def _around(text: bytes, free: list[Run]) -> Around:
    """These bytes, of which digits in some places do not count."""
    digits, hexadecimal = bytearray(len(text)), bytearray(len(text))
    for begin, end in free:
        of_kind = digits if text[begin:end].isdigit() else hexadecimal
        of_kind[begin:end] = b"\xff" * (end - begin)
    steps = []
    for shift in range(0, len(text), 8):
        word, mask = literal(text[shift : shift + 8])
        free_digits, free_hexadecimal = (literal(bytes(one[shift : shift + 8]))[0] for one in (digits, hexadecimal))
        steps.append((shift, word, mask & ~(free_digits | free_hexadecimal), free_digits, free_hexadecimal))
    return Around(len(text), tuple(steps))
