"""Times that the kernel had no time left for more packets."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.checks._softnet import column
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.rate(lambda at: column(at, 2)))


NET_SOFTNET_SQUEEZE = LimitCheck(
    title="Packet processing cut short",
    read=read,
    unit="times/s",
    warn=above(10),
    source=("/proc/net/softnet_stat, third column",),
    rate=True,
    why="A CPU is saturated with interrupts of the network: packets wait for the next round",
    fixes=(
        sysctl("net/core/netdev_budget", 600, "Let a round take more packets, and spread interrupts over the CPUs"),
    ),
    explains=("upstream_response_timeout",),
    shows="a long tail of latency",
    basis="netdata's alarm on squeezes",
)
