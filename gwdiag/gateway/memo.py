"""What a pure function said before: a look into a dict, which `functools.lru_cache` with a limit is not."""

from collections.abc import Callable, Hashable
from typing import TypeVar

MOST = 4096

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(dict[K, V]):
    """`memo[argument]` is what the function says of it. It begins anew when it is full."""

    def __init__(self, function: Callable[[K], V], most: int = MOST) -> None:
        super().__init__()
        self._function, self._most = function, most

    def __missing__(self, argument: K) -> V:
        if len(self) >= self._most:
            self.clear()
        found = self[argument] = self._function(argument)
        return found
