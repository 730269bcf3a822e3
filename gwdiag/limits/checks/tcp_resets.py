"""Living connections that were reset."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._sudden import against_mean
from gwdiag.limits.host import FEWEST, Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    resets = host.grown(_resets)
    living = host.now.counter("snmp", "Tcp", "CurrEstab")
    share = resets / host.window / max(living, 1)
    reading = Reading(value=share, used=resets, too_few=resets < FEWEST, note=f"of {living:,} connections")
    return against_mean(host, _resets, reading)


def _resets(moment: Moment) -> int:
    return moment.counter("snmp", "Tcp", "EstabResets")


TCP_RESETS = LimitCheck(
    title="Connections reset, each second",
    read=read,
    unit="resets",
    share=True,
    crit=above(0.05),
    conditions="A warning at over ten times the mean since the node was started.",
    source=("/proc/<pid>/net/snmp Tcp EstabResets, CurrEstab",),
    rate=True,
    why="A balancer whose idle time is over, a crash, or a client that leaves in a hurry",
    fixes=(Fix(text="Keep idle connections for less time than the balancer or upstream does"),),
    explains=("upstream_reset", "upstream_closed", "client_canceled"),
    shows="connection reset by peer",
    basis="netdata's rule of ten times the mean",
)
