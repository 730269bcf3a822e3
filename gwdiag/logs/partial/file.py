"""Partial files, `.gwp`: a line that says what it is, the origin as a line of JSON, the document as JSON in zstd.

The first line is `gwdiag.partial/1`. A later version of gwdiag reads it as long as the number is the same.
"""

import os
import uuid
from pathlib import Path
from typing import TypeVar

import zstandard
from pydantic import TypeAdapter, ValidationError

from gwdiag.logs.partial.document import Document, Origin, document_of
from gwdiag.logs.reading import Read

T = TypeVar("T")

VERSION = 1
MAGIC = b"gwdiag.partial/"
HEADER = MAGIC + b"%d\n" % VERSION

LARGEST, MOST_UNPACKED = 32 << 20, 128 << 20
"""Bytes of a file, and of what is in it. The sums are bounded; those of a day of a busy node have some 100 KB."""

LEVEL, TABLES = 12, 18
"""Of zstd; and bits of its tables. Those of the level alone take 30 MB for 2 % less, more than reading the log does."""


class Damaged(Exception):
    """A file that is no partial file, or none that this version reads; the words say why."""


def as_bytes(read: Read) -> bytes:
    """A partial file of what was read."""
    document = document_of(read, uuid.uuid4().hex, os.uname().nodename)
    text = as_json(document)
    how = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, source_size=len(text), hash_log=TABLES, chain_log=TABLES, write_checksum=True
    )
    packer = zstandard.ZstdCompressor(compression_params=how)
    return HEADER + as_json(document.origin) + b"\n" + packer.compress(text)


def origin_in(path: Path) -> Origin:
    """Whose a partial file is. Raises Damaged and OSError."""
    with path.open("rb") as file:
        return of_json(Origin, _parts(file.read(LARGEST + 1))[0])


def document_in(path: Path) -> Document:
    """The document in a partial file. Raises Damaged and OSError."""
    with path.open("rb") as file:
        return document_of_bytes(file.read(LARGEST + 1))


def document_of_bytes(data: bytes) -> Document:
    """The same of the bytes of such a file. Raises Damaged."""
    origin, packed = _parts(data)
    document = of_json(Document, _unpacked(packed))
    if document.origin != of_json(Origin, origin):
        raise Damaged("it is damaged: it is of two origins")
    return document


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """The JSON of the origin, and the packed document."""
    if not data.startswith(MAGIC):
        raise Damaged("it is empty" if not data else "it is no file that gwdiag logs --partial has written")
    header, _, rest = data.partition(b"\n")
    if header + b"\n" != HEADER:
        raise Damaged(
            f"it has version {header.removeprefix(MAGIC)[:20].decode('ascii', 'replace')}, and this gwdiag reads "
            f"version {VERSION}: write it with the same version of gwdiag"
        )
    if len(data) > LARGEST:
        raise Damaged(f"it has more than {LARGEST >> 20} MiB, which no partial file has")
    origin, _, packed = rest.partition(b"\n")
    return origin, packed


def as_json(value: Document | Origin) -> bytes:
    return TypeAdapter(type(value)).dump_json(value)


def of_json(kind: type[T], text: bytes) -> T:
    """Raises Damaged where it does not fit the kind."""
    try:
        return TypeAdapter(kind).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise Damaged(f"it is damaged: {where}: {first['msg']}") from None


def _unpacked(packed: bytes) -> bytes:
    try:
        if not 0 <= zstandard.frame_content_size(packed) <= MOST_UNPACKED:
            raise Damaged(f"it is damaged, or becomes over {MOST_UNPACKED >> 20} MiB, which no partial file does")
        return zstandard.ZstdDecompressor().decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError:
        raise Damaged("it is damaged or cut: it cannot be unpacked") from None
