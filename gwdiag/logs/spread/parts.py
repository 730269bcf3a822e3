"""Where a large log is cut into parts, and from where each is read."""

import codecs
from pathlib import Path
from typing import cast

from gwdiag.logs.join import LONGEST_WAIT
from gwdiag.logs.journal_export import EXPORT
from gwdiag.logs.one_file import FileSums
from gwdiag.logs.seek import LOOKED_AT, Log, Seekable, Spot, Times
from gwdiag.logs.source import open_log
from gwdiag.logs.spread.work import Part
from gwdiag.logs.unpack import FAULTS
from gwdiag.logs.window import ALWAYS, Window

LEAD = 3 * LONGEST_WAIT
"""Seconds of the log that are read before a part. Access lines wait twice LONGEST_WAIT for a message."""

SHORTEST_LEAD, LONGEST_LEAD = 1 << 18, 16 << 20
"""Bytes of it. Of a log that has more in LEAD seconds less is read; most often that suffices."""

LARGEST_PART = 512 << 20
"""Below that each worker has one: a part costs as much as reading 50 MB more, since formats are learned anew."""

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parts(file: FileSums, workers: int, span: Window = ALWAYS) -> list[Part]:
    """The parts of a log, in their order; none where it can or need only be read as a whole."""
    try:
        if not file.file.content and not Path(file.path).is_file():  # a pipe can be read only once
            return []
        with open_log(file.file) as (stream, size):
            if size is None or size < 2 * file.how.part:
                return []
            begin = stream.read1(len(EXPORT))
            if begin.startswith(UTF_16) or begin == EXPORT:  # a line is not what ends with LF, or no record
                return []
            first, last, follows = 0, size, None
            if span != ALWAYS:
                entered = file.enter(stream, size, span)
                first, last, follows = entered.begin, entered.end, entered.clock.previous
            found = _Cuts(cast(Seekable, stream), file, first, last, follows).parts(workers)  # as open_log says
            return found if len(found) > 1 else []
    except FAULTS:
        return []  # reading it will say why


class _Cuts:
    """Places between `first` and `last` byte where a log can be cut. `follows`: a moment before the first, if known."""

    def __init__(self, stream: Seekable, file: FileSums, first: int, last: int, follows: float | None) -> None:
        self._stream, self._first, self._last, self._follows = stream, first, last, follows
        self._smallest = file.how.part
        self._log = Log(stream, last, Times(file.clock, file.how.grammars), LOOKED_AT)

    def parts(self, workers: int) -> list[Part]:
        """Of about the same size."""
        size = self._last - self._first
        wanted = max(-(-size // workers), self._smallest)
        number = max(1, -(-size // min(wanted, max(LARGEST_PART, self._smallest))))
        begins = [(self._first, self._first, self._follows)]
        for one in range(1, number):
            spot = self._log.probe(self._first + size * one // number, begins[-1][2])
            if spot and begins[-1][0] < spot.begin < self._last and not self._has_mark(spot.begin):
                begins.append((spot.begin, *self._lead(spot)))
        ends = [*(begin for begin, _, _ in begins[1:]), self._last]
        return [
            Part(begin=begin, end=end, lead=lead, follows=follows, is_last=end == self._last)
            for (begin, lead, follows), end in zip(begins, ends, strict=True)
        ]

    def _has_mark(self, place: int) -> bool:
        """Whether one log was put behind another there: its mark is left out only where reading begins."""
        self._stream.seek(place)
        return self._stream.read1(3) == codecs.BOM_UTF8

    def _lead(self, spot: Spot) -> tuple[int, float | None]:
        """Where to begin to read for a part that begins there, and a moment before that."""
        size = SHORTEST_LEAD
        while spot.begin - size > self._first:
            earlier = self._log.probe(spot.begin - size, spot.before)
            is_enough = size >= LONGEST_LEAD or (earlier is not None and spot.first - earlier.last >= LEAD)
            if is_enough and earlier and earlier.begin < spot.begin:
                return earlier.begin, earlier.before
            if is_enough:
                return spot.begin, spot.before  # nothing has a time there: what is held will tell whether it matters
            size *= 4
        return self._first, self._follows
