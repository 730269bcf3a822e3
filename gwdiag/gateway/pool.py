"""The connections of one API to its upstreams: kept for the next request, or made for it.

A request that finds none waits for its dial, and takes a connection that becomes free meanwhile; the one that was
dialled is then kept for others. Source: http.Transport of Go 1.26.
"""

import asyncio
import socket
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from gwdiag.gateway import tls
from gwdiag.gateway.dial import Address, dial
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.upstream import Upstream

if TYPE_CHECKING:
    import ssl

    from gwdiag.gateway.definitions import UpstreamTls
    from gwdiag.gateway.resolver import Resolver
    from gwdiag.gateway.rounds import Rounds
    from gwdiag.gateway.settings import Settings
    from gwdiag.gateway.sweep import Sweep

IDLE_TIMEOUT = 90.0
PATIENCE = 0.02
"""Seconds that a dial has, before its request takes whatever connection becomes free."""


class Waiter(Protocol):
    """Who wants a connection."""

    is_replayable: bool
    now: float

    def connected(self, upstream: Upstream) -> None: ...
    def not_connected(self, fault: Fault) -> None: ...


class Pool:
    """What all places of an API share. `oldest`: what was connected before is not used again."""

    def __init__(
        self, settings: "Settings", wanted: "UpstreamTls", sweep: "Sweep", resolver: "Resolver", rounds: "Rounds"
    ) -> None:
        self.settings, self.wanted, self.resolver, self.rounds = settings, wanted, resolver, rounds
        self.deadline = 0.0  # it is looked at every time
        sweep.pools.add(self)
        self._sweep = sweep
        self.dials: set[asyncio.Task[None]] = set()
        self.oldest = float("-inf")
        self.keeps = not settings.proxy_close_connections
        self.renews = settings.max_conn_time > 0
        self.most_idle, self.most_idle_each = settings.max_idle_connections, settings.idle_per_host
        self.places: dict[Address, Place] = {}
        self.dialled = 0

    def place(self, address: Address) -> "Place":
        if address not in self.places:
            self.places[address] = Place(self, address)
        return self.places[address]

    def close(self) -> None:
        """Keeps nothing from now on; what is under way ends."""
        self.keeps = False
        self._close_idle()
        self._sweep.pools.discard(self)

    def late(self, now: float) -> None:
        """Closes what has been idle for too long; the longest idle ones stand first."""
        for place in self.places.values():
            while place.idle and place.idle[0].idle_since < now - IDLE_TIMEOUT:
                place.idle.pop(0).transport.close()

    def renew(self) -> None:
        """After max_conn_time no connection made before is used again."""
        now = monotonic()
        if self.oldest == float("-inf"):
            self.oldest = now
        elif now - self.oldest > self.settings.max_conn_time:
            self.oldest = now
            self._close_idle()

    def idle(self) -> int:
        return sum(len(place.idle) for place in self.places.values())

    def waiting(self) -> int:
        return sum(len(place.waiting) for place in self.places.values())

    def close_oldest(self) -> None:
        free = next(place.idle for place in self.places.values() if place.idle)
        free.pop(0).transport.close()

    def _close_idle(self) -> None:
        for place in self.places.values():
            for upstream in place.idle:
                upstream.transport.close()
            place.idle.clear()


class Place:
    """The connections to one address. `idle` and `waiting` are for reading only."""

    __slots__ = ("_address", "_context", "_pool", "idle", "waiting")

    def __init__(self, pool: Pool, address: Address) -> None:
        self._pool, self._address = pool, address
        self._context: ssl.SSLContext | None = None
        self.idle: list[Upstream] = []
        self.waiting: dict[Waiter, float] = {}

    def take(self, waiter: Waiter) -> None:
        """Calls `connected`, at once or later, or `not_connected`."""
        pool = self._pool
        if pool.renews:
            pool.renew()
        while self.idle:
            upstream = self.idle.pop()
            if upstream.is_closed or not (waiter.is_replayable or _is_open(upstream)):
                upstream.abort()
                continue
            waiter.connected(upstream)
            return
        self.waiting[waiter] = monotonic()
        task = asyncio.get_running_loop().create_task(self._dial(waiter))
        pool.dials.add(task)
        task.add_done_callback(pool.dials.discard)

    def leave(self, waiter: Waiter) -> None:
        """The waiter wants none any more; a dial under way goes on."""
        self.waiting.pop(waiter, None)

    def free(self, upstream: Upstream) -> None:
        """A connection has nothing to do: it is for who waits, or kept, or closed."""
        pool = self._pool
        if not pool.keeps or upstream.created < pool.oldest:
            upstream.close()
        elif self.waiting and (waiting := self._patient()):
            self.leave(waiting)
            # It may be the answer to this very connection's last request that is still being told about.
            asyncio.get_running_loop().call_soon(self._hand_over, waiting, upstream)
        elif len(self.idle) >= pool.most_idle_each:
            upstream.close()
        else:
            upstream.idle_since = upstream.now
            self.idle.append(upstream)
            if pool.most_idle > 0 and pool.most_idle < pool.idle():
                pool.close_oldest()

    def gone(self, upstream: Upstream) -> None:
        """It was closed from the other side."""
        if upstream in self.idle:
            self.idle.remove(upstream)

    async def _dial(self, waiter: Waiter) -> None:
        pool, waiting = self._pool, self.waiting
        try:
            if self._context is None and self._address.scheme == "https":
                self._context = tls.context(pool.wanted, self._address.host)
            pool.dialled += 1
            upstream = await dial(self._address, pool.settings.upstream_timeout, pool.resolver, pool.rounds, self._made)
        except Fault as fault:
            if waiter in waiting:
                del waiting[waiter]
                waiter.not_connected(fault)
            return
        if waiter in waiting:
            del waiting[waiter]
            waiter.now = monotonic()
            waiter.connected(upstream)
        else:
            upstream.now = monotonic()
            self.free(upstream)

    def _made(self) -> Upstream:
        return Upstream(self._context, self, monotonic())

    def _patient(self) -> Waiter | None:
        """Who has waited for a dial for long enough to take whatever is free."""
        before = monotonic() - PATIENCE
        return next((one for one, since in self.waiting.items() if since < before), None)

    def _hand_over(self, waiter: Waiter, upstream: Upstream) -> None:
        if upstream.is_closed:
            self.take(waiter)
        else:
            waiter.now = monotonic()
            waiter.connected(upstream)


def _is_open(upstream: Upstream) -> bool:
    """Whether the peer has not closed it, as far as is known here: what cannot be repeated must not be lost."""
    made: socket.socket | None = upstream.transport.get_extra_info("socket")
    if made is None:
        return False
    try:
        return bool(_peeked(made.fileno()))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _peeked(descriptor: int) -> bytes:
    duplicate = socket.socket(fileno=descriptor)
    try:
        return duplicate.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    finally:
        duplicate.detach()
