"""The ports that outgoing connections get, and who has taken them."""

from collections import Counter

from gwdiag.limits.check import Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment
from gwdiag.limits.sockets import State
from gwdiag.model.dataclass import dataclass

RANGE = "net/ipv4/ip_local_port_range"
RESERVED = "net/ipv4/ip_local_reserved_ports"
TIME_WAIT_S = 60
"""Seconds for which a closed connection keeps its port: TCP_TIMEWAIT_LEN of the kernel, not to be set."""


def port_range(moment: Moment) -> range:
    """All ports of the range, reserved ones among them."""
    path = moment.setting(RANGE)
    figures = moment.numbers(path)
    if len(figures) != 2 or not 0 < figures[0] <= figures[1] <= 65535:
        raise Unreadable(f"/{path} is damaged")
    return range(figures[0], figures[1] + 1)


def reserved_ports(moment: Moment) -> set[int]:
    """Ports that no outgoing connection gets by itself: `8080,9000-9100`, or nothing."""
    path = moment.setting(RESERVED)
    found: set[int] = set()
    for part in moment.text(path).strip().split(","):
        first, dash, last = part.strip().partition("-")
        if not first:
            continue
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise Unreadable(f"/{path} is damaged: {part[:40]!r}")
        found.update(range(int(first), int(last or first) + 1))
    return found


def usable_ports(moment: Moment) -> set[int]:
    """The ports of the range that are not reserved; reserved ones that cannot be read are none."""
    try:
        reserved = reserved_ports(moment)
    except Unreadable:
        reserved = set()
    return set(port_range(moment)) - reserved


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of which most ports are taken. Each pair of addresses and port has the whole range for itself."""

    upstream: str
    taken: int
    waiting: int


def busiest(host: Host) -> Destination | None:
    """Of all destinations the one with the most local ports in use, TIME_WAIT among them."""
    listening = {one.local_port for one in host.now.connections if one.state == State.LISTEN}
    taken: Counter[tuple[str, str]] = Counter()
    waiting: Counter[tuple[str, str]] = Counter()
    for one in host.now.connections:
        if one.state != State.LISTEN and one.local_port not in listening:
            taken[one.local, one.upstream] += 1
            waiting[one.local, one.upstream] += one.state == State.TIME_WAIT
    if not taken:
        return None
    [(most, count)] = taken.most_common(1)
    return Destination(most[1], count, waiting[most])
