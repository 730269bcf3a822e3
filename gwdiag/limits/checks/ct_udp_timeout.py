"""For how long connection tracking waits for the answer to a datagram."""

from gwdiag.limits.check import LimitCheck, Reading, below, sysctl
from gwdiag.limits.host import Host

SETTING = "net/netfilter/nf_conntrack_udp_timeout"


def read(host: Host) -> Reading:
    return Reading(value=host.setting(SETTING))


CT_UDP_TIMEOUT = LimitCheck(
    title="Memory of connection tracking for datagrams",
    read=read,
    unit="s",
    warn=below(10),
    source=("/proc/sys/net/netfilter/nf_conntrack_udp_timeout",),
    why="The answer of a slow resolver comes when its question is forgotten, and is dropped",
    fixes=(sysctl(SETTING, 30, "Set it back to the default"),),
    explains=("dns_timeout",),
    shows="lookup: i/o timeout",
    basis="a judgement; the kernel's default is 30 s",
)
