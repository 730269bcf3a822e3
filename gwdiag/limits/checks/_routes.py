"""The routes of the gateway's namespace. Source: net/ipv4/fib_trie.c and net/ipv6/route.c of the kernel."""

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment, hexadecimal
from gwdiag.model.dataclass import dataclass

UP, REJECT = 0x0001, 0x0200


@dataclass(frozen=True, slots=True)
class Route:
    """A route. `interface` is empty where it leads nowhere: blackhole, unreachable, prohibit."""

    interface: str
    destination: int
    prefix: int

    @property
    def is_default(self) -> bool:
        return self.prefix == 0 and bool(self.interface)


def routes_v4(moment: Moment) -> list[Route]:
    path = moment.net("route")
    header, *rows = moment.lines(path)
    if not header.startswith("Iface"):
        raise Unreadable(f"/{path} is damaged: it has no header")
    found = []
    for row in rows:
        words = row.split()
        if len(words) < 8:
            raise Unreadable(f"/{path} is damaged: {row[:60]!r}")
        flags = hexadecimal(words[3], path)
        if flags & UP:
            nowhere = words[0] == "*" or bool(flags & REJECT)
            mask = hexadecimal(words[7], path)
            found.append(Route("" if nowhere else words[0], hexadecimal(words[1], path), mask.bit_count()))
    return found


def routes_v6(moment: Moment) -> list[Route]:
    """Without IPv6 there is no such file. What the kernel keeps for itself, on `lo`, leads nowhere."""
    path = moment.net("ipv6_route")
    if not moment.can_read(path):
        return []
    found = []
    for row in moment.lines(path):
        words = row.split()
        if len(words) != 10:
            raise Unreadable(f"/{path} is damaged: {row[:60]!r}")
        flags = hexadecimal(words[8], path)
        if flags & UP:
            nowhere = words[9] == "lo" or bool(flags & REJECT)
            found.append(Route("" if nowhere else words[9], hexadecimal(words[0], path), hexadecimal(words[1], path)))
    return found


def egress(moment: Moment) -> list[str]:
    """The interfaces of default routes. Raises Unreadable where there is none."""
    found = {one.interface for one in routes_v4(moment) if one.is_default}
    if not found:
        found = {one.interface for one in _readable_v6(moment) if one.is_default}
    if not found:
        raise Unreadable("there is no default route, so which interface leads to the upstreams is not known")
    return sorted(found)


def _readable_v6(moment: Moment) -> list[Route]:
    try:
        return routes_v6(moment)
    except Unreadable:
        return []
