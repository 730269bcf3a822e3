"""Compressed bytes into plain ones, known by how they begin, up to the place where they are damaged or cut."""

import bz2
import errno
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What reading raises at a fault, whatever the data was compressed with."""

Unpacker = Callable[[BinaryIO], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile | io.BufferedReader]

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


def _zstandard(packed: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(_Zstandard(packed), 1 << 17)


MAGIC: dict[bytes, Unpacker] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _zstandard,
    **dict.fromkeys(SKIPPABLE, _zstandard),
}
"""How compressed files begin (RFC 1952; bzip2; The .xz File Format; RFC 8878), and what opens them."""

LONGEST_MAGIC = max(map(len, MAGIC))
