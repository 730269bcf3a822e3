"""Processes that the kernel killed for want of memory, anywhere on the node."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    killed = host.grown(lambda at: at.pair("proc/vmstat", "oom_kill"))
    past = host.now.pair("proc/vmstat", "oom_kill")
    return Reading(value=killed, note=f"{past:,} since the node was started" if past else "")


MEM_OOM_KILL_HOST = LimitCheck(
    title="Processes killed for want of memory",
    read=read,
    unit="processes",
    warn=above(0),
    source=("/proc/vmstat oom_kill",),
    rate=True,
    why="If it was the gateway, all its requests were cut; if it was another, the next may be the gateway",
    fixes=(Fix(text="See who was killed", command="journalctl -k --grep 'Out of memory'"),),
    explains=("gateway_out_of_memory", "upstream_dial_refused"),
    shows="a restart without a shutdown",
    basis="node_exporter's vmstat collector",
)
