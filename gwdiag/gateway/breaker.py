"""A circuit breaker as Tyk's: a share of failures in the last ten seconds opens it, a growing pause lets one through.

Everything is a function of what happened and of the clock that is passed in. Sources: the circuitbreaker library that
Tyk uses; cenkalti/backoff for the pauses.
"""

import random
from collections.abc import Callable

from gwdiag.gateway.definitions import BreakerRule

BUCKETS = 10
BUCKET_SECONDS = 1.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
GROWTH = 1.5
SPREAD = 0.5
UNDRAWN, NEVER = -1.0, float("inf")


class Breaker:
    """`tripped` is called with the seconds after which `reset` is to be called."""

    __slots__ = ("_at", "_buckets", "_half_opens", "_last_failure", "_pause", "_step", "is_open", "rule", "tripped")

    def __init__(self, rule: BreakerRule, tripped: Callable[["Breaker"], None], now: float) -> None:
        self.rule, self.tripped = rule, tripped
        self.is_open = False
        self._buckets = [[0, 0] for _ in range(BUCKETS)]
        self._at = now
        self._last_failure = 0.0
        self._half_opens = 0
        # Even without half-open tries there is a first one: Tyk switches them off when it has drawn its pause.
        self._step = FIRST_PAUSE
        self._pause = UNDRAWN

    def is_ready(self, now: float) -> bool:
        """Whether a request may pass; in the half-open state it is the try."""
        state = self._state(now)
        if state == "half-open":
            self._half_opens = 0
        return state != "open"

    def succeeded(self, now: float) -> None:
        self._step = FIRST_PAUSE
        self._pause = UNDRAWN if self.rule.half_open else NEVER
        if self.is_open and self._state(now) == "half-open":
            self.reset()
        self._count(now, 0)

    def failed(self, now: float) -> None:
        self._count(now, 1)
        self._last_failure = now
        successes, failures = map(sum, zip(*self._buckets, strict=True))
        samples = successes + failures
        if samples >= self.rule.samples and failures / samples >= self.rule.threshold:
            self.is_open = True
            self.tripped(self)

    def reset(self) -> None:
        self.is_open = False
        self._half_opens = 0
        self._buckets = [[0, 0] for _ in range(BUCKETS)]

    def _state(self, now: float) -> str:
        if not self.is_open:
            return "closed"
        if self._pause is UNDRAWN:
            self._pause = self._next_pause()
        if now - self._last_failure > self._pause and not self._half_opens:
            self._half_opens = 1
            self._pause = self._next_pause() if self.rule.half_open else NEVER
            return "half-open"
        return "open"

    def _next_pause(self) -> float:
        pause = self._step * random.uniform(1 - SPREAD, 1 + SPREAD)
        self._step = min(self._step * GROWTH, LONGEST_PAUSE)
        return pause

    def _count(self, now: float, index: int) -> None:
        if now - self._at > BUCKET_SECONDS:
            passed = min(int((now - self._at) / BUCKET_SECONDS), BUCKETS)
            self._buckets = self._buckets[passed:] + [[0, 0] for _ in range(passed)]
            self._at = now
        self._buckets[-1][index] += 1
