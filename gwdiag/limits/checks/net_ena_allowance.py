"""Packets that the cloud held back because the instance has used its allowance."""

from collections.abc import Mapping

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.host import Host
from gwdiag.limits.moment import OTHER_NAMESPACE, Moment

TRACKED = "conntrack_allowance_exceeded"


def read(host: Host) -> Reading:
    every = host.grown(lambda at: _sum(at, ""))
    tracked = host.grown(lambda at: _sum(at, TRACKED))
    return Reading(
        value=every,
        least=Status.CRIT if tracked else Status.OK,
        because=f"{tracked:,} for the connections that the instance may track",
    )


def _sum(moment: Moment, only: str) -> int:
    if moment.is_foreign:
        raise Unreadable(f"ethtool: {OTHER_NAMESPACE}")
    told = moment.system("allowances")
    if not isinstance(told, Mapping):
        raise Unreadable("syscalls.json (allowances) is damaged")
    counts = [
        count
        for counters in told.values()
        if isinstance(counters, Mapping)
        for name, count in counters.items()
        if isinstance(count, int) and (not only or name == only)
    ]
    if not told:
        raise Unreadable("no driver of an interface counts allowances; it is for instances with ENA")
    return sum(counts)


NET_ENA_ALLOWANCE = LimitCheck(
    title="Packets over the instance's network allowance",
    read=read,
    unit="packets",
    warn=above(0),
    conditions="Critical where conntrack_allowance_exceeded rises.",
    source=("ethtool -S <if> (SIOCETHTOOL)",),
    rate=True,
    why="The cloud drops them in silence, and nothing in /proc shows it",
    fixes=(Fix(text="Take a larger instance, or open fewer connections: reuse them"),),
    explains=("upstream_dial_timeout", "dns_timeout", "upstream_response_timeout"),
    shows="dial tcp: i/o timeout on one node only, whose kernel counters are healthy",
    basis="counters of the ENA driver",
)
