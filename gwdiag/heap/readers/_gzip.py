"""The bytes of a file, unpacked where gzip packed them, and never more than a profile can have."""

import zlib
from pathlib import Path

MOST = 256 << 20
"""Bytes of a profile, unpacked. 200,000 stacks of depth 60 are 24 MB; gzip can pack 1,000 times as much into a file."""
GZIP = b"\x1f\x8b"
CHUNK = 1 << 20


def begin_of(path: Path, size: int) -> bytes:
    """The first bytes, unpacked; what is there where it is damaged."""
    with path.open("rb") as file:
        begin = file.read(size)
    if not begin.startswith(GZIP):
        return begin
    try:
        return zlib.decompressobj(wbits=31).decompress(begin, size)
    except zlib.error:
        return begin


def content(path: Path) -> bytes:
    """All of it. Raises Unreadable where it is damaged or too much."""
    from gwdiag.heap.readers import Unreadable

    with path.open("rb") as file:
        data = file.read(MOST + 1)
        if len(data) > MOST:
            raise Unreadable(f"it is too large: more than {MOST >> 20} MiB")
    while data.startswith(GZIP):
        data = _unpacked(data)
    return data


def _unpacked(data: bytes) -> bytes:
    from gwdiag.heap.readers import Unreadable

    parts, room = [], MOST
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(data, room + 1))
        except zlib.error as error:
            raise Unreadable(f"damaged: its gzip stream is corrupt ({error})") from None
        room -= len(parts[-1])
        if room < 0:
            raise Unreadable(f"it is too large: more than {MOST >> 20} MiB when unpacked")
        if not unpacker.eof:
            raise Unreadable("truncated: its gzip stream ends too early, the file is incomplete")
        data = unpacker.unused_data.lstrip(b"\0")
    return b"".join(parts)
