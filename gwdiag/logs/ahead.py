"""Reading ahead: a compressed log is decompressed in a thread while what is there of it is parsed.

zlib, lzma, bz2 and zstandard let other threads run while they work.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue

from gwdiag.logs.lines import CHUNK, Stream

WAITING = 4
"""Chunks that may wait to be parsed."""

LAST_WORD = 1.0
"""Seconds that a thread is waited for in the end: a pipe or a network may keep it longer."""

PATIENCE = 0.1
"""Seconds after which the thread looks whether anybody still wants what it has."""


@contextmanager
def read_ahead(stream: Stream) -> Iterator[Stream]:
    """The same bytes; an error comes after what was read before it. The thread ends with the block."""
    ahead = _Ahead(stream)
    thread = threading.Thread(target=ahead.fill, daemon=True)
    thread.start()
    try:
        yield ahead
    finally:
        ahead.ended.set()
        thread.join(LAST_WORD)


class _Ahead:
    def __init__(self, stream: Stream) -> None:
        self.ended = threading.Event()
        self._stream = stream
        self._chunks: Queue[bytes | Exception] = Queue(WAITING)
        self._rest = memoryview(b"")
        self._last: Exception | None = None

    def fill(self) -> None:
        """Reads until the end, or until nobody wants it any more."""
        gathered: list[bytes] = []  # a stream gives out little at a time
        last: bytes | Exception = b""
        try:
            size = 0
            while chunk := self._stream.read1(CHUNK):
                gathered.append(chunk)
                size += len(chunk)
                if size >= CHUNK:
                    if not self._put(b"".join(gathered)):
                        return
                    gathered, size = [], 0
        except Exception as error:  # of whatever kind: who reads meets it
            last = error
        if gathered:
            self._put(b"".join(gathered))
        self._put(last)

    def _put(self, one: bytes | Exception) -> bool:
        while not self.ended.is_set():
            try:
                self._chunks.put(one, timeout=PATIENCE)
            except Full:
                continue
            return True
        return False

    def read1(self, size: int, /) -> bytes:
        if self._last:
            raise self._last
        if not self._rest:
            one = self._next()
            if isinstance(one, Exception):
                self._last = one
                raise one
            if not one:
                self._chunks.put(b"")  # the end stays the end
            self._rest = memoryview(one)
        some, self._rest = bytes(self._rest[:size]), self._rest[size:]
        return some

    def _next(self) -> bytes | Exception:
        while True:  # in small steps, so that Ctrl-C is heard
            try:
                return self._chunks.get(timeout=PATIENCE)
            except Empty:
                continue
