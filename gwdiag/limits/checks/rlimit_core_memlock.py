"""Whether a crash leaves a core file, and how much memory may be locked."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    core, _ = host.now.rlimit("Max core file size")
    locked, _ = host.now.rlimit("Max locked memory")
    words = "a crash leaves no core file" if core == 0 else "a crash leaves a core file"
    allowed = "any amount of" if locked == float("inf") else f"{locked:,.0f} bytes of"
    return Reading(least=Status.INFO, note=f"{words}; {allowed} memory may be locked")


RLIMIT_CORE_MEMLOCK = LimitCheck(
    title="Core files and locked memory",
    read=read,
    conditions="Information only.",
    source=("/proc/<pid>/limits",),
    why="Without a core file a crash leaves no evidence but its last words",
    fixes=(Fix(text="Allow core files: LimitCORE=infinity in the unit"),),
    explains=("gateway_internal",),
    shows="nothing",
    basis="core(5)",
)
