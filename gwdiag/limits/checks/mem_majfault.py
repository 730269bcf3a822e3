"""Pages that had to be read from a disk."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.rate(lambda at: at.pair("proc/vmstat", "pgmajfault")))


MEM_MAJFAULT = LimitCheck(
    title="Major page faults of the node",
    read=read,
    unit="faults/s",
    warn=above(500),
    crit=above(2000),
    source=("/proc/vmstat pgmajfault",),
    rate=True,
    why="Programs' own pages are thrown out and read back: what happens just before the out-of-memory killer",
    fixes=(Fix(text="See who has the memory", command="ps -eo pid,rss,maj_flt,comm --sort=-rss | head"),),
    explains=("gateway_out_of_memory", "upstream_response_timeout"),
    shows="latency",
    basis="node-mixin: 500 a second",
)
