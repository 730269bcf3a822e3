"""Connections that no process holds any more and that are not yet closed."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host, share


def read(host: Host) -> Reading:
    orphans, limit = host.now.sockstat("TCP", "orphan"), host.setting("net/ipv4/tcp_max_orphans")
    return Reading(value=share(orphans, limit), used=orphans, limit=limit)


SOCK_ORPHANS = LimitCheck(
    title="Orphaned connections",
    read=read,
    unit="connections",
    share=True,
    warn=above(0.25),
    crit=above(0.50),
    source=("/proc/<pid>/net/sockstat", "/proc/sys/net/ipv4/tcp_max_orphans"),
    why="Near the limit the kernel resets connections that still have data on their way, those of slow clients first",
    fixes=(
        sysctl("net/ipv4/tcp_orphan_retries", 2, "Let go of them sooner"),
        sysctl("net/ipv4/tcp_max_orphans", 262_144, "Allow more of them"),
    ),
    explains=("upstream_reset", "client_canceled"),
    shows="connection reset by peer, at slow clients; kernel: too many orphaned sockets",
    basis="netdata: 25 and 50 %, for the kernel counts some twice",
)
