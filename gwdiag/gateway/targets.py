"""Which target a request goes to: the one of the API, the next of its list, or what discovery found.

Source: Tyk 5.14, load balancing. Without uptime tests nothing is skipped and nothing is tried twice.
"""

from collections.abc import Callable, Sequence

from gwdiag.gateway import faults
from gwdiag.gateway.dial import PORTS, Address
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.pool import Place, Pool
from gwdiag.gateway.urls import Url, parse

WEBSOCKETS = {"ws": "http", "wss": "https"}


class NoTarget(Exception):
    """Why there is none, in Tyk's words; the client is told that all hosts are down."""


class Target:
    """Where requests can go. `place` has the connections there; without one, `fault` says why none can be made."""

    __slots__ = ("fault", "host", "place", "scheme", "url")

    def __init__(self, url: Url, pool: Pool) -> None:
        self.url, self.host = url, url.host
        self.scheme = WEBSOCKETS.get(url.scheme, url.scheme)
        self.fault: Fault | None = None
        self.place: Place | None = None
        if self.scheme not in PORTS:
            self.fault = faults.bad_scheme(self.scheme)
        elif not self.host:
            self.fault = faults.NO_HOST
        else:
            self.place = pool.place(Address(self.scheme, self.host))


class RoundRobin:
    """The first call gives the first."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0

    def pick(self, targets: Sequence[Target], is_down: Callable[[str], bool] | None) -> Target:
        """`is_down` says it of a host; None: nobody looks. Raises NoTarget."""
        if not targets:
            raise NoTarget("index out of range")
        first = self._next % len(targets)
        self._next = first + 1
        for step in range(len(targets)):
            target = targets[(first + step) % len(targets)]
            if is_down is None or not is_down(target.host):
                return target
        raise NoTarget("all hosts are down, uptime tests are failing")


def target_url(host: str, scheme: str) -> Url:
    """An entry of a list; without a scheme it gets the API's. Raises BadUrl."""
    host = host.strip()
    if "://" not in host:
        host = f"{scheme}://{host}"
    return parse(host.replace("h2c://", "http://", 1))
