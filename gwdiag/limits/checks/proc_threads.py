"""Threads of the gateway."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.now.status("Threads"))


PROC_THREADS = LimitCheck(
    title="Threads of the process",
    read=read,
    unit="threads",
    warn=above(500),
    crit=above(2000),
    source=("/proc/<pid>/status Threads",),
    why="Each call that blocks in the kernel or in C holds one; Go ends the program at 10,000",
    fixes=(Fix(text="Look for what blocks: a slow disk, look-ups through libc (GODEBUG=netdns=go), plugins"),),
    explains=("gateway_internal", "gateway_overload"),
    shows="runtime: program exceeds 10000-thread limit",
    basis="a judgement; Go's debug.SetMaxThreads",
)
