"""The files in a tar archive and where their bytes lie. Nothing is unpacked, and no header is believed.

Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Basic Tar Format"
and "Storing Sparse Files". Python's tarfile holds all headers, takes names of any length, and raises on what is odd.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from gwdiag.model.pattern import pattern

BLOCK = 512

HEADER = struct.Struct("100s 24x 12s 12s 8x s 100x 6s 82x 155s 12x")
"""name, (mode, owners), size, mtime, (checksum), type, (link), magic, (version, owners, devices), prefix."""

FILES = b"0\0007S"
"""Types of regular files: today's, that of the oldest tar, contiguous, GNU's sparse."""
LONG_NAME, EXTENDED, ABOUT_ANOTHER = b"L", b"x", b"LxKg"
"""What only says more of the file that follows, or of all of them."""
NO_DATA = b"123456"
"""Links, devices, folders, pipes: no data follows, whatever the header says of their size."""

LONGEST_EXTENSION = 1 << 20
"""Bytes of a name, of pax records, of the map of a sparse file that are looked at."""

SPARSE_MORE, SPARSE_MORE_AGAIN = 482, 504
"""Where GNU's old sparse header, and each block of numbers behind it, say that another block follows."""

PAX_RECORD = pattern(rb"\d{1,7} ([^=\n]{1,100})=([^\n]*)\n")


class Damaged(Exception):
    """The archive cannot be read on from here; the words say why."""


class Entry(NamedTuple):
    """A regular file of an archive. `name` as it is written; `size` is never more than is there.

    Of a sparse file the bytes are what is not a hole. `changed`: seconds since the epoch.
    """

    name: str
    begin: int
    size: int
    changed: float


def is_tar(block: bytes) -> bool:
    """Whether these are the first bytes of an archive: one whole header whose checksum is right."""
    return len(block) >= BLOCK and any(block[:BLOCK]) and _checksum_fits(block[:BLOCK])


def entries(archive: BinaryIO, size: int) -> Iterator[Entry | None]:
    """The headers of the archive in order; None for what is no file. Raises Damaged, after what came before.

    `archive` can be sought in and has `size` bytes.
    """
    at = 0
    extension: dict[str, str] = {}
    while at < size:
        block = _read(archive, at, BLOCK)
        if len(block) < BLOCK:
            raise Damaged("it is cut")
        if not any(block):
            return
        if not _checksum_fits(block):
            raise Damaged("it is damaged")
        name, written_size, mtime, type_, magic, prefix = HEADER.unpack(block)
        at += BLOCK
        if type_ in ABOUT_ANOTHER:
            data_size = _number(written_size)
            extension |= _extension(type_, _read(archive, at, min(data_size, LONGEST_EXTENSION)))
            yield None
        else:
            data_size = 0 if type_ in NO_DATA else _size(extension, written_size)
            at += _numbers_outside(archive, at, block) if type_ == b"S" else 0
            inside = _numbers_inside(archive, at, data_size) if extension.get("sparse") == "1" else 0
            full_name = extension.get("name") or _name(name, prefix if magic == b"ustar\0" else b"")
            held = max(0, min(data_size, size - at) - inside)
            is_file = type_ in FILES and not full_name.endswith("/")
            yield Entry(full_name, at + inside, held, _time(mtime)) if is_file else None
            extension = {}
        if at + data_size > size:
            raise Damaged("it is cut")
        at += _padded(data_size)


def _numbers_outside(archive: BinaryIO, at: int, block: bytes) -> int:
    """Bytes between a header and the data that tell where a file's holes are: GNU's old way."""
    size, more = 0, block[SPARSE_MORE]
    while more:
        following = _read(archive, at + size, BLOCK)
        more = following[SPARSE_MORE_AGAIN] if len(following) == BLOCK else 0
        size += BLOCK
    return size


def _numbers_inside(archive: BinaryIO, at: int, data_size: int) -> int:
    """Bytes before the data that do so: pax, version 1.0. Numbers on a line each; the first says how many pairs."""
    text = _read(archive, at, min(data_size, LONGEST_EXTENSION))
    if not (first := re.match(rb"(\d{1,6})\n", text)):
        return 0
    *_, rest = text.split(b"\n", 1 + 2 * int(first[1]))
    return _padded(len(text) - len(rest))


def _extension(type_: bytes, data: bytes) -> dict[str, str]:
    """What an extension says of the file that follows: its name, its size, its way of being sparse."""
    if type_ == LONG_NAME:
        return {"name": _text(data)}
    found = {_text(key): _text(value) for key, value in PAX_RECORD.findall(data)}
    said = {"name": found.get("GNU.sparse.name") or found.get("path", ""), "size": found.get("size", "")}
    return {key: value for key, value in (said | {"sparse": found.get("GNU.sparse.major", "")}).items() if value}


def _size(extension: dict[str, str], written: bytes) -> int:
    said = extension.get("size", "")
    return int(said) if re.fullmatch(r"[0-9]{1,19}", said) else _number(written)


def _number(field: bytes) -> int:
    """An octal number, or GNU's binary one for what is larger. Raises Damaged."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.replace(b"\0", b" ").strip()
    if digits and not re.fullmatch(rb"[0-7]+", digits):
        raise Damaged("it is damaged")
    return int(digits or b"0", 8)


def _time(field: bytes) -> float:
    try:
        return float(_number(field))
    except Damaged:  # before 1970, as GNU tar writes it
        return 0.0


def _checksum_fits(block: bytes) -> bool:
    """The sum of the header's bytes, with blanks in place of the sum itself; old tars summed signed bytes."""
    try:
        written = _number(block[148:156])
    except Damaged:
        return False
    total = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    return written == total or written == total - 256 * sum(byte > 127 for byte in block)


def _name(name: bytes, prefix: bytes) -> str:
    before = _text(prefix)
    return f"{before}/{_text(name)}" if before else _text(name)


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _read(archive: BinaryIO, at: int, size: int) -> bytes:
    archive.seek(at)
    return archive.read(size)
