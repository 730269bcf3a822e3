"""Whether a connection that was idle starts slowly again."""

from gwdiag.limits.check import LimitCheck, Reading, at_least, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.setting("net/ipv4/tcp_slow_start_after_idle"))


TCP_SLOW_START_IDLE = LimitCheck(
    title="Slow start after idleness",
    read=read,
    warn=at_least(1),
    source=("/proc/sys/net/ipv4/tcp_slow_start_after_idle",),
    why="The first answer on a pooled connection is slower than it need be",
    fixes=(sysctl("net/ipv4/tcp_slow_start_after_idle", 0, "Switch it off"),),
    explains=(),
    shows="latency only",
    basis="common tuning; RFC 2861",
)
