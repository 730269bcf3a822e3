"""Threads that wait for a disk and cannot be interrupted."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.checks._threads import threads
from gwdiag.limits.host import Host
from gwdiag.limits.moment import stat_fields


def read(host: Host) -> Reading:
    states = []
    for thread in threads(host.now):
        path = host.now.of_process(f"task/{thread}/stat")
        try:
            states.append(stat_fields(host.now.text(path), path)[0])
        except Unreadable as unreadable:
            if "is not there" not in str(unreadable):  # one that has ended since
                raise
    if not states:
        raise Unreadable(f"/{host.now.of_process('task')} names no thread")
    return Reading(value=states.count("D"), note=f"of {len(states):,}")


PROC_STATE_D = LimitCheck(
    title="Threads in uninterruptible sleep",
    read=read,
    unit="threads",
    warn=above(0),
    crit=above(2),
    source=("/proc/<pid>/task/*/stat",),
    why="They wait for a disk or a network file system, often to write a log line, and requests wait with them",
    fixes=(Fix(text="See what they wait for", command="grep . /proc/{pid}/task/*/wchan | sort | uniq -c"),),
    explains=("upstream_response_timeout", "client_canceled"),
    shows="requests that hang",
    basis="a judgement; proc_pid_stat(5)",
)
