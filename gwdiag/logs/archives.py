"""The files inside of tar and zip archives. Archives are known by their content; nothing becomes a file with a name."""

import io
import stat
import struct
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

from gwdiag.logs import tar
from gwdiag.logs.content import Content, Region, Spool
from gwdiag.logs.unpack import FAULTS, unpacker
from gwdiag.model.dataclass import dataclass
from gwdiag.model.words import counted

if TYPE_CHECKING:
    from zipfile import ZipInfo

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip archive begins: with a file, or with the directory of none (APPNOTE.TXT, 4.3)."""

MOST_ENTRIES = 100_000
LARGEST_DIRECTORY = 16 << 20
"""Bytes of a zip archive's directory; an entry has 46 and its name."""

LONGEST_NAME = 4096
ZIP_FILE = struct.Struct("<26x 2H")
"""The header of a file: the lengths of its name and of what else is in front of the data."""
ZIP_END = struct.Struct("<12x I 6x")
"""The end of the directory: the directory's size. A comment of up to 64 KiB may follow."""
FURTHEST_END = ZIP_END.size + (1 << 16)

FIRST_SURE_TIME = 946_684_800.0  # 2000-01-01. Archives made to be reproducible say 1970 or 1980.

AS_THEY_ARE, DEFLATED = (0, 12, 93, 95), 8
"""Methods of zip whose data is plain, or a whole file of its own kind (bzip2, zstd, xz); and that of zip itself.

Source: APPNOTE.TXT, 4.4.5.
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. `parts`: folders and name, without what would lead out of it."""

    parts: tuple[str, ...]
    content: Region


class Archive:
    """What is in it, each name once: the last one, which is the one that unpacking would leave."""

    def __init__(self) -> None:
        self.members: dict[tuple[str, ...], Member] = {}
        self.problem: str | None = None

    @property
    def top(self) -> tuple[str, ...]:
        """The folder that everything lies in, if there is one."""
        tops = {parts[0] if len(parts) > 1 else "" for parts in self.members}
        return tuple(tops) if len(tops) == 1 and "" not in tops else ()


def archive_in(content: Content, spool: Spool) -> Archive | None:
    """The archive that the content is, compressed or not; None where it is something else. Raises what reading does."""
    stream, size = content.open()
    with closing(stream):
        return archive_from(stream, size, content, spool)


def archive_from(stream: io.BufferedReader, size: int | None, content: Content | None, spool: Spool) -> Archive | None:
    """The same for what is open already. `content` None: it cannot be opened once more. Nothing is read of no archive.

    `size` None: one cannot seek in it.
    """
    begin = stream.peek(tar.BLOCK)
    changed = content.changed if content else None
    if unpack := unpacker(begin):
        if not _is_packed_tar(content if size is not None else None, begin):
            return None
        with closing(unpack(stream)) as unpacked:
            return _read(*spool.add(unpacked, size, changed))
    if not begin.startswith(ZIP) and not tar.is_tar(begin):
        return None
    if isinstance(content, Region) and not content.deflated:
        return _read(content, None)
    return _read(*spool.add(stream, size, changed))


def _is_packed_tar(content: Content | None, begin: bytes) -> bool:
    """Whether the first plain bytes are those of a tar archive. For bzip2 `begin` alone is not enough."""
    packed = content.open()[0] if content else io.BufferedReader(io.BytesIO(begin))
    unpack = unpacker(begin)
    with closing(packed):
        try:
            return unpack is not None and tar.is_tar(unpack(packed).read1(tar.BLOCK))
        except FAULTS:
            return False


def _read(archive: Region, problem: str | None) -> Archive:
    """Its members; `problem` is what kept it from being whole."""
    found = Archive()
    stream, size = archive.open()
    with closing(stream):
        is_zip = stream.peek(len(ZIP[0])).startswith(ZIP)
        try:
            for name, content in (_zip_files if is_zip else _tar_files)(stream, size or 0, archive):
                if parts := tuple(part for part in name[:LONGEST_NAME].split("/") if part not in ("", ".", "..")):
                    found.members[parts] = Member(parts, content)
        except tar.Damaged as error:
            found.problem = str(error)
    found.problem = problem or found.problem
    return found


Files = Iterator[tuple[str, Region]]


def _tar_files(stream: BinaryIO, size: int, archive: Region) -> Files:
    for number, entry in enumerate(tar.entries(stream, size)):
        if number == MOST_ENTRIES:
            raise tar.Damaged(f"it has more than {MOST_ENTRIES:,} entries: the rest was left out")
        if entry:
            yield entry.name, archive.part(entry.begin, entry.size, _sure(entry.changed))


def _zip_files(stream: BinaryIO, size: int, archive: Region) -> Files:
    closed = 0
    for one in _zip_directory(stream, size):
        if not one.filename or one.is_dir() or stat.S_ISLNK(one.external_attr >> 16):
            continue
        stream.seek(one.header_offset)
        header = stream.read(ZIP_FILE.size)
        is_damaged = len(header) < ZIP_FILE.size or not header.startswith(ZIP[0])
        if is_damaged or one.flag_bits & 1 or one.compress_type not in (*AS_THEY_ARE, DEFLATED):
            closed += 1
            continue
        begin = one.header_offset + ZIP_FILE.size + sum(ZIP_FILE.unpack(header))
        is_deflated = one.compress_type == DEFLATED
        yield (
            one.filename.replace("\\", "/"),
            archive.part(begin, one.compress_size, _zip_time(one), deflated=is_deflated),
        )
    if closed:
        raise tar.Damaged(f"{counted(closed, 'file')} left out, damaged, encrypted or packed in an unknown way")


def _zip_directory(stream: BinaryIO, size: int) -> "list[ZipInfo]":
    import zipfile  # slow to load

    stream.seek(max(0, size - FURTHEST_END))
    end = stream.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) < place + ZIP_END.size:
        raise tar.Damaged("it is damaged or cut")
    [directory_size] = ZIP_END.unpack_from(end, place)
    if directory_size > LARGEST_DIRECTORY:
        raise tar.Damaged("it has too many files")
    try:
        with zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, LookupError, OverflowError, OSError, struct.error):
        raise tar.Damaged("it is damaged") from None


def _zip_time(one: "ZipInfo") -> float | None:
    """It has no zone: a day later is no mistake, a day earlier may put the lines into the year before."""
    try:
        return _sure(datetime(*one.date_time, tzinfo=UTC).timestamp() + timedelta(days=1).total_seconds())
    except ValueError:
        return None


def _sure(changed: float) -> float | None:
    return changed if changed >= FIRST_SURE_TIME else None
