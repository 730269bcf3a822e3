"""Bytes into numbered lines, whatever the bytes are, in bounded memory."""

import codecs
from collections.abc import Iterator
from typing import Protocol

CHUNK = 1 << 20
"""Bytes read at once."""

PAGE = 6 << 20
"""Bytes of a log that are read at once, line beside line: more need more memory, fewer cost more for each."""

LONGEST = 1 << 18
"""Characters of a line that are kept: 256 KiB. The longest record that a gateway writes is a stack of some 100 KiB."""


class Stream(Protocol):
    """Bytes, as an open file gives them. `read1`, because `read` loses what came before an error in the same call."""

    def read1(self, size: int, /) -> bytes: ...


def numbered_lines(stream: Stream, most: int | None = None, before: int = 0) -> Iterator[tuple[int, str]]:
    """Each line with its number, from 1, without its line end. Lines end with LF and nothing else.

    Bytes that are no UTF-8 become U+FFFD. NUL bytes are dropped: a log that was truncated under its writer begins with
    a hole of them. Of a line over LONGEST only the beginning is kept. `most`: the bytes after which reading stops, for
    a file that grows while it is read. `before`: the lines in front of the stream's, where it was sought in. An error
    of the stream passes through, after the lines before it.
    """
    number, rest, failure = before, "", None
    try:
        for text in _decoded(stream, most):
            *whole, last = text.split("\n")
            if whole:
                whole[0], rest = rest + whole[0], ""
            for line in whole:
                number += 1
                yield number, line[:LONGEST].rstrip("\r")
            if len(rest) < LONGEST:
                rest += last
    except Exception as error:  # of whatever kind: it is raised again below, when nothing read is left
        failure = error
    if rest:
        yield number + 1, rest[:LONGEST].rstrip("\r")
    if failure:
        raise failure


def _decoded(stream: Stream, most: int | None) -> Iterator[str]:
    chunk = stream.read1(CHUNK if most is None else min(CHUNK, most))
    while len(chunk) == 1 and (second := stream.read1(CHUNK)):  # a byte order mark has two
        chunk += second
    is_utf16 = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if is_utf16 else "utf-8-sig")("replace")
    read = 0
    while chunk:
        text = decoder.decode(chunk)
        yield text.replace("\0", "") if "\0" in text else text
        read += len(chunk)
        if most is not None and read >= most:
            break
        chunk = stream.read1(CHUNK if most is None else min(CHUNK, most - read))
    yield decoder.decode(b"", final=True)
