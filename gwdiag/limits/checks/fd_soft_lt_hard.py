"""A soft limit that is far below the hard one, though it is in use."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status
from gwdiag.limits.host import Host, names


def read(host: Host) -> Reading:
    soft, hard = host.now.rlimit("Max open files")
    if soft >= hard / 2:
        return Reading(value=soft, note="the soft limit is at least half of the hard one")
    used = len(host.now.descriptors)
    return Reading(
        value=soft,
        least=Status.WARN if used > soft / 2 else Status.OK,
        because=f"{used:,} are open, over half of the soft limit, and the hard limit allows {hard:,.0f}",
        names=names(soft=f"{soft:.0f}", hard="unlimited" if hard == float("inf") else f"{hard:.0f}"),
    )


FD_SOFT_LT_HARD = LimitCheck(
    title="Soft limit of open files against the hard one",
    read=read,
    unit="files",
    conditions="A warning where the soft limit is under half of the hard one and over half of it is in use.",
    source=("/proc/<pid>/limits", "/proc/<pid>/fd"),
    why="The room is there and is not used: Go raises its soft limit itself since 1.19, while nginx "
    "(worker_rlimit_nofile), HAProxy (maxconn) and Python do not",
    fixes=(
        Fix(
            text="Raise the soft limit to the hard one, without a restart",
            command="prlimit --pid {pid} --nofile={hard}:{hard}",
            undo="prlimit --pid {pid} --nofile={soft}:{hard}",
        ),
    ),
    explains=("gateway_fd_exhausted",),
    shows="too many open files",
    basis="a judgement; Go's release notes for 1.19",
)
