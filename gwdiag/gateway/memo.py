"""What is remembered of what came in: a look into a dict, which `functools.lru_cache` with a limit is not."""

from collections.abc import Callable, Hashable
from typing import TypeVar

MOST = 4096
LONGEST_LINE = 256
"""Bytes of a header line that is worth being remembered; cookies and tokens are longer, and come once."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """`memo[argument]` is what a pure function says of it. It begins anew when it is full."""

    def __init__(self, function: Callable[[K], V], most: int = MOST) -> None:
        super().__init__()
        self._function, self._most = function, most

    def __missing__(self, argument: K) -> V:
        if len(self) >= self._most:
            self.clear()
        found = self[argument] = self._function(argument)
        return found


class LineMemo(Memo[bytes, V]):
    """Of header lines; long ones are looked at each time."""

    def __missing__(self, argument: bytes) -> V:
        return super().__missing__(argument) if len(argument) <= LONGEST_LINE else self._function(argument)


class Recurring(dict[bytes, V]):
    """What came twice and is not long; the rest is not worth keeping. It begins anew when it is full."""

    def __init__(self, most: int, longest: int) -> None:
        super().__init__()
        self._most, self._longest = most, longest
        self._came_once: set[bytes] = set()

    def came(self, key: bytes, value: V) -> None:
        if key in self._came_once:
            if len(self) >= self._most:
                self.clear()
            self[key] = value
        elif len(key) <= self._longest:
            if len(self._came_once) >= self._most:
                self._came_once.clear()
            self._came_once.add(key)
