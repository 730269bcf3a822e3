"""Packets dropped before the kernel's network stack took them."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.checks._softnet import column
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.rate(lambda at: column(at, 1)))


NET_SOFTNET_DROP = LimitCheck(
    title="Packets dropped for a full backlog",
    read=read,
    unit="packets/s",
    warn=above(10 / 60),
    crit=above(1),
    source=("/proc/net/softnet_stat, second column",),
    rate=True,
    why="Packets came in faster than a CPU took them over: retransmits, and a long tail of latency",
    fixes=(sysctl("net/core/netdev_max_backlog", 5000, "Allow a longer backlog, and spread interrupts over the CPUs"),),
    explains=("upstream_response_timeout", "upstream_dial_timeout"),
    shows="retransmits, a long tail of latency",
    basis="netdata warns above 10 in a minute",
)
