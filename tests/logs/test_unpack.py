"""Compressed data that is whole, cut or damaged: what comes out is what zlib makes of it."""

import gzip
import io
import random

import pytest

from gwdiag.logs.unpack import FAULTS, unpacker

DRAW = random.Random(3)
PLAIN = b"".join(b"%d some line %d\n" % (number, DRAW.randrange(1 << 30)) for number in range(40_000))
PACKED = gzip.compress(PLAIN)

CASES = {
    "whole": PACKED,
    "two members": PACKED + PACKED,
    "noughts behind": PACKED + bytes(9000),
    "noughts between": PACKED + bytes(10) + PACKED,
    "something else behind": PACKED + b"xyz",
    "cut": PACKED[: len(PACKED) // 2],
    "cut in the sum": PACKED[:-3],
    "a wrong sum": PACKED[:-8] + b"abcd" + PACKED[-4:],
    "damaged": PACKED[:60_000] + b"\xff" * 40 + PACKED[60_040:],
    "nothing": gzip.compress(b""),
    "a header": PACKED[:5],
    "half a header behind": PACKED + b"\x1f",
}


def read(stream) -> tuple[bytes, bool]:
    """What is there before a fault, and whether there is one."""
    found = b""
    try:
        while some := stream.read1(1 << 16):
            found += some
    except FAULTS:
        return found, True
    return found, False


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_gzip_is_lost(name: str):
    packed = CASES[name]

    found = read(unpacker(packed)(io.BytesIO(packed)))

    assert found == read(gzip.GzipFile(fileobj=io.BytesIO(packed)))


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_a_pipe_cannot_be_read_again():
    found, is_faulty = read(unpacker(PACKED)(Pipe(CASES["a wrong sum"])))

    assert is_faulty
    assert PLAIN.startswith(found)
    assert len(found) > 0.9 * len(PLAIN)
