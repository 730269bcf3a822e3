"""Retransmission timers that fired, and connections that were given up."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, above
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    fired = host.rate(lambda at: at.tcp_ext("TCPTimeouts"))
    given_up = host.grown(lambda at: at.tcp_ext("TCPAbortOnTimeout"))
    return Reading(
        value=fired,
        least=Status.CRIT if given_up else Status.OK,
        because=f"{given_up:,} connections were given up",
    )


TCP_TIMEOUTS = LimitCheck(
    title="Retransmission timeouts",
    read=read,
    unit="timeouts/s",
    warn=above(1),
    conditions="Critical where connections are given up (TCPAbortOnTimeout).",
    source=("/proc/<pid>/net/netstat TcpExt TCPTimeouts, TCPAbortOnTimeout",),
    rate=True,
    why="Peers that say nothing at all, for so long that TCP starts anew",
    fixes=(Fix(text="See which connections have a running timer", command="ss -tno | grep 'timer:(on'"),),
    explains=("upstream_dial_timeout", "upstream_response_timeout"),
    shows="connection timed out",
    basis="a judgement",
)
