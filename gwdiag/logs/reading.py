"""Files into sums: every file is read once, from its beginning, and adds its events to the tally."""

import lzma
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from gwdiag.definitions import Known, read_known
from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.join import outcomes
from gwdiag.logs.lines import Stream, numbered_lines
from gwdiag.logs.records import Record, records
from gwdiag.logs.source import STDIN, LogFile, Unreadable, files, opened
from gwdiag.logs.tally import Place, Sample, Tally
from gwdiag.model.report import Input

BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What reading raises on a file that is damaged, cut, gone or not ours to read."""

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


@dataclass(slots=True)
class Read:
    """What came of reading: the sums, and what each file gave."""

    tally: Tally
    inputs: list[Input] = field(default_factory=list)
    known: list[tuple[str, Known]] = field(default_factory=list)  # with the node whose folder it lies in
    unparsed: list[Sample] = field(default_factory=list)
    unparsed_classes: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False


def read(paths: list[str], how: Reading) -> Read:
    """Reads all files behind the paths. What cannot be read is an input with a problem; nothing is raised for it.

    Ctrl-C ends the reading; what was read until then counts.
    """
    result = Read(Tally(how.samples))
    for one in files(paths, how.nodes):
        if result.interrupted:
            break
        if isinstance(one, Unreadable):
            result.inputs.append(Input(path=one.path, problem=one.reason))
        elif one.chosen or _is_log(one.path):
            result.inputs.append(_read_file(one, how, result))
        elif found := read_known(one.path):
            result.known.append((one.node or "", found))
    return result


def _is_log(path: str) -> bool:
    """Whether the content looks like a log. A file that cannot be opened is taken for one, so that it gets reported."""
    try:
        with opened(path) as (stream, _):
            first = list(islice(records(numbered_lines(stream, LOOKED_AT), Clock()), RECORDS_LOOKED_AT))
    except PermissionError:
        return True
    except BROKEN:
        return False
    recognised = sum(record.event is not None for record in first)
    return recognised > LOG_SHARE * len(first)


def _read_file(file: LogFile, how: Reading, result: Read) -> Input:
    seen = _FileSums(file, result)
    result.tally.begin_file()
    problem = None
    try:
        with opened(file.path) as (stream, most):
            counted = _Counted(stream)
            try:
                clock = Clock(zone=how.zone, year=how.year, latest=_latest(file.path))
                lines = seen.lines(numbered_lines(counted, most))
                for one in outcomes(seen.unparsed(records(lines, clock))):
                    node = file.node or one.event.host or file.default_node
                    result.tally.add(one, node, file.path)
                    seen.event(one.event.at, one.format, node)
            finally:
                seen.bytes = counted.bytes
    except BROKEN as error:
        problem = what_broke(error, seen.line)
    except KeyboardInterrupt:
        result.interrupted = True
        problem = f"interrupted after line {seen.line}"
    return seen.as_input(problem or seen.broken or seen.what_is_missing())


class _Counted:
    """A stream that knows how many bytes were read from it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.bytes = 0

    def read1(self, size: int, /) -> bytes:
        chunk = self._stream.read1(size)
        self.bytes += len(chunk)
        return chunk


class _FileSums:
    """What one file gave, counted on the way."""

    def __init__(self, file: LogFile, result: Read) -> None:
        self._file = file
        self._result = result
        self._formats: Counter[str] = Counter()
        self._nodes: set[str] = set()
        self._span: tuple[float, float] | None = None
        self._lines = self._unparsed = 0
        self.bytes = 0
        self.broken: str | None = None

    def lines(self, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Passes the lines on, and ends where the stream breaks: what is held on the way must still come."""
        try:
            for number, line in lines:
                self._lines = number
                yield number, line
        except BROKEN as error:
            self.broken = what_broke(error, self._lines)

    def unparsed(self, found: Iterator[Record]) -> Iterator[Record]:
        """Passes the records on; counts those that no format recognises, and what their words would mean."""
        for record in found:
            if record.event is None:
                self._unparsed += 1
                self._result.unparsed_classes[claim(record.text).id] += 1
                if len(self._result.unparsed) < self._result.tally.most_samples:
                    place = Place(self._file.path, record.line)
                    self._result.unparsed.append(Sample(place, self._file.node or "", record.text, ""))
            yield record

    def event(self, at: float | None, name: str, node: str) -> None:
        self._formats[name] += 1
        self._nodes.add(node)
        if at is not None:
            first, last = self._span or (at, at)
            self._span = min(first, at), max(last, at)

    def what_is_missing(self) -> str | None:
        if not self._lines:
            return "it is empty"
        return None if self._formats else "no line has a format that is known"

    def as_input(self, problem: str | None) -> Input:
        first, last = self._span or (None, None)
        return Input(
            path=self._file.path,
            node=next(iter(self._nodes)) if len(self._nodes) == 1 else self._file.node,
            format=", ".join(name for name, _ in self._formats.most_common()) or None,
            bytes=self.bytes,
            lines=self._lines,
            events=sum(self._formats.values()),
            unparsed=self._unparsed,
            first=None if first is None else datetime.fromtimestamp(first, UTC),
            last=None if last is None else datetime.fromtimestamp(last, UTC),
            problem=problem,
        )

    @property
    def line(self) -> int:
        return self._lines


def _latest(path: str) -> float | None:
    return None if path == STDIN else Path(path).stat().st_mtime


def what_broke(error: Exception, line: int) -> str:
    """What ended the reading of a file after that line, in words."""
    if isinstance(error, EOFError | zlib.error | lzma.LZMAError) or not getattr(error, "strerror", None):
        whole = "compressed data is damaged or cut"
        return f"{whole} after line {line}; what came before it was read" if line else f"{whole}: no line can be read"
    after = f" after line {line}" if line else ""
    return f"{error.strerror}{after}"  # type: ignore[attr-defined]
