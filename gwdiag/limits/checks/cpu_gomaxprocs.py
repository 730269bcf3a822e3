"""Threads that a Go program runs at a time, against the CPU time that it may have."""

import re

from gwdiag.limits.cgroups import least_quota
from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.checks._go import not_go
from gwdiag.limits.host import Host, names
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    if reading := not_go(host.now):
        return reading
    given = host.now.environment.get("GOMAXPROCS", "").strip()
    cores = least_quota(host.now)
    if cores is None:
        return Reading(note="there is no quota")
    if re.fullmatch("[1-9][0-9]{0,5}", given):
        return Reading(value=int(given) / cores, used=int(given), limit=cores, names=names(enough=max(1, round(cores))))
    seen = _cpus_allowed(host.now)
    return Reading(
        used=seen,
        limit=cores,
        least=Status.INFO,
        note=f"GOMAXPROCS is not set: it is {seen} before Go 1.25, unless the program follows the quota itself as Tyk "
        "does",
    )


def _cpus_allowed(moment: Moment) -> int:
    for line in moment.lines(moment.of_process("status")):
        if line.startswith("Cpus_allowed_list:"):
            return cpu_list(line.partition(":")[2].strip())
    return moment.cpus


def cpu_list(written: str) -> int:
    """How many CPUs `0-3,8` names."""
    count = 0
    for part in written.split(","):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise Unreadable(f"a list of CPUs is damaged: {written[:40]!r}")
        count += int(last or first) - int(first) + 1
    return count


CPU_GOMAXPROCS = LimitCheck(
    title="GOMAXPROCS against the CPU quota",
    read=read,
    unit="times the quota",
    warn=above(2),
    crit=above(4),
    conditions="Information only where GOMAXPROCS is not set: Go 1.25 and later, and Tyk, follow the quota themselves.",
    source=("/proc/<pid>/environ GOMAXPROCS", "/proc/<pid>/status Cpus_allowed_list", "<cgroup>/cpu.max"),
    why="Many threads use up the quota within the first milliseconds of a period, and the garbage collector with them",
    fixes=(Fix(text="Set GOMAXPROCS={enough} in the gateway's environment and restart it"),),
    explains=("client_canceled", "upstream_response_timeout", "gateway_overload"),
    shows="throttling, long pauses of the garbage collector",
    basis="Go's release notes for 1.25",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
