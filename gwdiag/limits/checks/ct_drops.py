"""Packets and entries that connection tracking has dropped."""

from gwdiag.limits.check import LimitCheck, Reading, Status, above, sysctl
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    lost = host.grown(lambda at: _sum(at, "insert_failed", "early_drop"))
    dropped = host.grown(lambda at: _sum(at, "drop"))
    return Reading(
        value=lost + dropped,
        least=Status.CRIT if dropped else Status.OK,
        because=f"{dropped:,} packets were dropped",
        note=f"{lost:,} entries failed to be inserted or were dropped early",
    )


def _sum(moment: Moment, *names: str) -> int:
    return moment.per_cpu(moment.shared_net("stat/nf_conntrack"), *names)


CT_DROPS = LimitCheck(
    title="Drops of connection tracking",
    read=read,
    unit="drops",
    warn=above(0),
    conditions="Critical where packets are dropped (drop), not only entries (insert_failed, early_drop).",
    source=("/proc/net/stat/nf_conntrack",),
    rate=True,
    why="A failed insert is often the race of two DNS questions from one port: the look-up then takes 5 s",
    fixes=(sysctl("net/netfilter/nf_conntrack_max", 524_288, "Allow more entries, if the table is full (ct.usage)"),),
    explains=("dns_timeout", "upstream_dial_timeout"),
    shows="lookup: i/o timeout, after multiples of 5 s",
    basis="Kubernetes issue 56903",
)
