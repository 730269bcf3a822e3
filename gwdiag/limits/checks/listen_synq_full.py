"""Half-open connections that found no room."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.rate(lambda at: at.tcp_ext("TCPReqQFullDrop", "TCPReqQFullDoCookies")))


LISTEN_SYNQ_FULL = LimitCheck(
    title="Full SYN queues",
    read=read,
    unit="times/s",
    warn=above(0),
    crit=above(1),
    source=("/proc/<pid>/net/netstat TcpExt TCPReqQFullDrop, TCPReqQFullDoCookies",),
    rate=True,
    why="A flood of SYNs, or clients whose answer does not come back, fill the queue of half-open connections",
    fixes=(sysctl("net/ipv4/tcp_max_syn_backlog", 4096, "Allow more half-open connections"),),
    explains=("upstream_dial_timeout", "gateway_overload"),
    shows="clients time out while they connect",
    basis="netdata's alarm on the SYN queue",
)
