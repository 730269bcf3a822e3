"""How often threads of the gateway were taken off the CPU against their will."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.checks._threads import threads
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment

NAME = "nonvoluntary_ctxt_switches"


def read(host: Host) -> Reading:
    return Reading(value=host.rate(_switches, of_process=True) / host.now.cpus)


def _switches(moment: Moment) -> int:
    """Of all threads where they can be read, else of the first, which is all that the process's own status has."""
    total = 0
    for thread in threads(moment):
        try:
            total += moment.pair(moment.of_process(f"task/{thread}/status"), NAME)
        except Unreadable:  # it has ended, or was not recorded
            continue
    return max(total, moment.status(NAME))


CPU_CTX_INVOL = LimitCheck(
    title="Threads taken off the CPU, for each core",
    read=read,
    unit="switches/s",
    warn=above(1000),
    crit=above(5000),
    source=("/proc/<pid>/status", "/proc/<pid>/task/*/status"),
    rate=True,
    why="More threads want to run than there are CPUs",
    fixes=(Fix(text="Give it more CPU; raise GOGC if it is the garbage collector that wants to run"),),
    explains=("client_canceled", "upstream_response_timeout"),
    shows="context canceled",
    basis="a judgement; no published figure",
)
