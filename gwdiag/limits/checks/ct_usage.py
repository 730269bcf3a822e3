"""A full connection tracking table drops new connections, and the gateway only sees them time out."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host, share

COUNT, MAX = "net/netfilter/nf_conntrack_count", "net/netfilter/nf_conntrack_max"


def read(host: Host) -> Reading:
    count, limit = host.setting(COUNT), host.setting(MAX)
    return Reading(value=share(count, limit), used=count, limit=limit)


CT_USAGE = LimitCheck(
    title="Connection tracking table",
    read=read,
    unit="connections",
    share=True,
    warn=above(0.75),
    crit=above(0.90),
    source=("/proc/sys/net/netfilter/nf_conntrack_count", "/proc/sys/net/netfilter/nf_conntrack_max"),
    why="When it is full every new connection is dropped without an answer, to all upstreams and to the resolver",
    fixes=(
        sysctl(MAX, 524_288, "Allow more entries"),
        sysctl("net/netfilter/nf_conntrack_tcp_timeout_established", 86_400, "Forget idle connections after a day"),
    ),
    explains=("upstream_dial_timeout", "dns_timeout", "dns_failure", "storage_down"),
    shows="dial tcp: i/o timeout to all upstreams at once; sendto: operation not permitted for DNS; "
    "kernel: nf_conntrack: table full, dropping packet",
    basis="node-mixin 75 %, netdata 90 %",
)
