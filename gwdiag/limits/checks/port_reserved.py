"""Ports that outgoing connections may not take, and the one that they should not."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, above, sysctl
from gwdiag.limits.checks._local_ports import RESERVED, port_range, reserved_ports
from gwdiag.limits.host import Host, share


def read(host: Host) -> Reading:
    ports, reserved = port_range(host.now), reserved_ports(host.now)
    inside = reserved & set(ports)
    try:
        exposed = [port for port in host.listening_ports() if port in ports and port not in reserved]
    except Unreadable:
        exposed = []
    return Reading(
        value=share(len(inside), len(ports)),
        used=len(inside),
        limit=len(ports),
        least=Status.CRIT if exposed else Status.OK,
        because=f"the gateway listens on {', '.join(map(str, exposed))}, within the range and not reserved",
    )


PORT_RESERVED = LimitCheck(
    title="Reserved local ports",
    read=read,
    unit="ports",
    share=True,
    warn=above(0.30),
    conditions="Critical where the gateway listens on a port within the range that is not reserved.",
    source=("/proc/sys/net/ipv4/ip_local_reserved_ports", "/proc/sys/net/ipv4/ip_local_port_range"),
    why="While the gateway restarts an outgoing connection may take its port, and then it cannot start",
    fixes=(sysctl(RESERVED, "8080", "Reserve the port that the gateway listens on"),),
    explains=("gateway_port_exhausted", "upstream_dial_refused"),
    shows="listen tcp :32800: bind: address already in use",
    basis="a judgement; ip-sysctl.rst",
)
