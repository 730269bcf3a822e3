"""IPv6 that is switched off while something uses it."""

from ipaddress import ip_address

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, sysctl
from gwdiag.limits.checks._routes import routes_v6
from gwdiag.limits.host import Host
from gwdiag.limits.sockets import State


def read(host: Host) -> Reading:
    off = host.setting("net/ipv6/conf/all/disable_ipv6")
    upstreams = sorted(one for one in host.settings.upstream_hosts if _is_v6(one))
    if off:
        used = _listeners_v6(host)
        because = f"the gateway listens on [::]:{used[0]}" if used else f"{', '.join(upstreams)} has IPv6 only"
        return Reading(value=off, least=Status.CRIT if used or upstreams else Status.OK, because=because)
    has_way = any(one.is_default for one in routes_v6(host.now))
    return Reading(
        value=off,
        least=Status.WARN if upstreams and not has_way else Status.OK,
        because=f"there is no IPv6 route to {', '.join(upstreams)}",
        note="" if has_way else "there is no IPv6 default route: an upstream's AAAA address is of no use here",
    )


def _is_v6(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).version == 6
    except ValueError:
        return False


def _listeners_v6(host: Host) -> list[int]:
    try:
        ports = host.listening_ports()
    except Unreadable:
        ports = ()
    return sorted(
        one.local_port
        for one in host.now.connections
        if one.state == State.LISTEN and one.local == "::" and one.local_port in ports
    )


IP_V6 = LimitCheck(
    title="IPv6 switched off",
    read=read,
    conditions="Critical where it is off and the gateway listens on [::], or an upstream has IPv6 only; a warning "
    "where such an upstream has no route.",
    source=(
        "/proc/sys/net/ipv6/conf/all/disable_ipv6",
        "/proc/<pid>/net/ipv6_route",
        "/proc/<pid>/net/tcp6",
    ),
    why="An AAAA address is tried first and fails: at once where IPv6 is off, later where packets get lost",
    fixes=(
        sysctl("net/ipv6/conf/all/disable_ipv6", 0, "Switch IPv6 on"),
        Fix(text="Or have the resolver leave AAAA out, and listen on 0.0.0.0"),
    ),
    explains=("upstream_unreachable", "gateway_port_exhausted"),
    shows="dial tcp [2001:db8::1]:443: connect: cannot assign requested address; network is unreachable",
    basis="ip-sysctl.rst",
)
