"""Time that threads of the gateway could have run and did not get a CPU."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.checks._threads import threads
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    own = host.now.of_process("schedstat")
    delays = [host.rate(lambda at: _waited(at, own), of_process=True)]
    for thread in threads(host.now):
        path = host.now.of_process(f"task/{thread}/schedstat")
        try:
            delays.append(host.rate(lambda at, path=path: _waited(at, path), of_process=True))  # type: ignore[misc]
        except Unreadable:  # a thread that began or ended in between
            continue
    return Reading(value=max(delays) / 1e9, note=f"the worst of {len(delays)} threads" if len(delays) > 2 else "")


def _waited(moment: Moment, path: str) -> int:
    """Nanoseconds on the run queue. Source: Documentation/scheduler/sched-stats.rst of the kernel."""
    figures = moment.numbers(path)
    if len(figures) < 3 or figures[1] < 0:
        raise Unreadable(f"/{path} is damaged")
    return figures[1]


CPU_RUN_DELAY = LimitCheck(
    title="Waiting for a CPU, of the worst thread",
    read=read,
    unit="time",
    share=True,
    warn=above(0.10),
    crit=above(0.50),
    source=("/proc/<pid>/schedstat", "/proc/<pid>/task/*/schedstat"),
    rate=True,
    why="The gateway itself lacks CPU, whatever the node's average says: its timers fire late and clients leave",
    fixes=(Fix(text="Give it more CPU: the quota (cpu.quota), fewer neighbours, more nodes"),),
    explains=("client_canceled", "upstream_response_timeout", "enforced_timeout", "gateway_overload"),
    shows="context canceled with a fast upstream",
    basis="a judgement",
)
