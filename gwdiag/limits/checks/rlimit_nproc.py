"""Threads against what the gateway's user may have."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host, names, share


def read(host: Host) -> Reading:
    soft, hard = host.now.rlimit("Max processes")
    threads = host.now.status("Threads")
    if soft == float("inf"):
        return Reading(value=0.0, used=threads, note="there is no limit")
    return Reading(
        value=share(threads, soft),
        used=threads,
        limit=soft,
        note="of this process; its user's others count too",
        names=names(soft=f"{soft:.0f}", hard="unlimited" if hard == float("inf") else f"{hard:.0f}"),
    )


RLIMIT_NPROC = LimitCheck(
    title="Threads against the user's limit",
    read=read,
    unit="threads",
    share=True,
    warn=above(0.80),
    crit=above(0.95),
    source=("/proc/<pid>/limits", "/proc/<pid>/status Threads"),
    why="It counts the threads of all processes of the user: another service of the same user may use it up",
    fixes=(
        Fix(
            text="Raise it for the running process; LimitNPROC in the unit for good",
            command="prlimit --pid {pid} --nproc={hard}:{hard}",
            undo="prlimit --pid {pid} --nproc={soft}:{hard}",
        ),
    ),
    explains=("gateway_internal", "gateway_overload"),
    shows="errno=11, resource temporarily unavailable",
    basis="a judgement; getrlimit(2)",
)
