"""Handshakes that were dropped because the accept queue was full."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.rate(lambda at: at.tcp_ext("ListenOverflows")))


LISTEN_OVERFLOWS = LimitCheck(
    title="Overflows of accept queues",
    read=read,
    unit="overflows/s",
    warn=above(0),
    crit=above(1),
    source=("/proc/<pid>/net/netstat TcpExt ListenOverflows",),
    rate=True,
    why="Each is a client whose handshake was dropped in silence; it tries again a second later, or gives up",
    fixes=(
        sysctl("net/core/somaxconn", 4096, "Allow a longer queue and restart; first see what keeps it from accepting"),
    ),
    explains=("upstream_dial_timeout", "gateway_overload", "client_canceled"),
    shows="dial tcp: i/o timeout at those who call this node; connects that take 1, 2 or 3 s",
    basis="netdata warns above one in a second, over a minute",
)
