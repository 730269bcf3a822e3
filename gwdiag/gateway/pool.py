"""The connections of one API to its upstreams: kept for the next request, or made for it.

A request that finds none waits for its dial, and takes a connection that becomes free meanwhile; the one that was
dialled is then kept for others. Source: http.Transport of Go 1.26.
"""

import asyncio
import socket
from collections.abc import Callable
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
    """`idle` and `waiting` are for reading only."""

    def __init__(self, settings: "Settings", wanted: "UpstreamTls", sweep: "Sweep", resolver: "Resolver") -> None:
        self._settings, self._wanted, self._resolver = settings, wanted, resolver
        self.deadline = 0.0  # it is looked at every time
        sweep.pools.add(self)
        self._sweep = sweep
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._dials: set[asyncio.Task[None]] = set()
        self._oldest = float("-inf")
        self._is_closed = False
        self.idle: dict[Address, list[Upstream]] = {}
        self.waiting: dict[Address, dict[Waiter, float]] = {}
        self.dialled = 0

    def take(self, waiter: Waiter, address: Address) -> None:
        """Calls `connected`, at once or later, or `not_connected`."""
        if self._settings.max_conn_time:
            self._renew()
        free = self.idle.get(address)
        while free:
            upstream = free.pop()
            if upstream.is_closed or not (waiter.is_replayable or _is_open(upstream)):
                upstream.abort()
                continue
            waiter.connected(upstream)
            return
        self.waiting.setdefault(address, {})[waiter] = monotonic()
        task = asyncio.get_running_loop().create_task(self._dial(waiter, address))
        self._dials.add(task)
        task.add_done_callback(self._dials.discard)

    def leave(self, waiter: Waiter, address: Address) -> None:
        """The waiter wants none any more; a dial under way goes on."""
        self.waiting.get(address, {}).pop(waiter, None)

    def close(self) -> None:
        """Keeps nothing from now on; what is under way ends."""
        self._is_closed = True
        for free in self.idle.values():
            for upstream in free:
                upstream.transport.close()
        self.idle.clear()
        self._sweep.pools.discard(self)

    def late(self, now: float) -> None:
        """Closes what has been idle for too long; the longest idle ones stand first."""
        for free in self.idle.values():
            while free and free[0].idle_since < now - IDLE_TIMEOUT:
                free.pop(0).transport.close()

    async def _dial(self, waiter: Waiter, address: Address) -> None:
        waiting = self.waiting[address]
        try:
            context = self._context(address)
            self.dialled += 1
            upstream = await dial(
                address, self._settings.upstream_timeout, self._resolver, self._make(address, context)
            )
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
            self._keep(address, upstream)

    def _make(self, address: Address, context: "ssl.SSLContext | None") -> Callable[[], Upstream]:
        def idle(upstream: Upstream) -> None:
            self._keep(address, upstream)

        def gone(upstream: Upstream) -> None:
            free = self.idle.get(address, [])
            if upstream in free:
                free.remove(upstream)

        return lambda: Upstream(context, idle, gone, monotonic())

    def _keep(self, address: Address, upstream: Upstream) -> None:
        waiters = self.waiting.get(address)
        waiting = [one for one, since in waiters.items() if since < monotonic() - PATIENCE] if waiters else None
        if self._settings.proxy_close_connections or self._is_closed or upstream.created < self._oldest:
            upstream.is_closed = True
            upstream.transport.close()
        elif waiting:
            waiter = waiting[0]
            self.leave(waiter, address)
            # It may be the answer to this very connection's last request that is still being told about.
            asyncio.get_running_loop().call_soon(self._hand_over, address, waiter, upstream)
        else:
            free = self.idle.setdefault(address, [])
            if len(free) >= self._settings.idle_per_host:
                upstream.is_closed = True
                upstream.transport.close()
                return
            upstream.idle_since = upstream.now
            free.append(upstream)
            if 0 < self._settings.max_idle_connections < len(self._all_idle()):
                self._close_oldest()

    def _hand_over(self, address: Address, waiter: Waiter, upstream: Upstream) -> None:
        if upstream.is_closed:
            self.take(waiter, address)
        else:
            waiter.now = monotonic()
            waiter.connected(upstream)

    def _all_idle(self) -> list[Upstream]:
        return [one for free in self.idle.values() for one in free]

    def _close_oldest(self) -> None:
        free = next(one for one in self.idle.values() if one)
        upstream = free.pop(0)
        upstream.transport.close()

    def _renew(self) -> None:
        """After max_conn_time no connection made before is used again."""
        now = monotonic()
        if self._oldest == float("-inf"):
            self._oldest = now
        elif now - self._oldest > self._settings.max_conn_time:
            self._oldest = now
            for upstream in self._all_idle():
                upstream.transport.close()
            self.idle.clear()

    def _context(self, address: Address) -> "ssl.SSLContext | None":
        if address.scheme != "https":
            return None
        if address.host not in self._contexts:
            self._contexts[address.host] = tls.context(self._wanted, address.host)
        return self._contexts[address.host]


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
