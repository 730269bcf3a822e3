"""Segments dropped for their timestamps."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.rate(lambda at: at.tcp_ext("PAWSActive", "PAWSEstab", "TSEcrRejected")))


TCP_TIMESTAMPS_PAWS = LimitCheck(
    title="Segments rejected for their timestamps",
    read=read,
    unit="segments/s",
    warn=above(0),
    crit=above(1),
    source=("/proc/<pid>/net/netstat TcpExt PAWSActive, PAWSEstab, TSEcrRejected",),
    rate=True,
    why="Clients behind one address translator look like one whose clock goes back, and are dropped",
    fixes=(Fix(text="Look at source NAT in front of the node; never use tcp_tw_recycle on old kernels"),),
    explains=("upstream_dial_timeout", "client_canceled"),
    shows="connect timeouts of some clients behind one address",
    basis="RFC 7323",
)
