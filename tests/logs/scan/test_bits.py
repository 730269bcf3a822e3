"""Bits stand for the bytes that they were made of, wherever a piece of them ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.scan.bits import PIECE, WORD, bits_of, places_of

MARK = ord("|")


def places(data: bytes) -> list[int]:
    found: list[int] = places_of(bits_of(np.frombuffer(data, np.uint8), lambda piece: piece == MARK)).tolist()
    return found


@given(st.lists(st.sampled_from([b"|", b"||", b"a" * 7, b"b" * 60])).map(b"".join))
def test_the_places_of_a_byte_in_their_order(data: bytes):
    assert places(data) == [place for place, byte in enumerate(data) if byte == MARK]


@pytest.mark.parametrize("place", [0, WORD - 1, WORD, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5])
def test_at_the_ends_of_pieces(place: int):
    data = bytearray(b"a" * (2 * PIECE + 6))
    data[place] = MARK

    assert places(bytes(data)) == [place]
