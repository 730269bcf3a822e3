"""SYN cookies: the answer of a kernel whose SYN queue is full."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, above, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    dropped = host.grown(lambda at: at.tcp_ext("TCPReqQFullDrop"))
    sent = host.grown(lambda at: at.tcp_ext("SyncookiesSent"))
    try:
        off, unknown = host.setting("net/ipv4/tcp_syncookies") == 0, ""
    except Unreadable as unreadable:
        off, unknown = False, str(unreadable)
    return Reading(
        value=sent,
        least=Status.CRIT if off and dropped else Status.OK,
        because=f"cookies are switched off, and {dropped:,} SYNs were dropped for a full queue",
        unknown=unknown,
    )


LISTEN_SYNCOOKIES = LimitCheck(
    title="SYN cookies sent in the window",
    read=read,
    unit="cookies",
    warn=above(0),
    conditions="Critical where they are switched off while SYNs are dropped for a full queue.",
    source=("/proc/<pid>/net/netstat TcpExt SyncookiesSent, TCPReqQFullDrop", "/proc/sys/net/ipv4/tcp_syncookies"),
    rate=True,
    why="A cookie has no room for TCP's options: such connections are slow for all of their life",
    fixes=(
        sysctl("net/ipv4/tcp_max_syn_backlog", 4096, "Allow more half-open connections, so that cookies are rare"),
        sysctl("net/ipv4/tcp_syncookies", 1, "Keep cookies on: they are better than dropped connections"),
    ),
    explains=("upstream_dial_timeout", "upstream_response_timeout", "gateway_overload"),
    shows="slow answers after a burst",
    basis="netdata's alarm on SYN cookies; tcp(7)",
)
