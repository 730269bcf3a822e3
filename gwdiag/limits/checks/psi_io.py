"""Share of time in which tasks waited for a disk."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._pressure import some_waited
from gwdiag.limits.host import Host

FULL = 10.0
"""Per cent of time in which all tasks waited at once, from which it is critical."""


def read(host: Host) -> Reading:
    return some_waited(host, "io", FULL)


PSI_IO = LimitCheck(
    title="Disk pressure",
    read=read,
    unit="% of 10 s",
    warn=above(20),
    conditions="Critical where all tasks waited at once (full) for over 10 % of the time.",
    source=("/proc/pressure/io", "<cgroup>/io.pressure"),
    why="Log lines that wait for the disk, or pages that are read back, hold requests up",
    fixes=(Fix(text="Log to a faster disk, or asynchronously; see disk.busy for which one"),),
    explains=("upstream_response_timeout", "client_canceled"),
    shows="latency",
    basis="a judgement; psi.rst",
)
