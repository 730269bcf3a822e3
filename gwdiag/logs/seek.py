"""Where in a large sorted log a stretch of time lies, without reading all of it."""

import codecs
import io
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import ALL_BUILT_IN, Grammars
from gwdiag.logs.lines import Stream, numbered_lines
from gwdiag.logs.records import records
from gwdiag.logs.source import STDIN, LogFile, open_log
from gwdiag.logs.unpack import FAULTS

PLACES = 64
"""Where a file is looked at before it is taken for sorted. One log behind another shows if it is a 64th of the file."""

LOOKED_AT = 1 << 16
WIDTHS = (1, 16)
"""Bytes read at a place, and how many times as many where they have no time."""

LONGEST_TAIL = max(WIDTHS) * LOOKED_AT
"""Bytes at the end of a compressed log in which a last time is looked for."""

MOST_LINES = 1000
"""Lines read at a place."""

MOST_WITHOUT = 8
"""Places without a time, after which a log is not looked at any more."""

FEW = 8
"""Records read at a place."""

DISORDER = 60.0
"""Seconds that a sorted log's times may go back: threads write late, and some logs have the request's beginning."""

AROUND = DISORDER + 30.0
"""Seconds read before and after what was asked for, so that messages meet their access lines (join.LONGEST_WAIT)."""

LONGEST_SILENCE = 150 * 86_400.0
"""Seconds. Times without a year take the one nearest to the time before; over half a year that would be wrong."""

BLOCK = 4 << 20


class Seekable(Stream, Protocol):
    """A plain file."""

    def seek(self, offset: int, /) -> int: ...


class Entry(NamedTuple):
    """The part of a file to read, in bytes, the lines in front of it, and the clock for its first line."""

    begin: int
    end: int
    lines_before: int
    clock: Clock


class Spot(NamedTuple):
    """The times of a few records at a place. The second of them begins at `begin`, which is a record's begin for sure:
    the first may be the end of one that came in parts. `before` is the time of the first.
    """

    begin: int
    before: float
    first: float
    last: float
    is_sorted: bool


def entry(
    stream: Stream,
    size: int,
    clock: Callable[[], Clock],
    since: float | None,
    until: float | None = None,
    *,
    grammars: Grammars = ALL_BUILT_IN,
    looked_at: int = LOOKED_AT,
) -> Entry:
    """Where to begin and to end so that no record of that time is missed, within a log that seems sorted; else all.

    What it holds besides is for the reader to leave out. `clock` makes a new one for this file. The stream is left at
    the beginning of the part. Raises what reading does.
    """
    begin, end, started = 0, size, clock()
    log = Log(cast(Seekable, stream), size, Times(clock, grammars), looked_at)  # as open_log says
    if size >= PLACES * looked_at // 4 and (places := log.places()):
        found = None if since is None else log.last_before(places, since - AROUND)
        beyond = None if until is None else log.first_after(places, until + AROUND)
        if found:
            begin = found.begin
            started.follow(found.before)
        end = max(begin, beyond.begin) if beyond else size
    return Entry(begin, end, log.lines(begin), started)


class Log:
    """A plain log that is looked at here and there."""

    def __init__(self, stream: Seekable, size: int, reader: "Times", looked_at: int) -> None:
        self._stream, self._size, self._reader, self._looked_at = stream, size, reader, looked_at

    def places(self) -> list[Spot]:
        """What is at places all over the log, if it looks sorted; else nothing."""
        self._stream.seek(0)
        if self._stream.read1(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):  # its lines do not end with LF alone
            return []
        found = list(self.probes())
        latest = list(accumulate((one.last for one in found), max))
        steps = [one.first - before for before, one in zip(latest, found[1:], strict=False)]
        is_sorted = all(one.is_sorted for one in found) and all(-DISORDER <= one <= LONGEST_SILENCE for one in steps)
        return found if is_sorted and len(found) >= PLACES - MOST_WITHOUT else []

    def probes(self) -> Iterator[Spot]:
        """What is at places all over the log; nothing more where it has too many without a time."""
        before, without = None, 0
        for number in range(PLACES):
            if found := self.probe(self._size * number // PLACES, before):
                before = found.last
                yield found
            else:
                without += 1
            if without > MOST_WITHOUT:
                return

    def last_before(self, places: list[Spot], target: float) -> Spot | None:
        """A place as late as can be with times only up to the target."""
        index = sum(one.last <= target for one in places)
        if not index:
            return None
        found = places[index - 1]
        beyond = places[index].begin if index < len(places) else self._size
        while beyond - found.begin > 2 * self._looked_at:
            middle = (found.begin + beyond) // 2
            one = self.probe(middle, found.last)
            if one and one.begin < beyond and one.last <= target:
                found = one
            else:  # also where no time is found: earlier is always right
                beyond = middle
        return found

    def first_after(self, places: list[Spot], limit: float) -> Spot | None:
        """A place as early as can be with times only after the limit."""
        index = next((number for number, one in enumerate(places) if one.first > limit), None)
        if index is None:
            return None
        found = places[index]
        begin, before = (places[index - 1].begin, places[index - 1].last) if index else (0, None)
        while found.begin - begin > 2 * self._looked_at:
            middle = (begin + found.begin) // 2
            one = self.probe(middle, before)
            if one and one.begin < found.begin and one.first > limit:
                found = one
            else:
                begin, before = middle, one.last if one else before
        return found

    def lines(self, size: int) -> int:
        """The line ends in the first bytes of the log, which are then read."""
        self._stream.seek(0)
        return line_ends(self._stream, size)

    def times_at_the_end(self, before: float | None) -> list[float]:
        for width in WIDTHS:
            data, _ = self._lines_at(max(0, self._size - width * self._looked_at), width)
            if times := [at for _, at in self._reader.times(data, before)]:
                return times
        return []

    def probe(self, place: int, before: float | None) -> Spot | None:
        """What is there; None without times. `before`: a time in front of it."""
        for width in WIDTHS:
            data, begin = self._lines_at(place, width)
            times = list(islice(self._reader.times(data, before, MOST_LINES), FEW))
            if len(times) > 1:
                at = [moment for _, moment in times]
                is_sorted = all(later >= earlier - DISORDER for earlier, later in pairwise(at))
                return Spot(begin + times[1][0], at[0], min(at), max(at), is_sorted)
            if place + width * self._looked_at >= self._size:
                break
        return None

    def _lines_at(self, place: int, width: int) -> tuple[bytes, int]:
        """Whole lines from there on, and where the first of them begins."""
        begin = max(0, place - 1)  # a line that begins at the place is whole
        self._stream.seek(begin)
        data = b""
        while len(data) <= width * self._looked_at and (
            block := self._stream.read1(width * self._looked_at + 1 - len(data))
        ):
            data += block
        first = data.find(b"\n") + 1 if place else 0
        if place and not first:
            return b"", begin
        is_end = begin + len(data) >= self._size
        return data[first : None if is_end else data.rfind(b"\n") + 1], begin + first


class Times(NamedTuple):
    """How the records are read."""

    clock: Callable[[], Clock]
    grammars: Grammars

    def times(self, data: bytes, before: float | None, most_lines: int | None = None) -> Iterator[tuple[int, float]]:
        """The records in these lines that have a time: where each begins, and the time. `before`: a time in front."""
        clock = self.clock()
        if before is not None:
            clock.follow(before)
        begins = list(accumulate((len(line) + 1 for line in data.split(b"\n")), initial=0))
        for record in records(islice(numbered_lines(io.BytesIO(data)), most_lines), clock, self.grammars):
            if record.event and record.event.at is not None:
                yield begins[record.line - 1], record.event.at


def line_ends(stream: Stream, size: int) -> int:
    """The line ends in the next bytes."""
    found = read = 0
    while read < size and (block := stream.read1(min(BLOCK, size - read))):
        found += block.count(b"\n")
        read += len(block)
    return found


def last_time(file: LogFile, clock: Callable[[], Clock], grammars: Grammars = ALL_BUILT_IN) -> float | None:
    """The last time in a file; None where it has none, or can be read only once, or not at all."""
    if not file.content and (file.path == STDIN or not Path(file.path).is_file()):
        return None
    reader = Times(clock, grammars)
    try:
        with open_log(file) as (stream, size):
            return _last_in_stream(stream, reader) if size is None else _last_in_plain(stream, size, reader)
    except FAULTS:
        return None


def _last_in_plain(stream: Stream, size: int, reader: Times) -> float | None:
    log = Log(cast(Seekable, stream), size, reader, LOOKED_AT)  # as open_log says
    places = list(log.probes()) if size > LOOKED_AT else []
    at_the_end = log.times_at_the_end(places[-1].last if places else None)
    return max([*at_the_end, *(one.last for one in places)], default=None)


def _last_in_stream(stream: Stream, reader: Times) -> float | None:
    """Reads all of it, up to where it is damaged."""
    head, tail = _head_and_tail(stream)
    before = next((at for _, at in reader.times(head, None)), None)  # it has the year
    for size in (LOOKED_AT, LONGEST_TAIL):
        if times := [at for _, at in reader.times(tail[-size:], before)]:
            return max(times)
    return None


def _head_and_tail(stream: Stream) -> tuple[bytes, bytes]:
    head = stream.read1(LOOKED_AT)
    tail, size = deque([head]), len(head)
    with suppress(*FAULTS):
        while block := stream.read1(LOOKED_AT):
            tail.append(block)
            size += len(block)
            while size - len(tail[0]) > LONGEST_TAIL:
                size -= len(tail.popleft())
    return head, b"".join(tail)
