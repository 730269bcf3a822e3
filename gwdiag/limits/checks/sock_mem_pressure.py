"""Received data and connections that the kernel throws away for want of memory."""

from gwdiag.limits.check import LimitCheck, Reading, Status, above, sysctl
from gwdiag.limits.host import Host

COUNTERS = (
    "TCPMemoryPressures",
    "PruneCalled",
    "RcvPruned",
    "OfoPruned",
    "TCPAbortOnMemory",
    "TCPBacklogDrop",
    "TCPRcvQDrop",
    "TCPWqueueTooBig",
)


def read(host: Host) -> Reading:
    every = host.grown(lambda at: at.tcp_ext(*COUNTERS))
    aborted, _ = host.grown_if_known(lambda at: at.tcp_ext("TCPAbortOnMemory"))
    return Reading(
        value=every,
        least=Status.CRIT if aborted else Status.OK,
        because=f"{aborted:,} connections were aborted for want of memory",
    )


SOCK_MEM_PRESSURE = LimitCheck(
    title="Data thrown away for want of memory",
    read=read,
    unit="times",
    warn=above(0),
    conditions="Critical where TCPAbortOnMemory rises.",
    source=(f"/proc/<pid>/net/netstat TcpExt {', '.join(COUNTERS)}",),
    rate=True,
    why="The kernel drops what has arrived, or whole connections, because buffers are full",
    fixes=(sysctl("net/ipv4/tcp_mem", "786432 1048576 1572864", "Allow TCP more memory, if the node has it"),),
    explains=("upstream_reset", "client_canceled"),
    shows="connection reset by peer",
    basis="a judgement; the kernel's SNMP counters",
)
