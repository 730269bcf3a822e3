"""Open files of the whole node."""

from gwdiag.limits.check import LimitCheck, Reading, Unreadable, above, sysctl
from gwdiag.limits.host import Host, share

PATH = "proc/sys/fs/file-nr"


def read(host: Host) -> Reading:
    figures = host.now.numbers(PATH)
    if len(figures) < 3 or figures[0] < 0:
        raise Unreadable(f"/{PATH} is damaged")
    return Reading(value=share(figures[0], figures[2]), used=figures[0], limit=figures[2])


FS_FILE_NR = LimitCheck(
    title="Open files of the node",
    read=read,
    unit="files",
    share=True,
    warn=above(0.70),
    crit=above(0.90),
    source=("/proc/sys/fs/file-nr",),
    why="At the limit every process of the node fails to open anything",
    fixes=(sysctl("fs/file-max", 2_000_000, "Raise the limit of the node"),),
    explains=("gateway_fd_exhausted",),
    shows="too many open files in system",
    basis="node-mixin NodeFileDescriptorLimit: 70 and 90 %",
)
