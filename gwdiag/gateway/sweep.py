"""Timers of all requests, connections and pools: each has a deadline, and all are looked at every so often.

A timer object per request costs more than the rest of its way through the gateway.
"""

from asyncio import AbstractEventLoop
from collections.abc import Set as AbstractSet
from time import monotonic
from typing import Protocol

NEVER = float("inf")
TICK = 0.05
"""Seconds between two looks at requests: none ends later than this after its limit."""
LOOK_AT_CONNECTIONS = 5
LOOK_AT_POOLS = 100
"""Ticks between two looks at what has longer limits."""


class Timed(Protocol):
    """`deadline` in the time of `monotonic`; `late` is called once it has passed."""

    deadline: float

    def late(self, now: float) -> None: ...


class Sweep:
    """Whatever has deadlines is in one of the sets as long as it lives."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.requests: set[Timed] = set()
        self.connections: AbstractSet[Timed] = frozenset()
        self.pools: set[Timed] = set()
        self._loop = loop
        self._ticks = 0

    def start(self) -> None:
        self._loop.call_later(TICK, self._tick)

    def _tick(self) -> None:
        now = monotonic()
        self._ticks += 1
        _look(self.requests, now)
        if self._ticks % LOOK_AT_CONNECTIONS == 0:
            _look(self.connections, now)
        if self._ticks % LOOK_AT_POOLS == 0:
            _look(self.pools, now)
        self._loop.call_later(TICK, self._tick)


def _look(every: AbstractSet[Timed], now: float) -> None:
    for one in [one for one in every if one.deadline <= now]:
        one.late(now)
