"""Closed connections that wait out their minute."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, above
from gwdiag.limits.host import Host, share


def read(host: Host) -> Reading:
    waiting = host.now.sockstat("TCP", "tw")
    limit = host.setting("net/ipv4/tcp_max_tw_buckets")
    lost, unknown = host.grown_if_known(lambda at: at.tcp_ext("TCPTimeWaitOverflow"))
    return Reading(
        value=share(waiting, limit),
        used=waiting,
        limit=limit,
        least=Status.CRIT if lost else Status.OK,
        because=f"{lost:,} connections were not let wait, for want of room",
        unknown=unknown,
    )


TW_COUNT = LimitCheck(
    title="Connections in TIME_WAIT",
    read=read,
    unit="connections",
    share=True,
    warn=above(0.50),
    crit=above(0.90),
    conditions="Critical where TCPTimeWaitOverflow rises.",
    source=("/proc/<pid>/net/sockstat", "/proc/sys/net/ipv4/tcp_max_tw_buckets"),
    why="Whoever closes waits: many of them mean that the gateway closes its upstream connections and reuses none",
    fixes=(
        Fix(
            text="Reuse upstream connections: proxy_close_connections false. tcp_fin_timeout has nothing to do with it"
        ),
    ),
    explains=("gateway_port_exhausted",),
    shows="connect: cannot assign requested address",
    basis="a judgement; ip-sysctl.rst",
)
