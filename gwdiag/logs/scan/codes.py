"""Hashes of values into small numbers."""

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.words import Words

UNKNOWN = -1


class Codes:
    """A table from hashes to codes, asked for thousands at once: open addressing with linear probing, half empty.

    A hash has 64 bits. That two of some 100,000 values in a log have the same is less likely than 1 in a billion.
    """

    def __init__(self) -> None:
        self._bits = 12
        self._known: list[tuple[int, int]] = []
        self._make()

    def __len__(self) -> int:
        return len(self._known)

    def _make(self) -> None:
        self._keys = np.zeros((1 << self._bits) + 64, np.uint64)
        self._codes = np.full(len(self._keys), UNKNOWN, np.int32)
        for key, code in self._known:
            self._put(key, code)

    def add(self, key: int, code: int) -> None:
        """Adds a hash that is not there yet."""
        self._known.append((key, code))
        if len(self._known) * 4 > 1 << self._bits:
            self._bits += 2
            self._make()
        else:
            self._put(key, code)

    def _put(self, key: int, code: int) -> None:
        slot = (key or 1) >> (64 - self._bits)
        while self._keys[slot]:
            slot += 1
        self._keys[slot], self._codes[slot] = key or 1, code

    def of(self, hashes: Words) -> NDArray[np.int32]:
        """The code of each, UNKNOWN where there is none."""
        hashes = hashes | (hashes == 0)
        slots = (hashes >> np.uint64(64 - self._bits)).view(np.int64)
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
