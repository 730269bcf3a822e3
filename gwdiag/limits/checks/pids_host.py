"""Threads of the whole node against what it can number."""

import re

from gwdiag.limits.check import LimitCheck, Reading, Unreadable, above, sysctl
from gwdiag.limits.host import Host, share


def read(host: Host) -> Reading:
    seen = re.match(r"\S+ \S+ \S+ \d+/(\d+)", host.now.text("proc/loadavg"))
    if not seen:
        raise Unreadable("/proc/loadavg is damaged")
    limit = min(host.setting("kernel/pid_max"), host.setting("kernel/threads-max"))
    return Reading(value=share(int(seen[1]), limit), used=int(seen[1]), limit=limit)


PIDS_HOST = LimitCheck(
    title="Threads of the node",
    read=read,
    unit="threads",
    share=True,
    warn=above(0.85),
    crit=above(0.90),
    source=("/proc/loadavg", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max"),
    why="At the limit nobody on the node gets another thread",
    fixes=(
        sysctl("kernel/pid_max", 4_194_304, "Number more threads"),
        sysctl("kernel/threads-max", 1_000_000, "Allow more threads"),
    ),
    explains=("gateway_internal", "gateway_overload"),
    shows="errno=11, resource temporarily unavailable",
    basis="netdata's alarm on active processes",
)
