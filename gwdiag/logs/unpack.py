"""Compressed bytes into plain ones, known by how they begin, up to the place where they are damaged or cut."""

import bz2
import errno
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What reading raises at a fault, whatever the data was compressed with."""

GZIP = 16 + zlib.MAX_WBITS
"""The window of zlib's functions that stands for data with the header of a .gz file (zlib.h, inflateInit2)."""

Unpacker = Callable[[BinaryIO], bz2.BZ2File | lzma.LZMAFile | io.BufferedReader]

GZIP_BEGINS = b"\x1f\x8b"

SKIPPABLE = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))
"""Zstandard files may begin with a frame of something else: RFC 8878, section 3.1.2."""


def unpacker(begin: bytes) -> Unpacker | None:
    """What makes plain bytes of a file that begins so; None where it is not compressed."""
    return next((unpack for magic, unpack in MAGIC.items() if begin.startswith(magic)), None)


class _Zstandard(io.RawIOBase):
    """The frames of a .zst file, one after another (RFC 8878). The library's reader does not see that one is cut."""

    SLICE = 1 << 10
    """Bytes given to the library at once: hostile ones become 32 MiB at most, which is all that is ever held."""

    def __init__(self, packed: BinaryIO) -> None:
        import zstandard

        self._packed = packed
        self._new_frame = zstandard.ZstdDecompressor().decompressobj
        self._fault = zstandard.ZstdError
        self._frame = self._new_frame()
        self._in_frame = False
        self._rest = b""  # not decompressed yet
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._plain:
            if not (some := self._rest[: self.SLICE] or self._packed.read(self.SLICE)):
                if self._in_frame:
                    raise EOFError("the last frame is cut")
                return 0
            self._rest = self._rest[self.SLICE :]
            self._plain = memoryview(self._decompressed(some))
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._plain))
        view[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _decompressed(self, some: bytes) -> bytes:
        try:
            plain = self._frame.decompress(some)
        except self._fault as error:
            if "too much memory" in str(error):  # written with --long=28 or more
                raise OSError(errno.ENOMEM, "zstd needs over 128 MiB of memory to decompress it") from None
            raise EOFError(str(error)) from None
        self._in_frame = not self._frame.eof
        if self._frame.eof:
            self._rest = self._frame.unused_data + self._rest
            self._frame = self._new_frame()
        return plain


class _Gzip(io.RawIOBase):
    """The members of a .gz file, one after another (RFC 1952), and noughts behind them.

    By ISA-L, which needs a fifth of zlib's time. It keeps back what comes right before a fault: there zlib goes on.
    """

    SLICE = 1 << 15

    def __init__(self, packed: BinaryIO) -> None:
        from isal import isal_zlib

        self._packed = packed
        self._begin = packed.tell() if packed.seekable() else None
        self._given = 0
        self._new_member: Callable[[], Any] = partial(isal_zlib.decompressobj, GZIP)
        self._fault: Any = isal_zlib.error
        self._member = self._new_member()
        self._rest = b""  # not decompressed yet
        self._by_zlib: gzip.GzipFile | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        plain = self._by_zlib.read1(len(view)) if self._by_zlib else self._read(len(view))
        self._given += len(plain)
        view[: len(plain)] = plain
        return len(plain)

    def _read(self, most: int) -> bytes:
        while not self._member.eof or self._next_member():
            some = self._rest or self._packed.read(self.SLICE)
            try:
                plain = self._member.decompress(some, most)
            except self._fault as error:
                return self._read_by_zlib(most, error)
            self._rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if plain:
                return plain
            if not some and not self._member.eof:
                raise EOFError("the data is cut")
        return b""

    def _next_member(self) -> bool:
        """Whether there is one more; behind the last one there may be noughts."""
        self._rest = self._rest.lstrip(b"\0")
        while len(self._rest) < len(GZIP_BEGINS):
            if not (some := self._packed.read(self.SLICE)):
                if self._rest:
                    raise EOFError("the data is cut")
                return False
            self._rest = (self._rest + some).lstrip(b"\0")
        if not self._rest.startswith(GZIP_BEGINS):
            raise zlib.error("what follows is not compressed")
        self._member = self._new_member()
        return True

    def _read_by_zlib(self, most: int, error: Exception) -> bytes:
        """The same from the begin on, but for what was given out already."""
        if self._begin is None:
            raise zlib.error(str(error)) from None
        self._packed.seek(self._begin)
        self._by_zlib = gzip.GzipFile(fileobj=self._packed)
        left = self._given
        while left and (some := self._by_zlib.read(min(left, 1 << 20))):
            left -= len(some)
        return self._by_zlib.read1(most)


class Deflated(io.RawIOBase):
    """Raw deflate data (RFC 1951), as zip archives have it."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._data = zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        plain = b""
        while not plain and not self._data.eof:
            some = self._data.unconsumed_tail or self._packed.read(io.DEFAULT_BUFFER_SIZE)
            plain = self._data.decompress(some, len(view))
            if not some and not plain:
                raise EOFError("the data is cut")
        view[: len(plain)] = plain
        return len(plain)

    def close(self) -> None:
        self._packed.close()
        super().close()


def _gzip(packed: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(_Gzip(packed), 1 << 18)


def _zstandard(packed: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(_Zstandard(packed), 1 << 17)


MAGIC: dict[bytes, Unpacker] = {
    GZIP_BEGINS: _gzip,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _zstandard,
    **dict.fromkeys(SKIPPABLE, _zstandard),
}
"""How compressed files begin (RFC 1952; bzip2; The .xz File Format; RFC 8878), and what opens them."""

LONGEST_MAGIC = max(map(len, MAGIC))
