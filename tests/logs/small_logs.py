"""Small logs put together from stretches of traffic, for the tests of conclusions."""

from tests.tyk_log import access, old_access, old_proxy_error, proxy_error

REFUSED = "dial tcp 10.20.0.31:9001: connect: connection refused"

Timed = list[tuple[float, str]]
"""Lines with the second at which each is written."""


def moments(begin: float, end: float, every: float) -> list[float]:
    """From begin up to, and without, end."""
    return [begin + number * every for number in range(round((end - begin) / every))]


def successes(begin: float, end: float, every: float = 0.5, **more: object) -> Timed:
    return [
        (second, access(second, **({"client": f"203.0.113.{number % 9}"} | more)))  # type: ignore[arg-type]
        for number, second in enumerate(moments(begin, end, every))
    ]


def failures(
    begin: float,
    end: float,
    every: float = 0.5,
    *,
    error: str = REFUSED,
    status: int = 500,
    flag: str = "UCF",
    server: str = "orders.internal:9001",
    **more: object,
) -> Timed:
    """Failed requests as 5.14 logs them: the message, then the access line."""
    found: Timed = []
    for number, second in enumerate(moments(begin, end, every)):
        about = {"client": f"203.0.113.{number % 9}", "upstream": f"http://{server}"} | more
        whose = {key: about[key] for key in ("api", "client") if key in about}
        found.append((second, proxy_error(second, error, server=server, **whose)))  # type: ignore[arg-type]
        found.append((second, access(second, status=status, flag=flag, **about)))  # type: ignore[arg-type]
    return found


def old_successes(begin: float, end: float, every: float = 0.5, **more: object) -> Timed:
    return [(second, old_access(second, **more)) for second in moments(begin, end, every)]  # type: ignore[arg-type]


def old_failures(begin: float, end: float, every: float = 0.5, *, error: str = REFUSED, status: int = 500) -> Timed:
    """The same as 5.8 logs them."""
    found: Timed = []
    for second in moments(begin, end, every):
        found += [(second, old_proxy_error(second, error)), (second, old_access(second, status=status))]
    return found


def log(*stretches: Timed) -> list[str]:
    """The lines of all stretches in the order of time."""
    every = [timed for stretch in stretches for timed in stretch]
    return [line for _, line in sorted(every, key=lambda timed: timed[0])]
