"""SYNs that nobody answered."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._losses import share_grown
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return share_grown(
        host,
        lambda at: at.tcp_ext("TCPSynRetrans"),
        lambda at: at.counter("snmp", "Tcp", "ActiveOpens"),
    )


TCP_SYN_RETRANS = LimitCheck(
    title="Retransmitted SYNs",
    read=read,
    unit="SYNs to connects",
    share=True,
    warn=above(0.005),
    crit=above(0.05),
    source=("/proc/<pid>/net/netstat TcpExt TCPSynRetrans", "/proc/<pid>/net/snmp Tcp ActiveOpens"),
    rate=True,
    why="One for each SYN that was lost: a firewall that drops, a full accept queue at the upstream, or a lossy path",
    fixes=(Fix(text="See who does not answer", command="ss -tno state syn-sent"),),
    explains=("upstream_dial_timeout",),
    shows="dial tcp: i/o timeout; connects that take 1, 2 or 3 s",
    basis="a judgement; the counter rises by one for each lost SYN",
)
