"""Whether new connections may take over ports that wait out their minute."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, sysctl
from gwdiag.limits.checks._local_ports import busiest, usable_ports
from gwdiag.limits.host import Host

MANY = 0.60
"""The share of a destination's ports from which port.per_dest warns."""


def read(host: Host) -> Reading:
    reuse = host.setting("net/ipv4/tcp_tw_reuse")
    if host.setting("net/ipv4/tcp_timestamps") == 0:
        return Reading(value=reuse, least=Status.CRIT, because="tcp_timestamps is off, and reuse does not work without")
    return Reading(
        value=reuse,
        least=Status.WARN if reuse == 0 and _is_short_of_ports(host) else Status.OK,
        because="reuse is off while a destination has few ports left (port.per_dest)",
        note={0: "off", 1: "on", 2: "for loopback only"}.get(reuse, ""),
    )


def _is_short_of_ports(host: Host) -> bool:
    try:
        usable = usable_ports(host.now)
        most = busiest(host)
    except Unreadable:
        return False
    return bool(most and most.taken > MANY * len(usable))


TW_REUSE = LimitCheck(
    title="Reuse of ports in TIME_WAIT",
    read=read,
    conditions="A warning where it is off while a destination has used 60 % of its ports; critical without timestamps.",
    source=("/proc/sys/net/ipv4/tcp_tw_reuse", "/proc/sys/net/ipv4/tcp_timestamps"),
    why="With it an outgoing connection takes a port over after a second instead of a minute; the default, 2, does so "
    "on loopback only",
    fixes=(
        sysctl("net/ipv4/tcp_tw_reuse", 1, "Switch it on for a gateway that opens many connections"),
        sysctl("net/ipv4/tcp_timestamps", 1, "Keep timestamps on"),
    ),
    explains=("gateway_port_exhausted",),
    shows="connect: cannot assign requested address",
    basis="ip-sysctl.rst",
)
