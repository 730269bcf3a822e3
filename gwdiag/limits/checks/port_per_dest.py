"""The destination that is nearest to using up its local ports."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above, sysctl
from gwdiag.limits.checks._local_ports import RANGE, TIME_WAIT_S, busiest, usable_ports
from gwdiag.limits.host import Host, share


def read(host: Host) -> Reading:
    usable = usable_ports(host.now)
    most = busiest(host)
    if most is None:
        return Reading(value=0.0, used=0, limit=len(usable), note="no outgoing connection")
    possible = len(usable) / TIME_WAIT_S
    wanted = host.settings.requests_per_s or 0
    lacks = host.settings.closes_connections and wanted > possible
    return Reading(
        value=share(most.taken, len(usable)),
        used=most.taken,
        limit=len(usable),
        least=Status.WARN if lacks else Status.OK,
        because=f"{wanted:,.0f} requests a second close their connections, and {possible:,.0f} a second is the most",
        upstreams=(most.upstream,),
        note=f"to {most.upstream}, {most.waiting:,} in TIME_WAIT; {_pace(host, possible)}",
    )


def _pace(host: Host, possible: float) -> str:
    """How many new connections are possible, and how many the node opens."""
    most = f"without keep-alive at most {possible:,.0f} new connections a second are possible to it"
    try:
        opened = host.rate(lambda at: at.counter("snmp", "Tcp", "ActiveOpens"))
    except Unreadable:
        return most
    return f"{most}; the node opens {opened:,.1f} in all"


PORT_PER_DEST = LimitCheck(
    title="Local ports in use for one destination",
    read=read,
    unit="ports",
    share=True,
    warn=above(0.60),
    crit=above(0.85),
    conditions="Also a warning where more requests a second are to close their connections than ports come free.",
    source=("/proc/<pid>/net/tcp", "/proc/<pid>/net/tcp6", "/proc/sys/net/ipv4/ip_local_port_range"),
    why="Ports run out for one destination while all others go on, so totals hide it; one upstream address or one "
    "Redis behind a gateway is the usual case",
    fixes=(
        Fix(text="Reuse connections: proxy_close_connections false, max_idle_connections_per_host 500"),
        sysctl(RANGE, "1024 65535", "Widen the range"),
        sysctl("net/ipv4/tcp_tw_reuse", 1, "Let new outgoing connections take over ports in TIME_WAIT"),
    ),
    explains=("gateway_port_exhausted",),
    shows="dial tcp 10.0.0.5:443: connect: cannot assign requested address",
    basis="a judgement",
)
