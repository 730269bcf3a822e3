"""Datagrams that were lost within the node, or that nobody waited for."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    return Reading(value=host.rate(_lost))


def _lost(moment: Moment) -> int:
    """InErrors counts RcvbufErrors once more."""
    received = max(moment.counter("snmp", "Udp", "InErrors"), moment.counter("snmp", "Udp", "RcvbufErrors"))
    return received + moment.counter("snmp", "Udp", "SndbufErrors", "NoPorts")


UDP_ERRORS = LimitCheck(
    title="Lost datagrams",
    read=read,
    unit="datagrams/s",
    warn=above(10 / 60),
    crit=above(1),
    source=("/proc/<pid>/net/snmp Udp RcvbufErrors, SndbufErrors, InErrors, NoPorts",),
    rate=True,
    why="A lost answer of the resolver is a look-up of 5 s",
    fixes=(sysctl("net/core/rmem_max", 8_388_608, "Allow larger buffers; better, cache DNS on the node"),),
    explains=("dns_timeout",),
    shows="lookup: i/o timeout",
    basis="netdata: 10 in a minute",
)
