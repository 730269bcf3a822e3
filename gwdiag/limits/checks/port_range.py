"""How many connections one destination can have at a time."""

from gwdiag.limits.check import LimitCheck, Reading, below, sysctl
from gwdiag.limits.checks._local_ports import RANGE, TIME_WAIT_S, port_range, usable_ports
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    ports = port_range(host.now)
    usable = len(usable_ports(host.now))
    return Reading(
        value=usable,
        note=f"{ports[0]} to {ports[-1]}; without keep-alive {usable // TIME_WAIT_S:,} new connections a second to a "
        "destination",
    )


PORT_RANGE = LimitCheck(
    title="Local ports for outgoing connections",
    read=read,
    unit="ports",
    warn=below(28_000),
    crit=below(10_000),
    source=("/proc/sys/net/ipv4/ip_local_port_range", "/proc/sys/net/ipv4/ip_local_reserved_ports"),
    why="Each pair of addresses and destination port has these, and a closed connection keeps its one for 60 s",
    fixes=(sysctl(RANGE, "1024 65535", "Widen the range; reserve the ports that services listen on"),),
    explains=("gateway_port_exhausted",),
    shows="connect: cannot assign requested address",
    basis="the kernel's default range, 32768 to 60999, has 28,232 ports",
)
