"""The most that any limit of open files can be set to."""

from gwdiag.limits.check import LimitCheck, Reading, Status, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    highest = host.setting("fs/nr_open")
    _, hard = host.now.rlimit("Max open files")
    return Reading(
        value=highest,
        least=Status.WARN if hard > highest else Status.OK,
        because=f"the process's hard limit is {hard:,.0f}, above it",
    )


FS_NR_OPEN = LimitCheck(
    title="Highest settable limit of open files",
    read=read,
    unit="files",
    conditions="A warning where the process's hard limit is above it.",
    source=("/proc/sys/fs/nr_open", "/proc/<pid>/limits"),
    why="A limit above it is refused: the next start fails, or silently keeps a small limit",
    fixes=(sysctl("fs/nr_open", 1_048_576, "Raise it to what the unit asks for"),),
    explains=("gateway_fd_exhausted",),
    shows="a gateway that starts with a small limit though its unit says infinity",
    basis="setrlimit(2): EPERM above nr_open",
)
