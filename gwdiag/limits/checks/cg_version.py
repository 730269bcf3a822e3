"""Which version of control groups holds the gateway."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    path = host.now.of_process("cgroup")
    lines = host.now.lines(path)
    if not all(line.count(":") >= 2 for line in lines):
        raise Unreadable(f"/{path} is damaged")
    unified = any(line.startswith("0::") for line in lines)
    older = [line for line in lines if not line.startswith("0::") and line.split(":")[1]]
    if unified and not older:
        version, words = 2.0, "version 2"
    elif any(not line.split(":")[1].startswith("name=") for line in older):
        version, words = 1.0, "version 1, with the unified hierarchy beside it" if unified else "version 1"
    else:
        version, words = 2.0, "version 2, with named hierarchies beside it"
    return Reading(value=version, least=Status.INFO, note=words)


CG_VERSION = LimitCheck(
    title="Version of control groups",
    read=read,
    conditions="Information only.",
    source=("/proc/<pid>/cgroup", "/proc/<pid>/mountinfo"),
    why="Limits of CPU, memory and threads stand in other files in each",
    shows="nothing",
    basis="cgroups(7)",
)
