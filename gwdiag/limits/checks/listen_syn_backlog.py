"""How many half-open connections may wait."""

from gwdiag.limits.check import LimitCheck, Reading, below, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.setting("net/ipv4/tcp_max_syn_backlog"))


LISTEN_SYN_BACKLOG = LimitCheck(
    title="Longest SYN queue",
    read=read,
    unit="connections",
    warn=below(1024),
    crit=below(256),
    source=("/proc/sys/net/ipv4/tcp_max_syn_backlog",),
    why="Together with somaxconn it bounds handshakes in progress; clients far away hold theirs for long",
    fixes=(sysctl("net/ipv4/tcp_max_syn_backlog", 4096, "Allow more half-open connections"),),
    explains=("upstream_dial_timeout",),
    shows="clients time out while they connect",
    basis="a judgement; tcp(7)",
)
