"""After which silence connection tracking forgets a connection."""

from gwdiag.limits.check import LimitCheck, Reading, Status, sysctl
from gwdiag.limits.host import Host

MARGIN_S = 10
SETTING = "net/netfilter/nf_conntrack_tcp_timeout_established"


def read(host: Host) -> Reading:
    seconds = host.setting(SETTING)
    needed = host.settings.idle_s + MARGIN_S
    return Reading(
        value=seconds,
        least=Status.WARN if seconds < needed else Status.OK,
        because=f"the gateway keeps idle connections for {host.settings.idle_s:g} s",
    )


CT_TCP_ESTABLISHED_TIMEOUT = LimitCheck(
    title="Memory of connection tracking for idle connections",
    read=read,
    unit="s",
    conditions="A warning where it is under the gateway's idle time (90 s if not given) and 10 s.",
    source=("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established",),
    why="The entry goes while the pool still holds the connection: the next request on it is reset or gets no answer",
    fixes=(sysctl(SETTING, 86_400, "Remember connections for longer than the gateway keeps them"),),
    explains=("upstream_reset", "upstream_response_timeout", "upstream_closed"),
    shows="connection reset by peer, or i/o timeout, on the first request after a pause",
    basis="a judgement; the kernel's default is 432000 s",
)
