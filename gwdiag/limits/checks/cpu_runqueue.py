"""Tasks that run or want to run, for each CPU."""

import re

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    running = max(_running(host.now), _of_loadavg(host.now))
    return Reading(value=running / host.now.cpus, used=running, limit=host.now.cpus)


def _running(moment: Moment) -> int:
    return moment.pair("proc/stat", "procs_running")


def _of_loadavg(moment: Moment) -> int:
    try:
        seen = re.match(r"\S+ \S+ \S+ (\d+)/\d+", moment.text("proc/loadavg"))
    except Unreadable:
        return 0
    return int(seen[1]) if seen else 0


CPU_RUNQUEUE = LimitCheck(
    title="Tasks that want to run, for each CPU",
    read=read,
    unit="tasks/CPU",
    warn=above(2),
    crit=above(4),
    source=("/proc/stat procs_running", "/proc/loadavg"),
    why="Whoever waits for a CPU answers late",
    fixes=(Fix(text="Add nodes, or see what else runs here", command="top -b -n 1 | head -20"),),
    explains=("client_canceled", "upstream_response_timeout", "gateway_overload"),
    shows="latency",
    basis="netdata and node-mixin: 2 for each CPU",
)
