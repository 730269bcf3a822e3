"""How long the chains of the connection tracking table may become."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host, names, share


def read(host: Host) -> Reading:
    limit = host.setting("net/netfilter/nf_conntrack_max")
    buckets = host.setting("net/netfilter/nf_conntrack_buckets")
    return Reading(value=share(limit, buckets), used=limit, limit=buckets, names=names(old=buckets, enough=limit // 4))


CT_BUCKETS = LimitCheck(
    title="Entries for each bucket of connection tracking",
    read=read,
    unit="entries/bucket",
    warn=above(4),
    crit=above(8),
    source=("/proc/sys/net/netfilter/nf_conntrack_buckets", "/proc/sys/net/netfilter/nf_conntrack_max"),
    why="Each packet walks a chain: long ones burn CPU in the kernel",
    fixes=(
        Fix(
            text="Set the number of buckets",
            command="echo {enough} > /sys/module/nf_conntrack/parameters/hashsize",
            undo="echo {old} > /sys/module/nf_conntrack/parameters/hashsize",
        ),
    ),
    explains=("upstream_response_timeout",),
    shows="latency",
    basis="nf_conntrack-sysctl.rst: max was four times the buckets",
)
