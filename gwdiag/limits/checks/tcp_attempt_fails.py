"""Connection attempts that were refused."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._losses import share_grown
from gwdiag.limits.checks._sudden import against_mean
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    share = share_grown(host, _failed, lambda at: at.counter("snmp", "Tcp", "ActiveOpens"))
    return against_mean(host, _failed, share)


def _failed(moment: Moment) -> int:
    return moment.counter("snmp", "Tcp", "AttemptFails")


TCP_ATTEMPT_FAILS = LimitCheck(
    title="Failed connection attempts",
    read=read,
    unit="attempts",
    share=True,
    crit=above(0.10),
    conditions="A warning at over ten times the mean since the node was started.",
    source=("/proc/<pid>/net/snmp Tcp AttemptFails, ActiveOpens",),
    rate=True,
    why="An upstream's port is closed, or a firewall rejects: each attempt gets its no at once",
    fixes=(
        Fix(
            text="See in the gateway's log which upstream refuses",
            command="gwdiag logs /var/log --class upstream_dial_refused",
        ),
    ),
    explains=("upstream_dial_refused", "upstream_unreachable"),
    shows="connect: connection refused",
    basis="netdata's rule of ten times the mean",
)
