"""CPU time that the hypervisor gave to others."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._cpu import STEAL, shares
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=shares(host)["cpu"][STEAL])


CPU_STEAL = LimitCheck(
    title="Stolen CPU time",
    read=read,
    unit="CPU time",
    share=True,
    warn=above(0.05),
    crit=above(0.10),
    source=("/proc/stat",),
    rate=True,
    why="A noisy neighbour, or burst credits that are used up: this node alone is slow",
    fixes=(Fix(text="Move the machine to another host, or take a size without burst credits"),),
    explains=("client_canceled", "upstream_response_timeout", "enforced_timeout"),
    shows="latency on one node only",
    basis="netdata: 5 and 10 %",
)
