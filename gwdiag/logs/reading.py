"""Files into sums: every file is read once, beside the others of its node, and adds its events to the tally."""

import lzma
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from gwdiag.definitions import LARGEST, Known, known_in
from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.of_conf import formats_in
from gwdiag.logs.export import Export
from gwdiag.logs.formats import ALL_BUILT_IN, Grammars, LogFormat
from gwdiag.logs.join import Found, Outcome, outcomes
from gwdiag.logs.lines import Stream, numbered_lines
from gwdiag.logs.merge import NEVER, in_order
from gwdiag.logs.records import Record, records
from gwdiag.logs.routes import Routes
from gwdiag.logs.seek import Entry, entry, last_time
from gwdiag.logs.source import STDIN, LogFile, Unreadable, content_of, files, last_change, open_log
from gwdiag.logs.tally import Place, Sample, Tally
from gwdiag.logs.unpack import FAULTS
from gwdiag.logs.window import ALWAYS, Window, window
from gwdiag.model.definition import ApiDefinition
from gwdiag.model.event import Event
from gwdiag.model.report import Input

LOOKED_AT = 1 << 18
RECORDS_LOOKED_AT = 300
LOG_SHARE = 0.1
"""A file in a folder is a log if at least this share of its first records, in its first 256 KiB, is recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How logs are to be read. `year` and `zone` are of times that lack them; None: as `Clock` finds them."""

    nodes: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None
    zone: tzinfo | None = None
    samples: int = 3
    grammars: Grammars = ALL_BUILT_IN
    since: str | None = None
    until: str | None = None
    export: Path | None = None


@dataclass(slots=True)
class Read:
    """What came of reading: the sums, and what each file gave."""

    tally: Tally
    inputs: list[Input] = field(default_factory=list)
    known: list[tuple[str, Known]] = field(default_factory=list)  # with the node whose folder it lies in
    unparsed: list[Sample] = field(default_factory=list)
    unparsed_classes: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False
    span: Window = ALWAYS
    latest: float | None = None  # the last time in the logs, also outside of the span

    def routes(self) -> Routes:
        return Routes(one for _, one in self.known if isinstance(one, ApiDefinition))


def read(paths: list[str], how: Reading) -> Read:
    """Reads all files behind the paths. What cannot be read is an input with a problem; nothing is raised for it.

    The files of one node are read side by side, in the order of their times. Ctrl-C ends the reading; what was read
    until then counts. Raises Problem where an option cannot be understood, or an export cannot be written.
    """
    result = Read(Tally(how.samples))
    with Export(how.export) if how.export else nullcontext() as export:
        inputs = listed(paths, how, result)
        result.tally = Tally(how.samples, result.routes())
        logs = [one for one in inputs if isinstance(one, FileSums)]
        result.span = asked_for(logs, how)
        for of_node in by_node(logs):
            result.tally.begin_log()
            _add(of_node, result.span, result, export)
    result.latest = max((one.latest for one in logs if one.latest is not None), default=None)
    result.inputs = [one if isinstance(one, Input) else one.as_input() for one in inputs]
    return result


def listed(paths: list[str], how: Reading, result: Read) -> list["Input | FileSums"]:
    """The logs behind the paths, and what cannot be read. Definitions beside them become known to the result.

    A configuration beside them may describe the format of logs that no other format reads.
    """
    found: list[Input | LogFile] = []
    others: list[LogFile] = []
    try:
        for one in files(paths, how.nodes):
            if isinstance(one, Unreadable):
                found.append(Input(path=one.path, problem=one.reason))
                continue
            found.append(one)
            if not one.chosen and not is_log(one, how):
                others.append(one)
        known = how
        how = _with_formats_of(others, how, result)
        if how is not known:
            others = [one for one in others if not is_log(one, how)]
    except KeyboardInterrupt:
        result.interrupted = True
    left_out = {one.path for one in others}
    return [one if isinstance(one, Input) else FileSums(one, how, result) for one in found if one.path not in left_out]


def _with_formats_of(others: list[LogFile], how: Reading, result: Read) -> Reading:
    """Reads what is no log as configuration; its formats come behind those that were asked for."""
    described: dict[str, LogFormat] = {}
    for one in others:
        content = content_of(one, LARGEST + 1)
        result.known += [(one.node or "", known) for known in known_in(content, one.path)]
        described |= formats_in(content)
    if how.grammars.only or not described:
        return how
    return replace(how, grammars=replace(how.grammars, own={**described, **how.grammars.own}))


def asked_for(logs: list["FileSums"], how: Reading) -> Window:
    """The stretch of time that is wanted. Raises Problem for what is no time."""
    if how.since is None and how.until is None:
        return ALWAYS
    last = max((at for one in logs if (at := one.last_time()) is not None), default=time.time())
    return window(how.since, how.until, last, how.zone)


def by_node(logs: list["FileSums"]) -> list[list["FileSums"]]:
    """The files of each node."""
    found: defaultdict[str, list[FileSums]] = defaultdict(list)
    for one in logs:
        found[one.node].append(one)
    return list(found.values())


def events(of_node: list["FileSums"], span: Window) -> Iterator[Outcome]:
    """The events of a node's files within a stretch of time, in its order."""
    several = len(of_node) > 1
    first = [one.first_time() if several else NEVER for one in of_node]
    merged = in_order([(at, one.records(span)) for at, one in zip(first, of_node, strict=True)])
    found = outcomes(merged, several_files=several)
    return within(found, span)


def within(found: Iterable[Outcome], span: Window) -> Iterator[Outcome]:
    """The events of a stretch of time. What has no time lies in none but the whole."""
    if span == ALWAYS:
        return iter(found)
    return (one for one in found if one.event.at is not None and span.has(one.event.at))


def is_log(file: LogFile, how: Reading) -> bool:
    """Whether the content looks like a log. A file that cannot be opened is taken for one, so that it gets reported."""
    try:
        first = _first_records(file, Clock(), how)
    except PermissionError:
        return True
    except FAULTS:
        return False
    recognised = sum(record.event is not None for record in first)
    return recognised > LOG_SHARE * len(first)


def _first_records(file: LogFile, clock: Clock, how: Reading) -> list[Record]:
    with open_log(file) as (stream, _):
        return list(islice(records(numbered_lines(stream, LOOKED_AT), clock, how.grammars), RECORDS_LOOKED_AT))


def _add(of_node: list["FileSums"], span: Window, result: Read, export: Export | None) -> None:
    """Adds the events of a node's files to the sums."""
    by_path = {one.path: one for one in of_node}
    try:
        for one in events(of_node, span) if not result.interrupted else ():
            result.tally.add(one)
            by_path[one.path].event(one)
            if export:
                export.add(one)
    except KeyboardInterrupt:
        result.interrupted = True
    if result.interrupted:
        for file in of_node:
            file.interrupt()


class _Counted:
    """A stream that knows how many bytes were read from it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.bytes = 0

    def read1(self, size: int, /) -> bytes:
        chunk = self._stream.read1(size)
        self.bytes += len(chunk)
        return chunk


class FileSums:
    """What one file gave, counted on the way."""

    def __init__(self, file: LogFile, how: Reading, result: Read) -> None:
        self.path = file.path
        self.node = file.node or file.default_node
        self.file = file
        self.how = how
        self._result = result
        self._formats: Counter[str] = Counter()
        self._nodes: set[str] = set()
        self._span: tuple[float, float] | None = None
        self.lines = 0  # of the file as it is now, which may have taken the place of others
        self.latest: float | None = None  # time of a record, whether it was asked for or not
        self._bytes = self._lines = self._unparsed = 0
        self._is_log = False
        self.problem: str | None = None
        self._is_read = False

    def first_time(self) -> float:
        """The first time in the file; NEVER where it has none, or can be read only once."""
        if self.path == STDIN:
            return NEVER
        try:
            first = _first_records(self.file, self._clock(), self.how)
        except FAULTS:
            return NEVER
        times = (record.event.at for record in first if record.event)
        return next((at for at in times if at is not None), NEVER)

    def last_time(self) -> float | None:
        """The last time in the file, if it can be told without reading it for good."""
        self.latest = last_time(self.file, self._clock, self.how.grammars)
        return self.latest

    def records(self, span: Window = ALWAYS) -> Iterator[Found]:
        """The records of the file, with its node; of a sorted plain file only those around that stretch of time.

        They end where the stream breaks, with what was held on the way.
        """
        try:
            with open_log(self.file) as (stream, size):
                if size is None or span == ALWAYS:
                    yield from self.records_of(stream, size)
                else:
                    part = self.enter(stream, size, span)
                    yield from self.records_of(stream, part.end - part.begin, part.clock)
        except FAULTS as error:
            self.problem = what_broke(error, self.lines)
        self._is_read = True

    def enter(self, stream: Stream, size: int, span: Window) -> Entry:
        """Goes to where that stretch of time begins in a plain file; see `seek.entry`."""
        part = entry(stream, size, self._clock, span.since, span.until, grammars=self.how.grammars)
        self.lines = part.lines_before
        return part

    def records_of(self, stream: Stream, most: int | None = None, clock: Clock | None = None) -> Iterator[Found]:
        """The same of these bytes, or the first `most` of them, whose lines follow those that were passed over."""
        counted = _Counted(stream)
        lines = self._numbered(numbered_lines(counted, most, self.lines))
        try:
            for record in records(lines, clock or self._clock(), self.how.grammars):
                if record.event is None:
                    self._not_parsed(record)
                else:
                    self._recognised(record.event)
                host = record.event.host if record.event else None
                yield Found(self.path, self.file.node or host or self.file.default_node, record)
        finally:
            self._bytes += counted.bytes

    def _clock(self) -> Clock:
        return Clock(zone=self.how.zone, year=self.how.year, latest=last_change(self.file))

    def _numbered(self, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        try:
            for number, line in lines:
                self.lines = number
                self._lines += 1
                yield number, line
        except FAULTS as error:
            self.problem = what_broke(error, self.lines)

    def _recognised(self, event: Event) -> None:
        self._is_log = True
        if event.at is not None and (self.latest is None or event.at > self.latest):
            self.latest = event.at

    def _not_parsed(self, record: Record) -> None:
        """Counts a record that no format recognises, and what its words would mean."""
        self._unparsed += 1
        self._result.unparsed_classes[claim(record.text).id] += 1
        if len(self._result.unparsed) < self._result.tally.most_samples:
            place = Place(self.path, record.line)
            self._result.unparsed.append(Sample(place, self.file.node or "", record.text, ""))

    def event(self, one: Outcome) -> None:
        """An event came of it."""
        self._formats[one.format] += 1
        self._nodes.add(one.node)
        if (at := one.event.at) is not None:
            first, last = self._span or (at, at)
            self._span = min(first, at), max(last, at)

    def begin_again(self) -> None:
        """Another file is there now, or the same one was emptied: its lines are counted from 1."""
        self.lines = 0
        self.problem = None

    def interrupt(self) -> None:
        if not self._is_read:
            self.problem = f"interrupted after line {self.lines}"

    def as_input(self) -> Input:
        first, last = self._span or (None, None)
        return Input(
            path=self.path,
            node=next(iter(self._nodes)) if len(self._nodes) == 1 else self.file.node,
            format=", ".join(name for name, _ in self._formats.most_common()) or None,
            bytes=self._bytes,
            lines=self._lines,
            events=sum(self._formats.values()),
            unparsed=self._unparsed,
            first=None if first is None else datetime.fromtimestamp(first, UTC),
            last=None if last is None else datetime.fromtimestamp(last, UTC),
            problem=self.problem or self._what_is_missing(),
        )

    def _what_is_missing(self) -> str | None:
        if not self._lines:
            return "it is empty" if not self.lines else None
        return None if self._is_log else "no line has a format that is known"


def what_broke(error: Exception, line: int) -> str:
    """What ended the reading of a file after that line, in words."""
    if isinstance(error, EOFError | zlib.error | lzma.LZMAError) or not getattr(error, "strerror", None):
        whole = "compressed data is damaged or cut"
        return f"{whole} after line {line}; what came before it was read" if line else f"{whole}: no line can be read"
    after = f" after line {line}" if line else ""
    return f"{error.strerror}{after}"  # type: ignore[attr-defined]
