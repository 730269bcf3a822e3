"""How often the node says that something cannot be reached."""

from gwdiag.limits.check import LimitCheck, Reading, Status
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.setting("net/ipv4/icmp_ratelimit"), least=Status.INFO)


IP_ICMP_RATELIMIT = LimitCheck(
    title="Least time between ICMP errors to one peer",
    read=read,
    unit="ms",
    conditions="Information only.",
    source=("/proc/sys/net/ipv4/icmp_ratelimit",),
    why="After the first few, a kernel that rejects answers once in this time: under load the reject looks slow",
    explains=("upstream_unreachable", "upstream_dial_refused"),
    shows="no route to host, now at once and now after a second",
    basis="icmp(7)",
)
