"""Hashes of values into small numbers."""

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.words import Words

UNKNOWN = -1


class Codes:
    """A table from hashes to codes, asked for thousands at once: open addressing with linear probing,
    at least half of it empty.

    A hash has 64 bits. That two of some 100,000 values in a log have the same is less likely than 1 in a billion.
    """

    def __init__(self) -> None:
        self._count = 0
        self._make(12)

    def __len__(self) -> int:
        return self._count

    def _make(self, bits: int) -> None:
        self._bits = bits
        self._keys = np.zeros((1 << bits) + 64, np.uint64)
        self._codes = np.full(len(self._keys), UNKNOWN, np.int32)

    def add(self, keys: Words, codes: NDArray[np.int32]) -> None:
        """Adds hashes that are not there yet, none of them twice."""
        self._count += len(keys)
        keys = np.maximum(keys, np.uint64(1))  # nought is an empty place
        if self._count * 2 > 1 << self._bits:
            there = self._keys != 0
            keys = np.concatenate((self._keys[there], keys))
            codes = np.concatenate((self._codes[there], codes))
            self._make((4 * self._count).bit_length())
        slots = self._slots(keys)
        while len(keys):
            free = self._keys[slots] == 0
            self._keys[slots[free]], self._codes[slots[free]] = keys[free], codes[free]
            left = self._keys[slots] != keys  # another was there, or came with these
            keys, codes, slots = keys[left], codes[left], slots[left] + 1

    def _slots(self, keys: Words) -> NDArray[np.int64]:
        return (keys >> np.uint64(64 - self._bits)).view(np.int64)

    def of(self, hashes: Words) -> NDArray[np.int32]:
        """The code of each, UNKNOWN where there is none."""
        hashes = hashes | (hashes == 0)
        slots = self._slots(hashes)
        there = self._keys[slots]
        found = self._codes[slots]
        others = np.flatnonzero(there != hashes)
        while len(others):
            found[others] = UNKNOWN
            others = others[there[others] != 0]  # an empty place ends the search
            slots[others] += 1
            there[others] = self._keys[slots[others]]
            is_it = there[others] == hashes[others]
            found[others[is_it]] = self._codes[slots[others[is_it]]]
            others = others[~is_it]
        return found


def groups_of(codes: NDArray[np.signedinteger]) -> list[NDArray[np.int64]]:
    """The rows of each code that there is, in their order."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
