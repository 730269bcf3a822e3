"""Open files and sockets against the limit of the process."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.host import Host, names, share


def read(host: Host) -> Reading:
    soft, hard = host.now.rlimit("Max open files")
    used = len(host.now.descriptors)
    kinds = _kinds(host)
    if soft == float("inf"):
        return Reading(value=0.0, used=used, note="there is no limit")
    return Reading(
        value=share(used, soft),
        used=used,
        limit=soft,
        note=kinds,
        names=names(soft=f"{soft:.0f}", hard="unlimited" if hard == float("inf") else f"{hard:.0f}"),
    )


def _kinds(host: Host) -> str:
    """What they are: a leak of sockets, pipes or files is sought in different places."""
    try:
        targets = host.now.targets
    except Unreadable:
        return ""
    sockets = sum(target.startswith("socket:") for target in targets)
    pipes = sum(target.startswith("pipe:") for target in targets)
    return f"{sockets:,} sockets, {pipes:,} pipes, {len(targets) - sockets - pipes:,} others"


FD_USED_RATIO = LimitCheck(
    title="Open files of the process",
    read=read,
    unit="files",
    share=True,
    warn=above(0.80),
    crit=above(0.95),
    source=("/proc/<pid>/fd", "/proc/<pid>/limits"),
    why="At the limit accept() and socket() fail at once: no client gets in, no upstream and no resolver is reached",
    fixes=(
        Fix(
            text="Raise the limit of the running process",
            command="prlimit --pid {pid} --nofile=80000:80000",
            undo="prlimit --pid {pid} --nofile={soft}:{hard}",
        ),
        Fix(text="Find what piles up, sockets or files, and lower max_idle_connections_per_host if it is idle ones"),
    ),
    explains=("gateway_fd_exhausted", "upstream_dial_timeout", "dns_failure", "dns_not_found", "storage_down"),
    shows="accept4: too many open files; retrying in 5ms",
    basis="netdata's alarm on open files of an application is at 95 %",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
