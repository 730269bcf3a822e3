"""Whether there is a way to the upstreams at all."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status
from gwdiag.limits.checks._routes import routes_v4, routes_v6
from gwdiag.limits.host import Host

HALVES = 2
"""0.0.0.0/1 and 128.0.0.0/1 together are a default route, as VPN clients set it."""


def read(host: Host) -> Reading:
    four, six = routes_v4(host.now), routes_v6(host.now)
    halves = {one.destination for one in four if one.prefix == 1 and one.interface}
    ways = sorted({one.interface for one in [*four, *six] if one.is_default})
    nowhere = [one for one in four if not one.interface]
    if not ways and len(halves) < HALVES:
        return Reading(value=0, least=Status.CRIT, because="there is no default route, neither for IPv4 nor for IPv6")
    return Reading(
        value=len(ways) or len(halves),
        least=Status.WARN if nowhere else Status.OK,
        because=f"{len(nowhere)} of the routes lead nowhere (blackhole, unreachable or prohibit)",
        note=f"by {', '.join(ways)}" if ways else "in two halves",
    )


IP_ROUTE = LimitCheck(
    title="Default routes",
    read=read,
    unit="routes",
    conditions="A warning where routes lead nowhere; critical where there is no default route.",
    source=("/proc/<pid>/net/route", "/proc/<pid>/net/ipv6_route"),
    why="The error tells which: invalid argument is a blackhole, no route to host unreachable, permission denied "
    "prohibit, network is unreachable no route",
    fixes=(Fix(text="See the way to an upstream", command="ip route get <address of the upstream>"),),
    explains=("upstream_unreachable",),
    shows="connect: network is unreachable; connect: no route to host; connect: invalid argument",
    basis="ip-route(8)",
)
