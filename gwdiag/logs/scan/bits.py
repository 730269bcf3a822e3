"""Which bytes of a page are of a kind, one bit for each: few are found sooner among bits than among truth values."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.words import Bytes, Places, below_first

PIECE = 1 << 18
"""Bytes that are looked at in one go: what is found of them is still in the cache when it is made bits."""

WORD = 64
ONE = np.uint64(1)


def bits_of(within: Bytes, which: Callable[[Bytes], NDArray[np.bool_]]) -> Bytes:
    """A bit for each of the bytes, the lowest for the first; noughts up to a whole word of 64."""
    bits = np.zeros(-(-len(within) // WORD) * WORD // 8, np.uint8)
    for begin in range(0, len(within), PIECE):
        piece = np.packbits(which(within[begin : begin + PIECE]), bitorder="little")
        bits[begin // 8 : begin // 8 + len(piece)] = piece
    return bits


def places_of(bits: Bytes) -> Places:
    """Where bits are set, in their order. It is quick as long as most words of 64 have none or one."""
    words = bits.view(np.uint64)
    numbers = np.flatnonzero(words)
    words = words[numbers]
    found = []
    while len(numbers):
        found.append(numbers * WORD + below_first(words))
        words &= words - ONE
        left = np.flatnonzero(words)
        numbers, words = numbers[left], words[left]
    return np.sort(np.concatenate(found)) if found else numbers
