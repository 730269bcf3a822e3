"""Neighbours that the kernel may remember."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, above, sysctl
from gwdiag.limits.host import Host, share

SETTING = "net/ipv4/neigh/default/gc_thresh3"


def read(host: Host) -> Reading:
    path = host.now.shared_net("arp")
    header, *rows = host.now.lines(path)
    if not header.startswith("IP address"):
        raise Unreadable(f"/{path} is damaged: it has no header")
    count, limit = sum(bool(row.strip()) for row in rows), host.setting(SETTING)
    full, unknown = host.grown_if_known(lambda at: at.per_cpu(at.shared_net("stat/arp_cache"), "table_fulls"))
    return Reading(
        value=share(count, limit),
        used=count,
        limit=limit,
        least=Status.CRIT if full else Status.OK,
        because=f"the table was full {full:,} times in the window",
        unknown=unknown,
    )


NET_ARP = LimitCheck(
    title="Neighbour table",
    read=read,
    unit="neighbours",
    share=True,
    warn=above(0.75),
    conditions="Critical where table_fulls rises.",
    source=("/proc/net/arp", "/proc/sys/net/ipv4/neigh/default/gc_thresh3", "/proc/net/stat/arp_cache"),
    why="When it is full, connections to hosts of the same network fail, now these and now those",
    fixes=(sysctl(SETTING, 8192, "Let the kernel remember more neighbours; gc_thresh1 and gc_thresh2 in proportion"),),
    explains=("upstream_unreachable", "upstream_dial_timeout"),
    shows="no route to host; kernel: neighbor table overflow",
    basis="arp(7); the kernel's own message",
)
