"""A piece of a log's bytes, whole lines, as numpy sees it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.lines import LONGEST, PAGE, Stream
from gwdiag.logs.scan.bits import PIECE, bits_of, places_of
from gwdiag.logs.scan.words import LONGEST as MOST_WORDS
from gwdiag.logs.scan.words import Bytes, Places, Words, words_of

if TYPE_CHECKING:
    from gwdiag.logs.scan.values import Span

BEFORE = 32
AFTER = 4 * 8 * MOST_WORDS
"""Room around a page: words are read from there, behind some values of a line that is cut, and found not to fit."""

LONGEST_LINE = 4 * LONGEST
"""Bytes of a line that are kept."""


FIRST_PRINTABLE, NEWLINE = b" \n"
SPACES_BEGIN = np.frombuffer(b"\xc2\xe1\xe2\xe3", np.uint8)
"""How blanks and quotes beyond ASCII begin in UTF-8: regular expressions tell blanks from letters, bytes do not."""


Raw = bytes


class Page(NamedTuple):
    """Whole lines. `begins` and `ends` of the lines are places in `bytes`; `number`: of the line before the first.

    `controls`: lines with control characters; `wide`: with what may be a blank or a quote beyond ASCII.
    `wrapped`: what collectors had put around the lines; None where that was not looked for, or is still there.
    """

    buffer: bytearray
    bytes: NDArray[np.uint8]
    words: Words
    begins: Places
    ends: Places
    number: int
    controls: Places
    wide: Places
    wrapped: "Wrapped | None" = None

    def text(self, line: int) -> str:
        """A line as `numbered_lines` gives it."""
        text = self.raw(line).decode("utf-8", "replace")
        if not self.number + line:
            text = text.removeprefix("\ufeff")
        return text[:LONGEST].rstrip("\r")

    def raw(self, line: int) -> Raw:
        return Raw(self.buffer[self.begins[line] : self.ends[line]])


class Wrapped(NamedTuple):
    """What stood around the lines of a page. `outer`: where it does; `envelope`: the number of each line's, or -1.

    `hosts`: the number of the host that it names, 0 for none. `written`: where in `outer` it has a time.
    """

    outer: Page
    envelope: Places
    hosts: Words
    written: "Span"


class Anchors(NamedTuple):
    """Where a byte stands in a page; for each line the number of the first of them, and how many it has."""

    places: Places
    first: Places
    some: Places


def anchors(page: Page, byte: int) -> Anchors:
    places = places_of_byte(page, byte)
    after = np.searchsorted(places, page.ends)
    # What stood around the lines may hold others.
    first = np.searchsorted(places, page.begins) if page.wrapped else np.concatenate(([0], after[:-1]))
    return Anchors(places, first, after - first)


def places_of_byte(page: Page, byte: int) -> Places:
    """Where the byte stands in the lines."""
    return np.concatenate(list(_places(page, byte)))


def _places(page: Page, byte: int) -> Iterator[Places]:
    """Where the byte stands, piece by piece: what is compared is still in the cache when it is looked through."""
    end = int(page.ends[-1])
    for begin in range(int(page.begins[0]), end + 1, PIECE):
        places = np.flatnonzero(page.bytes[begin : min(end, begin + PIECE)] == byte)
        places += begin
        yield places


def pages(
    stream: Stream, most: int | None = None, before: int = 0, size: int = PAGE, wanted: Callable[[], int] | None = None
) -> Iterator[Page]:
    """The bytes of a stream as pages of that size, each valid until the next is asked for. `wanted`: a smaller one now.

    `most` and `before` as in `numbered_lines`. A cut last line is a page of its own. Of a line longer than a page
    LONGEST_LINE bytes are kept. An error of the stream passes through, after the lines before it.
    """
    buffer = bytearray(BEFORE + LONGEST_LINE + size + AFTER)
    memory = memoryview(buffer)
    begin = end = BEFORE
    number, read, failure = before, 0, None
    while (most is None or read < most) and not failure:
        some = min(size, wanted()) if wanted else size
        read_before, is_too_long = read, end - begin >= LONGEST_LINE
        new = end = min(end, begin + LONGEST_LINE)
        wanted_until = read + some if most is None else min(read + some, most)
        while read < wanted_until and not failure:
            chunk, failure = _piece(stream, min(wanted_until - read, PIECE))
            if not chunk:
                break
            read += len(chunk)
            if b"\0" in chunk:
                chunk = chunk.replace(b"\0", b"")
            if is_too_long:  # its rest is passed over
                is_too_long = b"\n" not in chunk
                chunk = b"" if is_too_long else chunk[chunk.find(b"\n") :]
            memory[end : end + len(chunk)] = chunk
            end += len(chunk)
        if read == read_before:
            break
        last = buffer.rfind(b"\n", new, end) + 1
        if last:
            page = _page(buffer, begin, last, number)
            number += len(page.begins)
            yield page
            rest = end - last
            memory[BEFORE : BEFORE + rest] = memory[last:end]
            begin, end = BEFORE, BEFORE + rest
    if end > begin:
        memory[end : end + 1] = b"\n"
        yield _page(buffer, begin, end + 1, number)
    if failure:
        raise failure


def _piece(stream: Stream, most: int) -> tuple[bytes, Exception | None]:
    """The next bytes, none at the end; or the error that ended reading."""
    try:
        return stream.read1(most), None
    except Exception as error:  # of whatever kind: raised again when nothing read is left
        return b"", error


def _page(buffer: bytearray, begin: int, end: int, number: int) -> Page:
    size = end + AFTER
    buffer[begin - 1] = 10  # each line has the end of another before it
    every = np.frombuffer(buffer, np.uint8, size)
    highest = 0

    def is_low(piece: Bytes) -> NDArray[np.bool_]:
        nonlocal highest
        highest = max(highest, int(piece.max()))  # while the piece is in the cache
        return piece < FIRST_PRINTABLE

    low = places_of(bits_of(every[begin:end], is_low))
    low += begin
    is_end = every[low] == NEWLINE
    ends = low if is_end.all() else low[is_end]
    begins = np.empty_like(ends)
    begins[0] = begin
    begins[1:] = ends[:-1] + 1
    controls = low[:0] if ends is low else np.unique(np.searchsorted(ends, low[~is_end]))
    wide = low[:0]
    if highest >= SPACES_BEGIN[0]:
        places = np.flatnonzero(np.isin(every[begin:end], SPACES_BEGIN)) + begin
        wide = np.unique(np.searchsorted(ends, places))
    return Page(buffer, every, words_of(buffer, size), begins, ends, number, controls, wide)
