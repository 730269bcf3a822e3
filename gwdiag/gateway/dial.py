"""Connections to upstreams, one phase after another: name, address, TLS. Each phase fails in its own words.

Source: net.Dialer of Go 1.26; Tyk 5.14 gives proxy_default_timeout to name and address together and ten seconds to TLS.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from gwdiag.gateway import faults
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.resolver import Resolver
from gwdiag.gateway.rounds import Rounds
from gwdiag.gateway.stream import Stream

if TYPE_CHECKING:
    from gwdiag.gateway.upstream import Upstream

HANDSHAKE_TIMEOUT = 10.0
KEEPALIVE = 30
SHORTEST_TRY = 2.0
"""Seconds that one of several addresses gets at least, where there are as many."""

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """What the connections of a pool go to. `host` as in the target: `10.0.0.1:80`, `orders.example`."""

    scheme: str
    host: str

    def name_and_port(self) -> tuple[str, int]:
        """Raises Fault for a port that is none."""
        name, colon, port = self.host.rpartition(":")
        if not colon or "]" in port:
            return self.host, PORTS[self.scheme]
        if not port:
            return name, PORTS[self.scheme]
        if int(port) > 0xFFFF:
            raise faults.bad_port(port)
        return name, int(port)


async def dial(
    address: Address, timeout: float, resolver: Resolver, rounds: Rounds, make: Callable[[], "Upstream"]
) -> "Upstream":
    """A connection over which requests can go. Raises Fault."""
    end = monotonic() + timeout
    name, port = address.name_and_port()
    try:
        async with asyncio.timeout(timeout):
            addresses = await resolver.addresses(name)
    except TimeoutError:
        raise faults.of_lookup(f"lookup {name}: i/o timeout", is_late=True) from None
    connected, peer = await _first(addresses, port, end)
    upstream = make()
    Stream(rounds, connected, (peer, port), upstream, goes_first=True)
    if address.scheme == "https":
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                await upstream.handshake(name.strip("[]"))
        except TimeoutError:
            upstream.abort()
            raise faults.LATE_HANDSHAKE from None
        except Fault:
            upstream.abort()
            raise
    return upstream


async def _first(addresses: list[str], port: int, end: float) -> tuple[socket.socket, str]:
    """The first address that takes a connection, with it; the fault of the first where none does."""
    failure: Fault | None = None
    for index, address in enumerate(addresses):
        left = end - monotonic()
        share = max(left / (len(addresses) - index), min(SHORTEST_TRY, left))
        try:
            return await _connected(address, port, max(share, 0.0)), address
        except Fault as fault:
            failure = failure or fault
    assert failure is not None  # there is at least one address
    raise failure


async def _connected(address: str, port: int, timeout: float) -> socket.socket:
    shown = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    try:
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise faults.of_dial(error, shown) from None
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE)
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().sock_connect(made, (address, port))
    except TimeoutError:
        made.close()
        raise faults.late_dial(shown) from None
    except ConnectionResetError as error:  # it was connected, and is no more
        local = "{}:{}".format(*made.getsockname()[:2])
        made.close()
        raise faults.of_connection(error, local, shown) from None
    except OSError as error:
        made.close()
        raise faults.of_dial(error, shown) from None
    except BaseException:
        made.close()
        raise
    return made
