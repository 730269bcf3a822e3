"""Connections dropped at listening sockets, for whatever reason."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    dropped = host.rate(lambda at: at.tcp_ext("ListenDrops"))
    overflown = host.rate(lambda at: at.tcp_ext("ListenOverflows"))
    return Reading(value=dropped, note=f"{max(dropped - overflown, 0):,.1f} of them not for a full accept queue")


LISTEN_DROPS = LimitCheck(
    title="Connections dropped at listening sockets",
    read=read,
    unit="drops/s",
    warn=above(0),
    crit=above(1),
    source=("/proc/<pid>/net/netstat TcpExt ListenDrops, ListenOverflows",),
    rate=True,
    why="All that were turned away: full accept queues, full SYN queues, a lack of memory",
    fixes=(sysctl("net/core/somaxconn", 4096, "Allow a longer queue and restart; see listen.overflows for the rest"),),
    explains=("upstream_dial_timeout", "gateway_overload", "client_canceled"),
    shows="dial tcp: i/o timeout at those who call this node",
    basis="netdata's alarm on listen drops",
)
