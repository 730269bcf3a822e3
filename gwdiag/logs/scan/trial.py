"""Which numbers of a line tell something: found by reading the line again with others in their place.

Of a line with `dial tcp 10.0.3.8:8080: i/o timeout` another port changes no more than what is copied from there, the
upstream. Another than 6379 would make it another failure, if that is Redis's port: so a line is tried with all numbers
that an error class asks for, too. A number that changes what is read is telling, and only lines with the same are
taken for alike. One behind a letter (`AH01102`, `H12`) is a name: it counts as telling without a trial.

That costs dozens of reads, and there are as many sorts as paths. So it is done once of all lines that say the same but
for paths, values of fields and numbers, its kin: of the others it is only made sure that the same numbers tell.
"""

import re
from collections.abc import Iterable
from enum import Enum
from random import Random
from typing import Any, NamedTuple

from gwdiag.error_classes import numbers_that_count
from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars
from gwdiag.logs.join import is_in_parts
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.lines import LONGEST
from gwdiag.logs.records import NOTHING, LineReader, Record
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event
from gwdiag.model.event import Kind as EventKind

NUMBER = re.compile(rb"[0-9A-Fa-f-]{32,}|[0-9A-Fa-f]{8,}|[0-9]+")
"""A number, decimal or hexadecimal, or a UUID."""

SHORT_NUMBER = re.compile(rb"[0-9]+")
"""The same in lines of a sort that has only short ones, and three times as quick."""

MAY_GROW = re.compile(rb"[A-Fa-f-][0-9]|[0-9][A-Fa-f-]")
"""Where another number may become a part of a hexadecimal one, or of a UUID."""

OWN = re.compile(
    rb"[a-z]{2,9}://[^\s\"'<>]+|(?<=[\s\"'(\[=<>,])/[^\s\"'<>()\[\]]*|\"[^\"\s]*\"|(?<==)[^\s\"',;)\]}]+"
    rb"|(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)(?= /)"
)
"""What each line has of its own, be it words or numbers: URLs, paths, methods, values of fields that are one word."""

NUMBER_IN_TEXT = re.compile(r"([0-9A-Fa-f-]{32,}|[0-9A-Fa-f]{8,}|[0-9]+)")
NAMED = re.compile(rb"(?<=[A-Za-z_\x80-\xff])[0-9]{1,5}(?![0-9])")
HEX_DIGIT = re.compile(rb"[0-9A-Fa-f]")
OF_ADDRESS = re.compile(rb"(?<=\d\.)\d+|\d+(?=\.\d)")
SHORT = 5
"""Digits of a number up to which it is not told from a shorter one. Grammars that count digits mostly count to five."""

TRIED = (0, 3, 42, 99, 200, 301, 404, 429, 499, 500, 503, 504, 599, 777, 3000, 8080, 10060, 43210, 65535)
TRIED_LONG = (100_000, 1_234_567, 1_790_000_000, 1_790_000_000_000, 10**18)
"""Numbers that all others are tried with: statuses of every kind, ports, errors of Windows; of six and more digits."""

DRAWN = 2
"""Times that all numbers are drawn, each for itself."""

DRAWN_ANEW = 9
"""Times that a number is drawn that is to be another one: what looks like a number may be dashes alone."""

COPIED = ("message", "client", "path", "request_id", "upstream", "detail")
"""What of an event may be copied from the line, numbers and all."""

COUNTED = ("upstream", "client", "path", "request_id")
"""By what failures are counted, of these, or put together."""

BY_NAME = ("host", "api", "api_id")
"""What counts of a line that is to be ignored, apart from that."""

OF_PARTS = ("client", "request_id")
"""What counts besides of one that may say more of a failure."""

Run = tuple[int, int]
"""Where a number begins and ends in a line."""

NOWHERE = (0, 0)


class Sort(NamedTuple):
    """Lines that are equal without their numbers (see `_Line.bare`); places are those in such a line.

    `time`: where its time is, or a number in its place, NOWHERE if it has none; `time_shape`: the same text, empty for
    no time. `telling`: the numbers by which they differ in kind.
    """

    time: Run
    time_shape: bytes
    telling: tuple[Run, ...]


class Part(NamedTuple):
    """What a field has from the line: all from `begin` to `end`, each so many bytes behind so many numbers."""

    begin: tuple[int, int]
    end: tuple[int, int]


Copy = tuple[str | Part, ...]
"""A field's text: what stays the same, and what is copied."""


class Use(Enum):
    """What is to be done with lines of a kind."""

    TELL = 0  # given out like any that was read
    COUNT = 1  # a failure: counted, if none of the lines that follow may belong to it
    IGNORE = 2  # of no failure, no request, no change: only counted as a line
    PART = 3  # the same, but it may say more of a failure


class Kind(NamedTuple):
    """Lines of a sort with the same telling numbers: the record of one of them, and what others have of their own.

    `waits`: an access line of the same request may follow; `in_parts`: other messages about the same failure. `places`:
    where in a line without its numbers the fields COUNTED are, (0, 0) where they are the same in all.
    """

    record: Record
    event: Event
    class_: str
    use: Use
    waits: bool
    in_parts: bool
    is_wrapped: bool
    has_long_numbers: bool
    copied: tuple[tuple[str, Copy], ...]
    places: tuple[Run, ...]

    def of(self, line: bytes, number: int, at: float | None) -> Record:
        """The record of another line of the kind."""
        number_in = NUMBER if self.has_long_numbers else SHORT_NUMBER
        ends = [0, *map(re.Match.end, number_in.finditer(line))]
        fields: dict[str, Any] = {}
        for name, parts in self.copied:
            texts = []
            for part in parts:
                if isinstance(part, str):
                    texts.append(part)
                else:
                    (first, some), (last, more) = part
                    texts.append(line[ends[first] + some : ends[last] + more].decode("utf-8", "replace"))
            fields[name] = "".join(texts)
        text = fields.pop("text", self.record.text)
        return Record(number, text, self.record.format, self.event._replace(at=at, **fields))


class _Kin(NamedTuple):
    """What is known of lines that differ in nothing but numbers and what each has of its own.

    `telling`: which of the other numbers; `asked_for`: what error classes ask for, which was tried.
    """

    telling: frozenset[int]
    asked_for: frozenset[str]


class Glimpse(NamedTuple):
    """What a line is by itself. `may_be_part`: of a record that a collector cut; `is_wrapped`: a collector's."""

    record: Record | None
    may_be_part: bool
    is_wrapped: bool


class Recogniser:
    """Reads lines as their file's reader does, and says what others like them would be."""

    def __init__(self, clock: Clock, grammars: Grammars) -> None:
        self.was_wrapped = False
        self.reads = 0
        self._was_part = False
        self._tried: dict[bytes, Kind] = {}  # kinds of lines whose sort was found by them
        self._families: set[bytes] = set()
        self._kin: dict[tuple[bytes, str | None, Use, str], _Kin] = {}
        self._clock = clock
        self._noting = Noting()
        self._reader = LineReader(self._noting, grammars, NOTHING)

    def sort(self, text: bytes) -> Sort | None:
        """The sort that a line is of; None where lines like it can only be read one by one."""
        line, record = _Line(text), self._read(text)
        if record is None or record.event is None or record.event.kind is EventKind.ACCESS:
            return None  # access lines differ in more than numbers, and have a quicker way
        is_timed = record.event.at is not None
        time = self._time(line, record.event) if is_timed else self._uptime(line)
        if time is None:
            return None
        free = self._free(line)
        kind = line.kind(record, {run for run in line.numbers if time[0] <= run[0] < time[1]})
        telling = self._telling_of_kin(line, kind, free)
        if telling is None and (telling := self._telling(line, kind, free)) is None:
            return None
        shape = NUMBER.sub(b"0", text[slice(*time)]) if is_timed else b""
        self._tried[text] = kind
        return Sort(line.bare(time), shape, tuple(line.bare(run) for run in sorted(telling)))

    def has_kin(self, text: bytes) -> bool:
        """Whether a line was tried that differs from this one in no more than kin do."""
        return _common(text) in self._families

    def _telling_of_kin(self, line: "_Line", kind: Kind, free: list[Run]) -> set[Run] | None:
        """The numbers that tell something in its kin, if that is so in this line, too."""
        if (kin := self._kin_of(line, kind)) is None:
            return None
        common = line.common_numbers()
        telling = _named(line, free).union(common[number] for number in kin.telling)
        return telling if self._is_like_kin(line, kind, free, telling) else None

    def _is_like_kin(self, line: "_Line", kind: Kind, free: list[Run], telling: set[Run]) -> bool:
        """Whether a line whose kin was tried says the same with other numbers, but for those that tell something."""
        trials = (_without(numbers, telling) for numbers in self._trials_of_kin(line, kind, free))
        return all(line.is_of_sort(numbers) and self._fits(line, kind, numbers) for numbers in trials)

    def _kin_of(self, line: "_Line", kind: Kind) -> _Kin | None:
        """What is known of its kin, if that is of the same class and nothing else was to be tried."""
        kin = self._kin.get(_family(line, kind))
        return kin if kin and kin.asked_for.issuperset(numbers_that_count(kind.event.message)) else None

    def _telling(self, line: "_Line", kind: Kind, free: list[Run]) -> set[Run] | None:
        """The numbers that tell something; None where it is not numbers alone."""
        telling = {run for run in free if not self._fits(line, kind, line.drawn([run], 0))} | _named(line, free)
        for numbers in self._trials(line, kind, free):
            if not self._fits(line, kind, _without(numbers, telling)):
                telling |= {run for run, number in numbers.items() if not self._fits(line, kind, {run: number})}
                if not self._fits(line, kind, _without(numbers, telling)):
                    return None
        common = {run: number for number, run in enumerate(line.common_numbers())}
        found = telling - _named(line, free)
        if found <= common.keys():
            asked_for = frozenset(numbers_that_count(kind.event.message))
            self._kin[_family(line, kind)] = _Kin(frozenset(common[run] for run in found), asked_for)
            self._families.add(_common(line.text))
        return telling

    def kind(self, text: bytes, sort: Sort) -> Kind | None:
        """The kind of lines like this one of that sort; None where they can only be read one by one."""
        if tried := self._tried.get(text):
            return tried
        line, record = _Line(text), self._read(text)
        if record is None or record.event is None or (record.event.at is None) != (not sort.time_shape):
            return None
        free = [run for run in self._free(line) if line.bare(run) not in sort.telling]
        kind = line.kind(record, {run for run in line.numbers if sort.time[0] <= line.bare(run)[0] < sort.time[1]})
        if self._kin_of(line, kind) and self._is_like_kin(line, kind, free, set()):
            return kind
        return kind if all(self._fits(line, kind, numbers) for numbers in self._trials(line, kind, free)) else None

    def glance(self, text: bytes) -> Glimpse:
        """What a line is by itself."""
        return Glimpse(self._read(text), self._was_part, self._reader.was_wrapped)

    def _read(self, text: bytes) -> Record | None:
        """The record of a line if it is one whole."""
        self.reads += 1
        self._noting.begin(self._clock)
        self._reader.was_wrapped = self.was_wrapped
        records = self._reader.line(JournalLine(0, text.decode("utf-8", "replace")[:LONGEST].rstrip("\r")))
        self._was_part = bool(self._reader.parts)
        if self._was_part:
            self._reader.unfinished()
            return None
        return records[0] if len(records) == 1 and records[0].event else None

    def _time(self, line: "_Line", event: Event) -> Run | None:
        """Where the time of the record is written; None where that cannot be told, or it is no whole time."""
        text = line.text
        for written, at in self._noting.texts.items():
            for begin in _all_in(text, written.encode()) if at is not None and at == event.at else ():
                end = begin + len(written.encode())
                other = self._read(text[:begin] + _other_time(text[begin:end]) + text[end:])
                moves = other is not None and other.event is not None and other.event.at != at
                self._read(text)  # what it was asked is of this line again
                if moves and line.are_between_numbers(begin, end):
                    return begin, end
        return None

    def _uptime(self, line: "_Line") -> Run | None:
        """The number that the clock could not read, NOWHERE if there is none; None for what may be a time elsewhere."""
        if not self._noting.texts:
            return NOWHERE
        texts = [text.encode() for text in self._noting.texts]
        asked = [(begin, begin + len(text)) for text in texts for begin in _all_in(line.text, text)]
        return next((run for run in line.numbers if [run] == asked), None)

    def _free(self, line: "_Line") -> list[Run]:
        """The numbers of the line that was read last, but for those in what its clock was asked."""
        asked = [text.encode() for text in self._noting.texts]
        times = [(begin, begin + len(text)) for text in asked for begin in _all_in(line.text, text)]
        return [run for run in line.numbers if not any(begin <= run[0] and run[1] <= end for begin, end in times)]

    def _trials(self, line: "_Line", kind: Kind, free: list[Run]) -> Iterable[dict[Run, bytes]]:
        """Other numbers for these."""
        short = [run for run in free if not _is_long(run)]
        long = [run for run in free if _is_long(run) and line.text[slice(*run)].isdigit()]
        asked_for = {int(number) for number in numbers_that_count(kind.event.message)}
        for number in sorted(asked_for.union(TRIED, TRIED_LONG)):
            if runs := long if number >= 10**SHORT else short:
                yield {run: line.fitting(run, number) for run in runs}
        yield from _drawn(line, free)

    def _trials_of_kin(self, line: "_Line", kind: Kind, free: list[Run]) -> Iterable[dict[Run, bytes]]:
        """Other numbers for those of a line whose kin was tried: it may have others in what decides the class."""
        said = [
            own
            for own in OWN.finditer(line.text)
            if own[0].strip(b'"').decode("utf-8", "replace") in kind.event.message
        ]
        runs = [run for run in free if any(own.start() <= run[0] < own.end() for own in said)]
        for number in sorted(numbers_that_count(kind.event.message)) if runs else ():
            yield {run: line.fitting(run, int(number)) for run in runs}
        yield from _drawn(line, free)

    def _fits(self, line: "_Line", kind: Kind, numbers: dict[Run, bytes]) -> bool:
        """Whether the line with these numbers says what those of the kind do, or is of another sort."""
        if not line.is_of_sort(numbers):
            return True
        text = line.with_numbers(numbers)
        record = self._read(text) if numbers else kind.record
        if record is None or record.event is None or record.format != kind.record.format:
            return False
        if use_of(record) is not use_of(kind.record) or class_of(record.event).id != kind.class_:
            return False
        if kind.use in (Use.IGNORE, Use.PART):
            same = all(getattr(record.event, name) == getattr(kind.event, name) for name in BY_NAME)
            if same and kind.use is Use.PART:
                known = kind.of(text, record.line, None).event
                same = known is not None and all(
                    getattr(record.event, name) == getattr(known, name) for name in OF_PARTS
                )
            return same and (record.event.at is None) == (kind.event.at is None)
        return record == kind.of(text, record.line, record.event.at)


class Noting(Clock):
    """A clock that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, float | None] = {}

    def begin(self, clock: Clock) -> None:
        """Goes on from where that one is."""
        vars(self).update(vars(clock))
        self.texts = {}

    def read(self, text: str) -> float | None:
        at = self.texts[text] = super().read(text)
        return at


class _Line:
    """A line with its numbers."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.numbers = [seen.span() for seen in NUMBER.finditer(text)]
        self._may_grow = MAY_GROW.search(text) is not None
        self._of_addresses = {seen.span() for seen in OF_ADDRESS.finditer(text)}

    def is_of_sort(self, numbers: dict[Run, bytes]) -> bool:
        """Whether the line with these numbers is of the same sort."""
        return not self._may_grow or _bare(self.with_numbers(numbers)) == _bare(self.text)

    def common_numbers(self) -> list[Run]:
        """The numbers but for those in what the line has of its own."""
        own = [seen.span() for seen in OWN.finditer(self.text)]
        return [run for run in self.numbers if not any(begin <= run[0] < end for begin, end in own)]

    def with_numbers(self, numbers: dict[Run, bytes]) -> bytes:
        """The line with these numbers in the place of its own."""
        parts, after = [], 0
        for run, number in sorted(numbers.items()):
            parts += [self.text[after : run[0]], number]
            after = run[1]
        return b"".join((*parts, self.text[after:]))

    def bare(self, run: Run) -> Run:
        """Where that is in the line without its numbers."""
        begin, end = (
            place - sum(end - begin - 1 - _is_long((begin, end)) for begin, end in self.numbers if end <= place)
            for place in run
        )
        return begin, end

    def are_between_numbers(self, *places: int) -> bool:
        return not any(begin < place < end for place in places for begin, end in self.numbers)

    def fitting(self, run: Run, number: int) -> bytes:
        """A number in that place, in an address not more than may stand there."""
        return b"%d" % (number % 256 if run in self._of_addresses else number)

    def drawn(self, free: Iterable[Run], seed: int) -> dict[Run, bytes]:
        """Another number of as many digits for each of these, hardly any twice, and never its own.

        There are so few of one digit that two that are equal are told apart by one seed or the other.
        """
        draw = Random(seed)

        def other(run: Run, place: int) -> bytes:
            written = self.text[slice(*run)]
            some = min(18, len(written))
            if some == 1:
                return b"%d" % (1 + (int(written) + place // 8**seed % 8) % 9)
            for _ in range(DRAWN_ANEW):
                if written.isdigit():
                    number = draw.randrange(10 ** (some - 1), 10**some)
                    drawn = (
                        b"%d" % number if some > 3 else self.fitting(run, number)
                    )  # longer is a fraction, no address
                else:
                    drawn = HEX_DIGIT.sub(lambda _: b"%x" % draw.randrange(16), written)
                if drawn != written:
                    break
            return drawn

        return {run: other(run, place) for place, run in enumerate(free)}

    def kind(self, record: Record, of_time: set[Run]) -> Kind:
        """What lines like this one seem to be, before that is tried. `of_time`: the numbers of its time."""
        assert record.event
        values = {"text": record.text} | {name: getattr(record.event, name) for name in COPIED}
        copies = (
            (name, self._copy(value, of_time))
            for name, value in values.items()
            if value and NUMBER_IN_TEXT.search(value)
        )
        copied = tuple((name, copy) for name, copy in copies if copy)
        is_wrapped = record.text != self.text.decode("utf-8", "replace").rstrip("\r")
        event, use = record.event, use_of(record)
        places = [self._place(dict(copied).get(name)) for name in COUNTED[:-1]]
        in_parts = _is_in_parts(record)
        places.append(self._request_place(dict(copied).get("request_id")) if in_parts else NOWHERE)
        if use in (Use.COUNT, Use.PART) and None in places:
            use = Use.TELL
        waits = event.kind is EventKind.REQUEST and event.answers is not None
        known = tuple(place or NOWHERE for place in places)
        has_long = any(map(_is_long, self.numbers))
        return Kind(record, event, class_of(event).id, use, waits, in_parts, is_wrapped, has_long, copied, known)

    def _place(self, copy: Copy | None) -> Run | None:
        """Where a field is copied from in the line without its numbers; None where that is not one place."""
        if copy is None:
            return NOWHERE
        if len(copy) != 1 or isinstance(copy[0], str):
            return None
        return self._run(copy[0], copy[0])

    def _request_place(self, copy: Copy | None) -> Run | None:
        """From where to where that is of which the gateway's name of a request is made, maybe in pieces."""
        parts = [part for part in copy or () if not isinstance(part, str)]
        return self._run(parts[0], parts[-1]) if parts and parts == sorted(parts) else None

    def _run(self, part: Part, other: Part) -> Run:
        ends = [0, *(end for _, end in self.numbers)]
        (first, some), (last, more) = part.begin, other.end
        return self.bare((ends[first] + some, ends[last] + more))

    def _copy(self, value: str, of_time: set[Run]) -> Copy | None:
        """A text with numbers as it may be copied from the line; None where it has other numbers than that.

        A number of the time is not tried with another one, so one that is equal and stands elsewhere goes before it.
        """
        written = value.encode()
        whole = [(begin, begin + len(written)) for begin in _all_in(self.text, written)]
        whole = [spot for spot in whole if self.are_between_numbers(*spot)]
        if whole:
            begin, end = next((one for one in whole if not self._are_all_in(one, of_time)), whole[0])
            return (Part(self._spot(begin), self._spot(end)),)
        parts: list[str | Part] = []
        after = 0  # numbers in front of the next one, mostly
        for text in NUMBER_IN_TEXT.split(value):
            if not NUMBER_IN_TEXT.fullmatch(text):
                parts.append(text)
                continue
            equal = [n for n, run in enumerate(self.numbers) if self.text[slice(*run)] == text.encode()]
            equal = [n for n in equal if self.numbers[n] not in of_time] or equal
            if not equal:
                return None
            number = next((n for n in equal if n >= after), equal[0])
            parts.append(Part(*map(self._spot, self.numbers[number])))
            after = number + 1
        return tuple(parts)

    def _are_all_in(self, spot: Run, runs: set[Run]) -> bool:
        """Whether the numbers from there to there are among these."""
        return runs.issuperset(run for run in self.numbers if spot[0] <= run[0] < spot[1])

    def _spot(self, place: int) -> tuple[int, int]:
        before = [end for _, end in self.numbers if end <= place]
        return len(before), place - (before[-1] if before else 0)


def use_of(record: Record) -> Use:
    """What is to be done with records such as this one."""
    event = record.event
    if event is None or event.mark or event.tried or event.duration_ms is not None or event.kind is EventKind.ACCESS:
        return Use.TELL
    if class_of(event).id != NONE:
        return Use.COUNT
    if event.claim is None and event.level in ("error", "fatal", "panic"):
        return Use.TELL
    return Use.PART if _is_in_parts(record) else Use.IGNORE


def _is_in_parts(record: Record) -> bool:
    """Whether other messages may be about the same failure."""
    event = record.event
    is_of_request = event is not None and event.kind is EventKind.REQUEST and event.request_id is not None
    return is_of_request and is_in_parts(record.format or "")


def _bare(text: bytes) -> bytes:
    """A line with a nought for each number, two for a long one."""
    return NUMBER.sub(lambda seen: b"00" if _is_long(seen.span()) else b"0", text)


def _common(text: bytes) -> bytes:
    """What is the same in all kin: the line without what it has of its own, but for how long numbers in that are."""
    own = b" ".join(OWN.findall(text))
    lengths = {_is_long(number.span()) for number in NUMBER.finditer(own)}
    return _bare(OWN.sub(b"/", text)) + b"%d%d" % (False in lengths, True in lengths)


def _family(line: _Line, kind: Kind) -> tuple[bytes, str | None, Use, str]:
    return _common(line.text), kind.record.format, kind.use, kind.class_


def _drawn(line: _Line, free: list[Run]) -> Iterable[dict[Run, bytes]]:
    """Numbers that are drawn for these."""
    return (line.drawn(free, seed) for seed in range(DRAWN if free else 0))


def _named(line: _Line, free: list[Run]) -> set[Run]:
    """The numbers that are names."""
    return {seen.span() for seen in NAMED.finditer(line.text) if seen.span() in free}


def _is_long(run: Run) -> bool:
    return run[1] - run[0] > SHORT


def _without(numbers: dict[Run, bytes], some: set[Run]) -> dict[Run, bytes]:
    return {run: number for run, number in numbers.items() if run not in some}


def _all_in(line: bytes, text: bytes) -> list[int]:
    """Where the text begins in the line; not by a pattern, as that would be another one for each text."""
    found, begin = list[int](), line.find(text) if text else -1
    while begin >= 0:
        found.append(begin)
        begin = line.find(text, begin + len(text))
    return found


def _other_time(written: bytes) -> bytes:
    """The same time with another second."""
    seconds = [*re.finditer(rb"(?<=:\d)\d(?!\d)|(?<=\d{9})\d", written)]
    if not seconds:
        return written
    last = seconds[-1]
    return written[: last.start()] + b"%d" % (int(last[0]) ^ 1) + written[last.end() :]
