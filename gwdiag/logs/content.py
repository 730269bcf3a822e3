"""Bytes that are no file of their own: a stretch of an archive, or of what was unpacked for a while."""

import errno
import io
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gwdiag.logs.lines import Stream
from gwdiag.logs.unpack import FAULTS, Deflated
from gwdiag.model.dataclass import dataclass

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK = 1 << 20

LEFT_FREE = 512 << 20
"""Bytes that stay free on the disk where archives are unpacked."""

MOST_UNPACKED, HIGHEST_RATIO = 2 << 30, 200
"""An archive may become 2 GiB, or 200 times its own size. Logs pack 10 to 60 times smaller; a bomb over 1000 times."""


class Content(Protocol):
    """What can be opened, any number of times, also side by side. `changed`: seconds since the epoch, if known."""

    @property
    def changed(self) -> float | None: ...

    def open(self) -> tuple[io.BufferedReader, int | None]:
        """The bytes, to be closed, and how many there are: None where one cannot seek in them. Raises OSError."""
        ...


class Store(Protocol):
    """A file on a disk."""

    def descriptor(self) -> int:
        """A descriptor of one's own. It is not to be sought in. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file with a name."""

    path: str

    def descriptor(self) -> int:
        return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a file. `deflated`: as zip archives have it."""

    store: Store
    begin: int
    size: int
    changed: float | None = None
    deflated: bool = False

    def open(self) -> tuple[io.BufferedReader, int | None]:
        plain: io.BufferedReader = io.BufferedReader(_Stretch(self.store, self.begin, self.size))
        if self.deflated:
            return io.BufferedReader(Deflated(plain)), None
        return plain, self.size

    def part(self, begin: int, size: int, changed: float | None, *, deflated: bool = False) -> "Region":
        """A stretch of this one; not more than is there."""
        size = max(0, min(size, self.size - begin))
        return Region(self.store, self.begin + begin, size, changed or self.changed, deflated)


def whole(path: str) -> Region:
    """The regular file there. Raises OSError."""
    status = Path(path).stat()
    return Region(OnDisk(path), 0, status.st_size, status.st_mtime)


class _Stretch(io.RawIOBase):
    """Reads at its own place, so that any number of them can share a file."""

    def __init__(self, store: Store, begin: int, size: int) -> None:
        self._descriptor = -1  # closing must find one, also when there is none to be had
        self._descriptor = store.descriptor()
        self._store = store  # keeps a file without a name there
        self._begin, self._size, self._at = begin, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        size = min(len(view), max(0, self._size - self._at))
        data = os.pread(self._descriptor, size, self._begin + self._at)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed and self._descriptor >= 0:
            os.close(self._descriptor)
        super().close()


class Spool:
    """A file without a name, gone with the last that reads from it. Archives that are compressed are unpacked into it.

    One for all of them: it takes one descriptor, however many there are.
    """

    def __init__(self, most: int = MOST_UNPACKED, left_free: int = LEFT_FREE) -> None:
        self._most, self._left_free = most, left_free
        self._file: io.FileIO | None = None
        self._size = 0

    def descriptor(self) -> int:
        return os.dup(self._opened().fileno())

    def add(self, stream: Stream, packed_size: int | None, changed: float | None) -> tuple[Region, str | None]:
        """All that the stream gives, up to its damage or to the limits, and what kept the rest away."""
        begin = self._size
        most = None if packed_size is None else max(self._most, HIGHEST_RATIO * packed_size)
        problem = self._fill(lambda: stream.read1(BLOCK), most)
        return Region(self, begin, self._size - begin, changed), problem

    def _fill(self, more: Callable[[], bytes], most: int | None) -> str | None:
        begin = self._size
        while True:
            try:
                block = more()
            except FAULTS as error:
                return getattr(error, "strerror", None) or "its compressed data is damaged or cut"
            if not block:
                return None
            unpacked = self._size - begin
            if most is not None and unpacked > most:
                return f"it becomes over {in_words(most)}, far more than logs do: the rest was left out"
            try:
                self._write(block)
            except OSError as error:
                import tempfile

                where = f"in {tempfile.gettempdir()} (TMPDIR says where)"
                return f"after {in_words(unpacked)} there is no room {where} to unpack the rest: {error.strerror}"

    def _write(self, block: bytes) -> None:
        file = self._opened()
        disk = os.fstatvfs(file.fileno())
        if disk.f_bavail * disk.f_frsize < self._left_free:
            raise OSError(errno.ENOSPC, f"less than {in_words(self._left_free)} would stay free")
        view = memoryview(block)
        while view:
            written = os.pwrite(file.fileno(), view, self._size)
            self._size += written
            view = view[written:]

    def _opened(self) -> io.FileIO:
        if self._file is None:
            import tempfile  # slow to load

            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 see finalize
            weakref.finalize(self, self._file.close)
        return self._file


def in_words(size: int) -> str:
    """So many bytes: `2 GiB`, `1.5 MiB`."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024  # type: ignore[assignment]
    return f"{size:.3g} GiB"
