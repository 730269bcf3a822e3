"""Counts over time, by key, in bounded memory: when there are too many buckets, two become one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Sortable = str | tuple[object, ...]
"""What a key may be."""

WIDEST = 1 << 30
"""Seconds of a bucket from which on there are too many keys: time tells nothing any more."""

Key = TypeVar("Key", bound="Sortable")


class Timeline(Generic[Key]):
    """How often something happened, by key and time. `width` is the length of a bucket in seconds, a power of two.

    Bucket n holds the times from n * width up to, and without, (n + 1) * width, in seconds since the epoch.
    """

    def __init__(self, *, width: int = 1, most: int = 100_000) -> None:
        self.width = width
        self.most = most
        self._size = 0
        self._buckets: defaultdict[Key, Counter[int]] = defaultdict(Counter)

    def add(self, key: Key, at: float, count: int = 1) -> None:
        buckets = self._buckets[key]
        bucket = int(at // self.width)
        if bucket in buckets:
            buckets[bucket] += count
            return
        buckets[bucket] = count
        self._size += 1
        while self._size > self.most:
            self._coarsen()

    def take(self, key: Key, width: int, buckets: Counter[int]) -> None:
        """Adds what was counted elsewhere in buckets of that width, which is not below this one's. It keeps them."""
        while self.width < width:
            self._coarsen()
        if width < self.width:
            buckets = _coarser(buckets, self.width // width)
        mine = self._buckets[key]
        self._size -= len(mine)
        if len(mine) < len(buckets):  # the fewer are added to the more
            self._buckets[key], mine, buckets = buckets, buckets, mine
        # Most often they are of another time: few buckets are in both, and the rest is copied.
        both = [(bucket, mine[bucket]) for bucket in mine.keys() & buckets.keys()]
        dict.update(mine, buckets)
        for bucket, count in both:
            mine[bucket] += count
        self._size += len(mine)
        while self._size > self.most:
            self._coarsen()

    def _coarsen(self) -> None:
        self.width *= 2
        for key, fine in self._buckets.items():
            self._buckets[key] = _coarser(fine, 2)
        self._size = sum(map(len, self._buckets.values()))
        if self._size > self.most and self.width > WIDEST:
            self.most = self._size * 2

    def __iter__(self) -> Iterator[Key]:
        return iter(self._buckets)

    def of(self, key: Key) -> Counter[int]:
        """The buckets of one key."""
        return self._buckets[key] if key in self._buckets else Counter()

    def sum_of(self, keys: Iterable[Key]) -> Counter[int]:
        """The buckets of several keys together; not to be changed."""
        first, *others = sorted(map(self.of, keys), key=len, reverse=True) or [Counter[int]()]
        if not others:
            return first
        total = first.copy()
        for one in others:
            for bucket, count in one.items():
                total[bucket] += count
        return total

    def total(self, key: Key) -> int:
        return sum(self.of(key).values())

    def renamed(self, name: Callable[[Key], Key]) -> "Timeline[Key]":
        """The same counts under other keys; keys that become one are added up. Of this one no more is to be asked."""
        other: Timeline[Key] = Timeline(width=self.width, most=self.most)
        for key in sorted(self._buckets):
            new, buckets = name(key), self._buckets[key]
            other._buckets[new] = other._buckets[new] + buckets if new in other._buckets else buckets
        other._size = sum(map(len, other._buckets.values()))
        return other


def _coarser(buckets: Counter[int], times: int) -> Counter[int]:
    """The same in buckets so many times as wide."""
    coarse: Counter[int] = Counter()
    get = coarse.get
    for bucket, count in buckets.items():
        wide = bucket // times
        coarse[wide] = get(wide, 0) + count
    return coarse
