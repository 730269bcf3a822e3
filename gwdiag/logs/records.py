"""Lines into records: what collectors put around them taken off, parts joined, a stack trace with its panic as one."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import ALL_BUILT_IN, Grammars, LogFormat, formats
from gwdiag.logs.journal_export import JournalLine, without_journal_fields
from gwdiag.logs.lines import LONGEST
from gwdiag.logs.wrappers import MAY_BE_WRAPPED, Unwrapped, wrappers
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

T = TypeVar("T")

DEEPEST = 3
"""Wrappers around wrappers that are taken off: syslog around Docker around compose."""

PANIC = pattern(r"\bpanic\b|\bfatal error: |goroutine \d+ \[")
STACK = pattern(
    r"\s|goroutine \d+ \[|created by |panic[:(]|\[signal |exit status \d"
    r"|\.\.\.\S*(?: \d+)? ?(?:frames|more|elided|additional)"
    r"|[\w./*()\[\]{}$·~%-]+\.[\w./*()\[\]{}$·~%-]*\(.*\)?$"
    r"|(?:r[a-z]{2}|r\d+|rflags|[cfg]s) +0x"
)
LONGEST_FRAME = 1000
"""Characters of a line that are looked at to tell whether it belongs to a stack."""

FRAME = pattern(r"([\w./-]+\.(?:\([^)]*\)\.)?[\w.]+)\(")
RUNTIME = pattern(r"(?:runtime|net/http|internal|sync|reflect|testing|log)[./]|panic\b|created by")


class Record(NamedTuple):
    """A record of a log. `line` is the number of its first line; `event` None: no format recognises the text."""

    line: int
    text: str
    format: str | None
    event: Event | None


def records(lines: Iterator[tuple[int, str]], clock: Clock, grammars: Grammars = ALL_BUILT_IN) -> Iterator[Record]:
    """The records of a log in the order of their lines; empty lines and the rest of a stack trace make none."""
    reader = RecordReader(clock, grammars)
    for line in without_journal_fields(lines):
        yield from reader.read(line)
    yield from reader.end()


class Unfinished(NamedTuple):
    """What a reader holds between two lines: the last record, to which the next line may belong, and parts of one."""

    record: Record | None = None
    parts: tuple[JournalLine, ...] = ()
    was_wrapped: bool = False

    def moved(self, by: int) -> "Unfinished":
        """The same where lines have other numbers."""
        record = self.record and self.record._replace(line=self.record.line + by)
        return self._replace(record=record, parts=tuple(one._replace(number=one.number + by) for one in self.parts))


NOTHING = Unfinished()


class RecordReader:
    """The same, line by line. A record is given out when it is known that nothing more belongs to it."""

    def __init__(self, clock: Clock, grammars: Grammars, before: Unfinished = NOTHING) -> None:
        self._lines = LineReader(clock, grammars, before)
        self._held = before.record

    @property
    def unfinished(self) -> Unfinished:
        """What another reader needs to go on from here."""
        return Unfinished(self._held, tuple(self._lines.parts), self._lines.was_wrapped)

    def read(self, line: JournalLine) -> list[Record]:
        """The records that are known to be whole by this line."""
        if not line.text or line.text.isspace():
            return []
        return [whole for record in self._lines.line(line) if (whole := self._after(record))]

    def end(self) -> list[Record]:
        """What is held, since nothing of it can follow."""
        held = [whole for record in self._lines.unfinished() if (whole := self._after(record))]
        if self._held:
            held.append(self._held)
            self._held = None
        return held

    def passed(self, *, was_wrapped: bool) -> None:
        """The line before the next one was read by others."""
        self._lines.was_wrapped = was_wrapped

    def known(self, record: Record, *, was_wrapped: bool) -> list[Record]:
        """The same of a line whose record is known."""
        self._lines.was_wrapped = was_wrapped
        return [whole for one in (*self._lines.unfinished(), record) if (whole := self._after(one))]

    @property
    def is_unknown(self) -> bool:
        """Whether the last line began no record that any format knows."""
        return self._held is not None and self._held.event is None

    def drop(self) -> None:
        """Forgets what the last line began."""
        self._held = None

    def _after(self, record: Record) -> Record | None:
        """The record before this one; None where there is none, or this one belongs to it."""
        held = self._held
        if held and record.event is None and (longer := _longer(held, record.text)):
            self._held = longer
            return None
        self._held = record
        return held


def _longer(held: Record, text: str) -> Record | None:
    """The record with the line below it; None where that is not part of it."""
    if held.event is None:
        return None
    one = formats().get(held.format or "")
    if one and one.below and (event := one.below(held.event, text)):
        text = held.text if event == held.event else f"{held.text} {text.strip()}"
        return held._replace(text=text, event=event)
    return _with_frame(held, text) if _continues(held.event, text) else None


def _continues(event: Event, text: str) -> bool:
    return text[:1].isspace() or bool(PANIC.search(event.message) and STACK.match(text, 0, LONGEST_FRAME))


def _with_frame(held: Record, text: str) -> Record:
    """The panic with the first function of the program's own in its stack: what a bug report names."""
    frame = FRAME.match(text, 0, LONGEST_FRAME)
    if not held.event or held.event.detail or not frame or RUNTIME.match(frame[1]):
        return held
    return held._replace(event=held.event._replace(detail=frame[1]))


class _LastUsedFirst(Generic[T]):
    """Members of a family, the last used one first. One is loaded when all that are loaded were tried in vain."""

    def __init__(self, members: Iterable[T]) -> None:
        self._loaded: list[T] = []
        self._more = self._loading(members)

    def _loading(self, members: Iterable[T]) -> Iterator[T]:
        for one in members:
            self._loaded.append(one)
            yield one

    def __iter__(self) -> Iterator[T]:
        return chain(self._loaded, self._more)

    def use(self, one: T) -> None:
        if one is not self._loaded[0]:
            self._loaded.remove(one)
            self._loaded.insert(0, one)


class LineReader:
    """Takes lines as they come. Wrappers and formats are tried last used first: a log mostly has one of each."""

    def __init__(self, clock: Clock, grammars: Grammars, before: Unfinished) -> None:
        self._clock = clock
        self._own = list(grammars.own.items())
        self._formats = _LastUsedFirst(grammars.likeliest_first())
        self._wrappers = _LastUsedFirst(wrappers().values())
        self.was_wrapped = before.was_wrapped
        self.parts = list(before.parts)
        self._held = sum(len(one.text) for one in self.parts)

    def line(self, line: JournalLine) -> list[Record]:
        # A log is mostly wrapped all through: what was tried in vain for the line before is tried last for this one.
        found = None if self.was_wrapped else self._recognise(line.text, host=line.host)
        if found and not self.parts and not self._reads_inside(*found, line.text):
            return [Record(line.number, line.text, *found)]
        number, whole = line.number, Unwrapped(line.text, host=line.host)
        inner = whole
        for _ in range(DEEPEST):
            outer = inner
            is_it = found and not self._reads_inside(*found, outer.text)
            if is_it or not (inside := self._unwrap(outer.text)):
                break
            if inside.more:
                self._add_part(number, inside.text)
                self.was_wrapped = True
                return []
            if self.parts:
                self._add_part(number, inside.text)
                number, text = self._joined()
                inside = inside._replace(text=text)
            inner = inside._replace(at=inside.at or outer.at, host=inside.host or outer.host)
            found = self._recognise(inner.text, inner.at, inner.host)
        if not found and self.was_wrapped and (found := self._recognise(line.text, host=line.host)):
            inner = whole
        self.was_wrapped = found is not None and inner is not whole
        return [*self.unfinished(), Record(number, inner.text, *(found or (None, None)))]

    def _reads_inside(self, name: str, event: Event, text: str) -> bool:
        """Whether a line is wrapped that a format reads as it is: some do not care what stands before what they know.

        They would take a collector's words for a client's, and the host would be lost. What has its time there is not.
        """
        if not MAY_BE_WRAPPED.match(text) or not (inside := self._unwrap(text)):
            return False
        if inside.more:
            return True
        inner = self._one(name).read(inside.text, self._clock)
        return inner is not None and (inner.at is not None or event.at is None)

    def _one(self, name: str) -> LogFormat:
        return dict(self._own).get(name) or formats()[name]

    def _recognise(self, text: str, written: str | None = None, host: str | None = None) -> tuple[str, Event] | None:
        """The format and the event of a text, with the time and the host that a collector wrote beside it."""
        # The collector's time is read first: it has a year, and so gives one to the time inside that has none.
        at = self._clock.read(written) if written else None
        found = self._read(text)
        if found and (host or found[1].at is None):
            name, event = found
            return name, event._replace(host=host, at=at if event.at is None else event.at)
        return found

    def _read(self, text: str) -> tuple[str, Event] | None:
        for name, one in self._own:  # they may read what built-in ones do, and come first
            if event := one.read(text, self._clock):
                return name, event
        for named in self._formats:
            name, one = named
            if event := one.read(text, self._clock):
                self._formats.use(named)
                return name, event
        return None

    def _unwrap(self, text: str) -> Unwrapped | None:
        for one in self._wrappers:
            if inside := one.unwrap(text):
                self._wrappers.use(one)
                return inside
        return None

    def _add_part(self, number: int, text: str) -> None:
        if self._held < LONGEST:
            self.parts.append(JournalLine(number, text[: LONGEST - self._held]))
            self._held += len(text)

    def _joined(self) -> tuple[int, str]:
        begin, text = self.parts[0].number, "".join(part.text for part in self.parts)
        self.parts, self._held = [], 0
        return begin, text

    def unfinished(self) -> list[Record]:
        """Parts whose end never came: another line follows, or none."""
        if not self.parts:
            return []
        begin, text = self._joined()
        return [Record(begin, text, *(self._recognise(text) or (None, None)))]
