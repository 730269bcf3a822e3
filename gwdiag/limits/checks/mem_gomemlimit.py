"""Whether Go's garbage collector knows the memory limit."""

import re

from gwdiag.limits.cgroups import least_memory
from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.checks._go import not_go
from gwdiag.limits.host import Host, names, share

UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
NEAR = 0.95


def read(host: Host) -> Reading:
    if reading := not_go(host.now):
        return reading
    written = host.now.environment.get("GOMEMLIMIT", "")
    limit = least_memory(host.now)
    if limit is None:
        return Reading(note="there is no memory limit")
    enough = names(enough=f"{limit * 9 // 10 >> 20}MiB")
    if written in ("", "off"):
        return Reading(
            limit=limit, least=Status.WARN, because="GOMEMLIMIT is not set, and there is a limit", names=enough
        )
    wanted = size(written)
    return Reading(
        value=share(wanted, limit),
        used=wanted,
        limit=limit,
        least=Status.CRIT if wanted > limit else Status.WARN if wanted > NEAR * limit else Status.OK,
        because=f"GOMEMLIMIT={written} leaves no room below the limit for what is not Go's heap",
        names=enough,
    )


def size(written: str) -> int:
    """Bytes, as Go reads them: a whole number with B, KiB, MiB, GiB or TiB, or with none."""
    seen = re.fullmatch(r"([0-9]{1,19})([KMGT]iB|B|)", written)
    if not seen:
        raise Unreadable(f"GOMEMLIMIT={written[:40]} is nothing that Go can read")
    return int(seen[1]) * UNITS[seen[2]]


MEM_GOMEMLIMIT = LimitCheck(
    title="GOMEMLIMIT against the memory limit",
    read=read,
    unit="bytes",
    share=True,
    conditions="A warning where it is not set though there is a limit, or above 95 % of it; critical above the limit.",
    source=("/proc/<pid>/environ GOMEMLIMIT", "<cgroup>/memory.max of the process's group and all above it"),
    why="Without it the garbage collector does not know of the limit: the heap doubles past it and the kernel kills",
    fixes=(Fix(text="Set GOMEMLIMIT={enough}, 90 % of the limit, in the gateway's environment and restart it"),),
    explains=("gateway_out_of_memory",),
    shows="an out-of-memory kill, or all CPU in the garbage collector",
    basis="Go's guide to its garbage collector",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
