"""The body of a request: taken whole before the upstream is dialled; a large one lies in a file meanwhile."""

import tempfile
from typing import BinaryIO

IN_MEMORY = 1 << 20
"""Bytes up to which a body stays in memory."""
CHUNK = 1 << 15
"""What a chunk holds on the way to the upstream; io.Copy's buffer in Go."""


class Body:
    """`is_chunked`: it came in chunks and goes on so; `trailers` behind the last chunk, ready to be written."""

    __slots__ = ("_file", "_parts", "_position", "is_chunked", "size", "trailers")

    def __init__(self, *, is_chunked: bool) -> None:
        self.is_chunked = is_chunked
        self.size = 0
        self.trailers = b""
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None
        self._position = 0

    @property
    def is_small(self) -> bool:
        return self._file is None

    def add(self, data: bytes) -> None:
        """Raises OSError where a large body cannot be kept."""
        self.size += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._parts.append(data)
        if self.size > IN_MEMORY:
            self._file = tempfile.TemporaryFile(prefix="gwdiag-body-")  # noqa: SIM115
            self._file.writelines(self._parts)
            self._parts = []

    def whole(self) -> bytes:
        """All of a small one, as it goes over the wire."""
        if not self.is_chunked:
            return b"".join(self._parts)
        data = b"".join(self._parts)
        pieces = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
        return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + self._last()

    def rewind(self) -> None:
        self._position = 0

    def piece(self, size: int) -> bytes:
        """The next of a large one, as it goes over the wire; nothing at its end."""
        assert self._file is not None
        if self._position > self.size:
            return b""
        self._file.seek(self._position)
        data = self._file.read(size)
        self._position += len(data)
        if self._position >= self.size:
            self._position = self.size + 1
            end = self._last() if self.is_chunked else b""
        else:
            end = b""
        return b"%x\r\n%b\r\n%b" % (len(data), data, end) if self.is_chunked else data

    def close(self) -> None:
        self._parts = []
        if self._file is not None:
            self._file.close()
            self._file = None

    def _last(self) -> bytes:
        return b"0\r\n" + self.trailers + b"\r\n"
