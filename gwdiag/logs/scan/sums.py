"""Counts by packed keys, in arrays: millions of them until somebody asks, few after that."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.timeline import WIDEST

N = TypeVar("N", np.uint64, np.int64, np.int32)

PENDING = 1 << 16
"""Keys that are gathered before they are sorted into the rest."""


MOMENT = np.uint64(34)
"""Bits of a moment in a packed key; what it is about is above them."""

BELOW = (np.uint64(1) << MOMENT) - np.uint64(1)


class Sums:
    """How often each key was added. A key is some numbers in one word of 64 bits."""

    def __init__(self) -> None:
        self._pending: list[NDArray[np.uint64]] = []
        self._waiting = 0
        self.keys = np.empty(0, np.uint64)
        self.counts = np.empty(0, np.int64)

    def add(self, keys: NDArray[np.uint64]) -> None:
        """Adds keys, each once."""
        self._pending.append(keys)
        self._waiting += len(keys)
        if self._waiting >= PENDING:
            self.settle()

    def settle(self) -> None:
        """Sorts in what waits."""
        if self._pending:
            keys = np.sort(np.concatenate(self._pending))
            self._pending, self._waiting = [], 0
            begins = _begins(keys)
            self.put(keys[begins], np.diff(begins, append=len(keys)))

    def put(self, keys: NDArray[np.uint64], counts: NDArray[np.int64]) -> None:
        """Adds keys with their counts."""
        if len(self.keys):
            keys, counts = np.concatenate((self.keys, keys)), np.concatenate((self.counts, counts))
            order = np.argsort(keys, kind="stable")
            keys, counts = keys[order], counts[order]
            begins = _begins(keys)
            keys, counts = keys[begins], np.add.reduceat(counts, begins)
        self.keys, self.counts = keys, counts

    def take(self) -> Iterator[tuple[int, int]]:
        """All keys with their counts; none are left."""
        keys, counts = self._taken()
        return zip(keys.tolist(), counts.tolist(), strict=True)

    def by(self, bits: np.uint64) -> Iterator[tuple[int, NDArray[np.uint64], NDArray[np.int64]]]:
        """What is above so many bits of the keys, with these and their counts, the largest first; none are left."""
        keys, counts = self._taken()
        upper = keys >> bits
        for begin, end in pairwise([*_begins(upper).tolist(), len(keys)]):
            order = begin + np.argsort(-counts[begin:end], kind="stable")
            yield int(upper[begin]), keys[order], counts[order]

    def _taken(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        self.settle()
        taken = self.keys, self.counts
        self.keys, self.counts = np.empty(0, np.uint64), np.empty(0, np.int64)
        return taken

    def replace(self, keys: NDArray[np.uint64]) -> None:
        """Gives the keys other values, in their order; those that become one are added up."""
        counts, self.keys, self.counts = self.counts, np.empty(0, np.uint64), np.empty(0, np.int64)
        order = np.argsort(keys, kind="stable")
        begins = _begins(keys[order])
        self.put(keys[order][begins], np.add.reduceat(counts[order], begins))


class Moments(Sums):
    """Counts over time: the lowest MOMENT bits of a key are a number of buckets, `width` seconds each.

    When there are more than `most`, two neighbours become one. Keys are added in the buckets of the beginning.
    """

    def __init__(self, width: int, most: int) -> None:
        super().__init__()
        self.width = width
        self._most = most
        self._doubled = np.uint64(0)

    def settle(self) -> None:
        """Sorts in what waits."""
        self._pending = [_coarser(keys, self._doubled) for keys in self._pending]
        super().settle()
        while len(self.keys) > self._most:
            self.coarsen()
            if self.width > WIDEST and len(self.keys) > self._most:  # as `Timeline` does
                self._most = 2 * len(self.keys)

    def coarsen(self) -> None:
        """Makes all buckets twice as wide."""
        self.width *= 2
        self._doubled += np.uint64(1)
        self.replace(_coarser(self.keys, np.uint64(1)))


def _coarser(keys: NDArray[np.uint64], doubled: np.uint64) -> NDArray[np.uint64]:
    return keys & ~BELOW | (keys & BELOW) >> doubled if doubled else keys


def distinct(values: NDArray[N]) -> NDArray[N]:
    """The different values in their order. numpy's own `unique` loads masked arrays first, which takes 7 ms."""
    ordered = np.sort(values)
    return ordered[_begins(ordered)]


def _begins(keys: NDArray[N]) -> NDArray[np.int64]:
    """Where in sorted keys another one begins."""
    return np.flatnonzero(np.concatenate((np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1])))
