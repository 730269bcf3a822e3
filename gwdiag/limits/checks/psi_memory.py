"""Share of time in which tasks waited for memory."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._pressure import some_waited
from gwdiag.limits.host import Host

FULL = 5.0
"""Per cent of time in which all tasks waited at once, from which it is critical."""


def read(host: Host) -> Reading:
    return some_waited(host, "memory", FULL)


PSI_MEMORY = LimitCheck(
    title="Memory pressure",
    read=read,
    unit="% of 10 s",
    warn=above(10),
    conditions="Critical where all tasks waited at once (full) for over 5 % of the time.",
    source=("/proc/pressure/memory", "<cgroup>/memory.pressure"),
    why="The kernel searches for pages while requests wait; the out-of-memory kill comes next",
    fixes=(Fix(text="Raise the memory limit or free memory on the node; look for a leak with gwdiag heap"),),
    explains=("gateway_out_of_memory", "upstream_response_timeout", "client_canceled"),
    shows="latency, then a restart",
    basis="a judgement; psi.rst",
)
