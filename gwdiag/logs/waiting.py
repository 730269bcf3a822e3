"""What waits for its other half: in the order in which it came, and by whatever it may be found."""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

MOST_WAITING = 4096
"""How many wait at once: where one of the two halves is switched off, it never comes."""

MOST_COMPARED = 64
"""How many of those that may be found by one key are looked at: of a path that is asked for all the time there are
many, and the oldest fits.
"""


class Held:
    """One that waits. `since`: seconds of the log."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.is_taken = False
        self.keys: list[Hashable] = []


H = TypeVar("H", bound=Held)


class Pool(Generic[H]):
    """All that wait. It is true while there are any."""

    def __init__(self) -> None:
        self._in_order: deque[H] = deque()
        self._left = 0  # that were not taken
        self._by: defaultdict[Hashable, dict[H, None]] = defaultdict(dict)

    def __bool__(self) -> bool:
        return self._left > 0

    def __iter__(self) -> Iterator[H]:
        return (held for held in self._in_order if not held.is_taken)

    def add(self, held: H, keys: Iterable[Hashable]) -> None:
        self._in_order.append(held)
        self._left += 1
        self.more_keys(held, keys)

    def more_keys(self, held: H, keys: Iterable[Hashable]) -> None:
        """It may be found by these, too."""
        for key in keys:
            if key not in held.keys:
                held.keys.append(key)
                self._by[key][held] = None

    def has(self, key: Hashable) -> bool:
        """Whether any may be found so."""
        return key in self._by

    def under(self, key: Hashable) -> list[H]:
        """Those that are found so, the oldest first; not more than are worth looking at."""
        return list(islice(self._by.get(key, ()), MOST_COMPARED))

    def take(self, held: H) -> None:
        held.is_taken = True
        self._left -= 1
        for key in held.keys:
            found = self._by[key]
            del found[held]
            if not found:
                del self._by[key]
        while self._in_order and self._in_order[0].is_taken:
            self._in_order.popleft()

    def leave(self, now: float | None, longest: float) -> Iterator[H]:
        """Those that have waited longer, in seconds, the oldest first; all of them without a time."""
        while self._in_order:
            oldest = self._in_order[0]
            if now is not None and self._left <= MOST_WAITING and now - oldest.since <= longest:
                return
            self.take(oldest)
            yield oldest
