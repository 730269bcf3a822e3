"""Mappings of memory, and promises of it."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, above, sysctl
from gwdiag.limits.host import Host, share

NEAR = 0.90
STRICT = 2


def read(host: Host) -> Reading:
    near = _promised(host) if host.setting("vm/overcommit_memory") == STRICT else 0.0
    if near > NEAR:
        return Reading(
            value=near, least=Status.CRIT, because=f"{near:.0%} of what may be promised is, strictly counted"
        )
    limit = host.setting("vm/max_map_count")
    try:
        used = len(host.now.lines(host.now.of_process("maps")))
    except Unreadable as unreadable:
        return Reading(limit=limit, unknown=str(unreadable))
    return Reading(value=share(used, limit), used=used, limit=limit)


def _promised(host: Host) -> float:
    return share(host.now.pair("proc/meminfo", "Committed_AS"), host.now.pair("proc/meminfo", "CommitLimit"))


MEM_OVERCOMMIT_MAPS = LimitCheck(
    title="Memory mappings of the process",
    read=read,
    unit="mappings",
    share=True,
    warn=above(0.80),
    conditions="Critical where memory is promised strictly (overcommit_memory 2) and over 90 % of it is.",
    source=("/proc/sys/vm/max_map_count", "/proc/<pid>/maps", "/proc/sys/vm/overcommit_memory", "/proc/meminfo"),
    why="At either limit the kernel gives no more memory, though there is some",
    fixes=(
        sysctl("vm/max_map_count", 262_144, "Allow more mappings"),
        sysctl("vm/overcommit_memory", 0, "Promise memory by estimate"),
    ),
    explains=("gateway_out_of_memory", "gateway_internal"),
    shows="runtime: cannot allocate memory",
    basis="a judgement; proc_sys_vm(5)",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
