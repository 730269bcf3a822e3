"""Memory of the node that is to be had."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, below
from gwdiag.limits.host import Host, share

KIB = 1024


def read(host: Host) -> Reading:
    available = host.now.pair("proc/meminfo", "MemAvailable")
    total = host.now.pair("proc/meminfo", "MemTotal")
    return Reading(value=share(available, total), used=available * KIB, limit=total * KIB)


MEM_HOST_AVAILABLE = LimitCheck(
    title="Available memory of the node",
    read=read,
    unit="bytes",
    share=True,
    warn=below(0.10),
    crit=below(0.05),
    source=("/proc/meminfo MemAvailable, MemTotal",),
    why="Without any the kernel kills whoever is largest, and that is often the gateway",
    fixes=(Fix(text="See who has it", command="ps -eo pid,rss,comm --sort=-rss | head"),),
    explains=("gateway_out_of_memory",),
    shows="a log that ends in the middle, then a start",
    basis="node-mixin: 90 % in use",
)
