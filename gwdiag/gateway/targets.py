"""Which target a request goes to: the one of the API, the next of its list, or what discovery found.

Source: Tyk 5.14, load balancing. Without uptime tests nothing is skipped and nothing is tried twice.
"""

from collections.abc import Callable, Sequence

from gwdiag.gateway.urls import Url, parse


class NoTarget(Exception):
    """Why there is none, in Tyk's words; the client is told that all hosts are down."""


class RoundRobin:
    """The first call gives the first."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        self._next = 0

    def pick(self, targets: Sequence[Url], is_down: Callable[[Url], bool] | None) -> Url:
        """`is_down` None: nobody looks. Raises NoTarget."""
        if not targets:
            raise NoTarget("index out of range")
        first = self._next % len(targets)
        self._next = first + 1
        for step in range(len(targets)):
            target = targets[(first + step) % len(targets)]
            if is_down is None or not is_down(target):
                return target
        raise NoTarget("all hosts are down, uptime tests are failing")


def target_of(host: str, scheme: str) -> Url:
    """An entry of a list; without a scheme it gets the API's. Raises BadUrl."""
    host = host.strip()
    if "://" not in host:
        host = f"{scheme}://{host}"
    return parse(host.replace("h2c://", "http://", 1))
