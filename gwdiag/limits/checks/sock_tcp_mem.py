"""Memory that TCP uses for buffers."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, at_least, sysctl
from gwdiag.limits.host import Host, share

SETTING = "net/ipv4/tcp_mem"


def read(host: Host) -> Reading:
    used = host.now.sockstat("TCP", "mem")
    bounds = host.now.numbers(host.now.setting(SETTING))
    if len(bounds) != 3:
        raise Unreadable(f"/proc/sys/{SETTING} is damaged")
    _, pressure, high = bounds
    return Reading(
        value=share(used, high),
        used=used,
        limit=high,
        least=Status.WARN if used >= pressure else Status.OK,
        because=f"it is at the pressure mark, {pressure:,} pages",
    )


SOCK_TCP_MEM = LimitCheck(
    title="Memory of TCP",
    read=read,
    unit="pages",
    share=True,
    crit=at_least(0.90),
    conditions="A warning from the pressure mark on, the second of the three values.",
    source=("/proc/<pid>/net/sockstat", "/proc/sys/net/ipv4/tcp_mem"),
    why="Under pressure windows shrink and bodies crawl; at the limit packets are dropped",
    fixes=(sysctl(SETTING, "786432 1048576 1572864", "Allow more, if the node has it; else fewer connections"),),
    explains=("upstream_response_timeout", "upstream_reset"),
    shows="slow bodies, i/o timeout; kernel: TCP: out of memory",
    basis="tcp(7); netdata's alarm on TCP memory",
)
