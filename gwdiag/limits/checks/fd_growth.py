"""Descriptors that become more and more while the gateway runs."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, above
from gwdiag.limits.host import Host, share
from gwdiag.limits.moment import Moment

COME_AND_GO = 5
"""Descriptors by which any two readings of a working gateway may differ."""
HOUR = 3600.0


def read(host: Host) -> Reading:
    soft, _ = host.now.rlimit("Max open files")
    used = _open(host.now)
    earlier, seconds = _open(host.earlier), host.window
    if host.rebooted or host.restarted:
        host.grown(_open, of_process=True)  # says which of the two
    more = used - earlier
    if soft == float("inf") or more <= COME_AND_GO:
        return Reading(value=0.0, used=used, limit=None if soft == float("inf") else soft)
    left_s = (soft - used) / (more / seconds)
    return Reading(
        value=share(more, soft) * 60 / seconds,
        used=used,
        limit=soft,
        least=Status.CRIT if left_s < HOUR else Status.OK,
        because=f"at this pace the limit is reached in {left_s / 60:,.0f} min",
        note=f"{more:,} more than {seconds:g} s before",
    )


def _open(moment: Moment) -> int:
    return len(moment.descriptors)


FD_GROWTH = LimitCheck(
    title="Growth of open files, each minute, against the limit",
    read=read,
    unit="files",
    share=True,
    warn=above(0.01),
    conditions="Critical where the limit would be reached within an hour.",
    source=("/proc/<pid>/fd", "/proc/<pid>/limits"),
    rate=True,
    why="With steady traffic the number is steady; what only rises is a leak, or an upstream that got slow",
    fixes=(Fix(text="Look for answers whose body is never closed, and at sock.close_wait; restart to gain time"),),
    explains=("gateway_fd_exhausted",),
    shows="memory that rises, then: too many open files",
    basis="a judgement",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
