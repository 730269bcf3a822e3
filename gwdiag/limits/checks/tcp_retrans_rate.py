"""Segments that had to be sent again."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._losses import share_grown
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return share_grown(
        host,
        lambda at: at.counter("snmp", "Tcp", "RetransSegs"),
        lambda at: at.counter("snmp", "Tcp", "OutSegs"),
    )


TCP_RETRANS_RATE = LimitCheck(
    title="Retransmitted segments",
    read=read,
    unit="segments",
    share=True,
    warn=above(0.01),
    crit=above(0.05),
    source=("/proc/<pid>/net/snmp Tcp RetransSegs, OutSegs",),
    rate=True,
    why="The path loses packets: each loss is a wait of 200 ms and more",
    fixes=(Fix(text="See which peers are retransmitted to", command="ss -tnoi state established | grep -B1 retrans"),),
    explains=("upstream_response_timeout", "enforced_timeout", "client_canceled"),
    shows="i/o timeout, slow bodies",
    basis="common practice",
)
