"""One file: whether it is a log, its records, and what it gave, counted on the way."""

import codecs
import lzma
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import ALL_BUILT_IN, Grammars
from gwdiag.logs.join import Found, Outcome, Waiting
from gwdiag.logs.journal_export import EXPORT
from gwdiag.logs.lines import CHUNK, PAGE, Stream, numbered_lines
from gwdiag.logs.merge import NEVER
from gwdiag.logs.records import Record, records
from gwdiag.logs.remote import is_address
from gwdiag.logs.source import STDIN, LogFile, last_change, open_log
from gwdiag.logs.tally import Place, Sample
from gwdiag.logs.unpack import FAULTS
from gwdiag.logs.whose import after_nodes
from gwdiag.logs.window import ALWAYS, Window
from gwdiag.model.dataclass import dataclass
from gwdiag.model.event import Event
from gwdiag.model.report import Input

if TYPE_CHECKING:
    from gwdiag.logs.scan.bulk import Bulk
    from gwdiag.logs.seek import Entry

LOOKED_AT = 1 << 18
RECORDS_LOOKED_AT = 300
SHORT_LINE = 350
"""Bytes. One by one, it is the number of lines that takes time: three thousand take as long as loading numpy does."""

BATCH = 256
"""Records that are read before they are passed on. What reads a line and what counts it fit into a processor's first
cache one after the other, but not together: line by line it takes a fifth longer.
"""

LOG_SHARE = 0.1
"""A file in a folder is a log if at least this share of its first records, in its first 256 KiB, is recognised."""


class Progress(Protocol):
    """Who shows how far reading is, in bytes as they are stored."""

    def begin(self, total: int | None) -> None: ...

    def read(self, some: int, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How logs are to be read. `year` and `zone` are of times that lack them; None: as `Clock` finds them.

    `at_once_from`: bytes of a log whose successes are read a `page` of so many bytes at once, where a line counts as
    SHORT_LINE at least; of less it costs more to load what that takes.
    `jobs`: how many processes read, 0 for one of each processor; a Dask `scheduler`'s do, where one is given.
    `part`: bytes of a log that are worth a process of their own.
    `beside`: files of configuration that belong to the logs, wherever they lie.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None
    zone: tzinfo | None = None
    samples: int = 3
    grammars: Grammars = ALL_BUILT_IN
    since: str | None = None
    until: str | None = None
    export: Path | None = None
    progress: "Progress | None" = None
    at_once_from: int = 1 << 20
    page: int = PAGE
    jobs: int = 1
    scheduler: str | None = None
    part: int = 64 << 20
    beside: tuple[str, ...] = ()


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


class Sink(NamedTuple):
    """Where the plain successes of a node's files are counted, those of a stretch of time; and who may want them.

    `quiet_until`: the earliest time of another file's next record.
    """

    bulk: Callable[[], "Bulk"]
    waiting: Waiting
    span: Window
    quiet_until: Callable[[], float]


class _Counted:
    """A stream that knows how many bytes were read from it, and how it begins."""

    def __init__(self, stream: Stream, told: Callable[[int], None] | None = None) -> None:
        self._stream = stream
        self._told = told
        self._begin: list[bytes] = []  # what was looked at, to be read again
        self._failure: Exception | None = None
        self.bytes = 0

    def read1(self, size: int, /) -> bytes:
        if self._failure and not self._begin:
            raise self._failure
        if self._begin:
            chunk = self._begin.pop(0)
            if len(chunk) > size:
                self._begin.insert(0, chunk[size:])
                chunk = chunk[:size]
        else:
            chunk = self._stream.read1(size)
        self.bytes += len(chunk)
        if self._told:
            self._told(len(chunk))
        return chunk

    def is_no_text(self) -> bool:
        """Whether its lines are not the bytes up to each LF, or not each a record's."""
        self.ends_before(len(EXPORT))
        return b"".join(self._begin).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, EXPORT))

    def lines_of_begin(self, size: int) -> int:
        """Lines in so many bytes, or some more."""
        self.ends_before(size)
        return sum(chunk.count(b"\n") for chunk in self._begin)

    def ends_before(self, size: int) -> bool:
        """Whether there are fewer bytes."""
        while not self._failure and sum(map(len, self._begin)) < size:
            try:
                chunk = self._stream.read1(min(size, CHUNK))
            except FAULTS as error:
                self._failure = error  # for who reads on
                return True
            if not chunk:
                return True
            self._begin.append(chunk)
        return self._failure is not None


def _in_batches(found: Iterator[Record]) -> Iterator[Record]:
    while some := list(islice(found, BATCH)):
        yield from some


class FileSums:
    """What one file gave, counted on the way."""

    def __init__(self, file: LogFile, how: Reading) -> None:
        self.path = file.path
        self.node = file.node or file.default_node
        self.file = file
        self.how = how
        self.unparsed: list[Sample] = []
        self.unparsed_classes: Counter[str] = Counter()  # what the words of lines without a format would mean
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
            first = _first_records(self.file, self.clock(), self.how)
        except FAULTS:
            return NEVER
        times = (record.event.at for record in first if record.event)
        return next((at for at in times if at is not None), NEVER)

    def last_time(self) -> float | None:
        """The last time in the file, if it can be told without reading it for good."""
        from gwdiag.logs.seek import last_time

        self.latest = last_time(self.file, self.clock, self.how.grammars)
        return self.latest

    def records(self, span: Window = ALWAYS, sink: "Sink | None" = None) -> Iterator[Found]:
        """The records of the file, with its node; of a sorted plain file only those around that stretch of time.

        They end where the stream breaks, with what was held on the way. `sink`: where plain successes are counted; they
        are not among the records then.
        """
        try:
            told = self.how.progress.read if self.how.progress else None
            with open_log(self.file, told) as (stream, size):
                if size is None and self._is_stored():
                    from gwdiag.logs.ahead import read_ahead  # it loads what threads need

                    with read_ahead(stream) as ahead:
                        yield from self.records_of(ahead, sink=sink)
                elif size is None or span == ALWAYS:
                    yield from self.records_of(stream, size, sink=sink)
                else:
                    part = self.enter(stream, size, span)
                    yield from self.records_of(stream, part.end - part.begin, part.clock, sink)
        except FAULTS as error:
            self.problem = what_broke(error, self.lines)
        self.is_read()

    def _is_stored(self) -> bool:
        """Whether it is all there already: what comes through a pipe is not waited for in a thread."""
        return self.file.content is not None or (self.path != STDIN and Path(self.path).is_file())

    def enter(self, stream: Stream, size: int, span: Window) -> "Entry":
        """Goes to where that stretch of time begins in a plain file; see `seek.entry`."""
        from gwdiag.logs.seek import entry

        part = entry(stream, size, self.clock, span.since, span.until, grammars=self.how.grammars)
        self.lines = part.lines_before
        return part

    def records_of(
        self, stream: Stream, most: int | None = None, clock: Clock | None = None, sink: "Sink | None" = None
    ) -> Iterator[Found]:
        """The same of these bytes, or the first `most` of them, whose lines follow those that were passed over."""
        progress = self.how.progress if most is not None else None  # of a compressed one its file is counted
        counted = _Counted(stream, progress.read if progress else None)
        try:
            yield from self.found(self._records(counted, most, clock or self.clock(), sink))
        finally:
            self._bytes += counted.bytes

    def found(self, records: Iterator[Record]) -> Iterator[Found]:
        """These records of the file, which are counted, with their nodes."""
        for record in records:
            if record.event is None:
                self._not_parsed(record)
            else:
                self._recognised(record.event)
            host = record.event.host if record.event else None
            yield Found(self.path, self.file.node or host or self.file.default_node, record)

    def _records(self, stream: "_Counted", most: int | None, clock: Clock, sink: "Sink | None") -> Iterator[Record]:
        if sink and not self._is_small(stream, most) and not stream.is_no_text():
            return self._at_once(stream, most, clock, sink)
        found = records(self._numbered(numbered_lines(stream, most, self.lines)), clock, self.how.grammars)
        return found if most is None else _in_batches(found)

    def _is_small(self, stream: "_Counted", most: int | None) -> bool:
        least = self.how.at_once_from
        is_short = stream.ends_before(least) if most is None else most < least
        return is_short and stream.lines_of_begin(least if most is None else most) * SHORT_LINE < least

    def _at_once(self, stream: "_Counted", most: int | None, clock: Clock, sink: "Sink") -> Iterator[Record]:
        from gwdiag.logs.scan.reader import Reader

        before = self.lines
        reader = Reader(self, sink.bulk(), sink.waiting, clock, self.how.grammars, sink.span, sink.quiet_until)
        try:
            yield from reader.records(stream, most, before, self.how.page)
        except FAULTS as error:
            self.problem = what_broke(error, self.lines)

    def read_lines(self, some: int) -> None:
        """So many more lines were read."""
        self.lines += some
        self._lines += some

    def counted_undated(self, format_: str, nodes: list[str], some: int) -> None:
        """So many events of these nodes came of it that have no time."""
        self._is_log = True
        self._formats[format_] += some
        self._nodes.update(nodes)

    def counted(self, format_: str, nodes: list[str], some: int, first: float, last: float) -> None:
        """So many events of these nodes between these times came of it."""
        self.counted_undated(format_, nodes, some)
        self._between(first, last)
        if self.latest is None or last > self.latest:
            self.latest = last

    @property
    def node_told(self) -> str | None:
        return self.file.node

    @property
    def default_node(self) -> str:
        return self.file.default_node

    def clock(self) -> Clock:
        """A clock for the beginning of the file."""
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
        self.unparsed_classes[claim(record.text).id] += 1
        if len(self.unparsed) < self.how.samples:
            self.unparsed.append(Sample(Place(self.path, record.line), self.file.node or "", record.text, ""))

    def event(self, one: Outcome) -> None:
        """An event came of it."""
        self._formats[one.format] += 1
        self._nodes.add(one.node)
        if (at := one.event.at) is not None:
            self._between(at, at)

    def _between(self, first: float, last: float) -> None:
        if self._span is None:
            self._span = first, last
        elif first < self._span[0] or last > self._span[1]:
            self._span = min(self._span[0], first), max(self._span[1], last)

    def named_by_place(self) -> dict[str, str]:
        """The nodes that are called after a file or a folder and nothing else, and the place that this name is of."""
        given = self.file.node
        if given is None and self.file.default_node not in self._nodes:
            return {}
        if given in self.how.nodes.values() or given in after_nodes(Path(self.path).absolute().parts):
            return {}
        return {given or self.file.default_node: self.place.rpartition("/")[0] or self.place}

    @property
    def place(self) -> str:
        """What the file is called on this machine, wherever one is; an address means the same anywhere."""
        return self.path if self.path == STDIN or is_address(self.path) else str(Path(self.path).absolute())

    def read_bytes(self, some: int) -> None:
        """So many more bytes were read."""
        self._bytes += some

    def add(self, other: "FileSums") -> None:
        """Adds what the next part of the file gave, which counted its lines from its own begin."""
        for one in other.unparsed[: self.how.samples - len(self.unparsed)]:
            self.unparsed.append(one._replace(place=one.place._replace(line=one.place.line + self.lines)))
        self.unparsed_classes += other.unparsed_classes
        self._formats += other._formats
        self._nodes |= other._nodes
        if other._span:
            self._between(*other._span)
        self.latest = max((one for one in (self.latest, other.latest) if one is not None), default=None)
        self.lines += other.lines
        self._bytes += other._bytes
        self._lines += other._lines
        self._unparsed += other._unparsed
        self._is_log |= other._is_log
        self.problem = self.problem or other.problem
        self._is_read = other._is_read

    def is_read(self) -> None:
        """It was read to its end."""
        self._is_read = True

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
            format=", ".join(sorted(self._formats, key=lambda name: (-self._formats[name], name))) or None,
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
