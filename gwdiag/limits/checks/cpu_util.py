"""CPU time of the node that is in use."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._cpu import IDLE, IOWAIT, shares
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    spent = shares(host)["cpu"]
    return Reading(value=1 - spent[IDLE] - spent[IOWAIT] if sum(spent) else 0.0)


CPU_UTIL = LimitCheck(
    title="CPU time in use",
    read=read,
    unit="CPU time",
    share=True,
    warn=above(0.85),
    crit=above(0.95),
    source=("/proc/stat",),
    rate=True,
    why="Near all of it, everything queues: accepts, handshakes, timers",
    fixes=(Fix(text="Add nodes, or see what else runs here", command="top -b -n 1 | head -20"),),
    explains=("client_canceled", "upstream_response_timeout", "enforced_timeout", "gateway_overload"),
    shows="context canceled, and queues everywhere",
    basis="netdata and node-mixin",
)
