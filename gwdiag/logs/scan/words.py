"""Eight bytes at a time: finding the end of values, hashing them and reading numbers, for thousands of lines at once.

A word is eight bytes as a little-endian number, so its lowest byte is the first. `words[n]` is the word that begins at
byte n: a view with a stride of one byte, which numpy gathers from as quickly as from aligned memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.int64]

ONES = np.uint64(0x0101010101010101)
HIGHS = np.uint64(0x8080808080808080)
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
LONGEST = 16
"""Words of a value that are looked at; a line with a longer one is read the slow way."""

MOST_DIGITS = 8


def words_of(buffer: Any, size: int) -> Words:
    """The words that begin at each byte of a buffer, but for its last seven."""
    return np.ndarray((size - 7,), "<u8", buffer, 0, (1,))


def spread(byte: int) -> np.uint64:
    """A word of eight times the same byte."""
    return ONES * np.uint64(byte)


def literal(text: bytes) -> tuple[np.uint64, np.uint64]:
    """The word that these up to eight bytes begin, and the mask of its bytes that they are."""
    return np.uint64(int.from_bytes(text[:8], "little")), np.uint64((1 << 8 * min(8, len(text))) - 1)


def _found(word: Words, stop: Words | np.uint64) -> Words:
    """The high bit of the first byte that equals the stop's (bits above it mean nothing); 0 where there is none."""
    other = word ^ stop
    return (other - ONES) & ~other & HIGHS


def until(words: Words, begin: Places, stop: Words | np.uint64, also: np.uint64 | None = None) -> tuple[Words, Places]:
    """A hash of the bytes from `begin` up to the first `stop` (or `also`), and their number; -1 where they do not end.

    The hash depends on the bytes alone, not on what else is in the same call.
    """
    hashes = np.zeros(len(begin), np.uint64)
    lengths = np.zeros(len(begin), np.int64)
    left = None  # the rows whose value goes on; None: all
    for number in range(LONGEST):
        word = words[begin + 8 * number] if number else words[begin]
        found = _found(word, stop)
        if also is not None:
            found |= _found(word, also)
        first = found & (~found + np.uint64(1))
        inside = (first >> np.uint64(7)) - np.uint64(1)  # all ones where there is no stop in this word
        word &= inside
        size = np.bitwise_count(inside) >> 3
        if left is None:
            hashes = _mixed(word)
            lengths += size
        else:
            hashes[left] = _mixed(hashes[left] ^ word)
            lengths[left] += size
        going_on = np.flatnonzero(found == 0)
        if not len(going_on):
            return hashes, lengths
        left = going_on if left is None else left[going_on]
        begin = begin[going_on]
        if not isinstance(stop, np.uint64):
            stop = stop[going_on]
    lengths[left] = -1
    return hashes, lengths


def _mixed(word: Words) -> Words:
    word = word * MULTIPLIER
    word ^= word >> np.uint64(29)
    return word


def together(one: Words, other: Words) -> Words:
    """One hash of two; their order counts."""
    return _mixed((one ^ (one << np.uint64(1))) + other)


def without_numbers(words: Words, begin: Places, lengths: Places, longest: int = LONGEST) -> Words:
    """A hash of values in which digits do not count that stand in a row of four or more within a word.

    Paths that differ only in such numbers have one hash; other numbers still tell them apart.
    """
    hashes = np.zeros(len(begin), np.uint64)
    left: Places | None = None
    for number in range(longest):
        rest = lengths - 8 * number
        word = words[begin + 8 * number] & MASKS[np.minimum(rest, 8)]
        digits = word ^ np.uint64(0x3030303030303030)
        # A digit is 0 to 9 now: adding 0x76 does not reach the high bit, which must not be set already.
        digits = ~(((digits & ~HIGHS) + np.uint64(0x7676767676767676)) | digits) & HIGHS
        run = digits & (digits >> np.uint64(8))
        run &= run >> np.uint64(16)
        run |= run << np.uint64(8)
        run |= run << np.uint64(16)
        word &= ~((run >> np.uint64(7)) * np.uint64(0xFF))
        if left is None:
            hashes = _mixed(word)
        else:
            hashes[left] = _mixed(hashes[left] ^ word)
        going_on = np.flatnonzero(rest > 8)
        if not len(going_on):
            break
        left = going_on if left is None else left[going_on]
        begin, lengths = begin[going_on], lengths[going_on]
    return hashes


def whole_numbers(words: Words, begin: Places, lengths: Places) -> tuple[Places, NDArray[np.bool_]]:
    """The whole numbers of up to eight digits there, and which are numbers at all."""
    size = np.clip(lengths, 1, MOST_DIGITS).astype(np.uint64)
    shift = np.uint64(64) - (size << np.uint64(3))
    # Moved to the end of the word, with noughts in front: "42" becomes "00000042".
    word = (words[begin] << shift) | (np.uint64(0x3030303030303030) & ~(ALL << shift))
    high, low = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0606060606060606)
    are = ((word & high) | (((word + low) & high) >> np.uint64(4))) == np.uint64(0x3333333333333333)
    are &= (lengths > 0) & (lengths <= MOST_DIGITS)
    word &= np.uint64(0x0F0F0F0F0F0F0F0F)
    word = (word * np.uint64(10) + (word >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    word = (word * np.uint64(100) + (word >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    word = (word * np.uint64(10000) + (word >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return word.view(np.int64), are


ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
