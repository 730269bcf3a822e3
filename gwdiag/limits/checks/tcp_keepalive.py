"""After which silence TCP asks whether the peer is still there."""

from gwdiag.limits.check import LimitCheck, Reading, Status, sysctl
from gwdiag.limits.host import Host

SHORTEST_S = 240.0
"""Azure's load balancer forgets an idle flow after 4 min, AWS's network load balancer and NAT gateway after 350 s."""


def read(host: Host) -> Reading:
    seconds = host.setting("net/ipv4/tcp_keepalive_time")
    given = host.settings.balancer_idle_s
    shortest = SHORTEST_S if given is None else given
    whose = "known balancers forget an idle flow" if given is None else "the balancer forgets an idle flow"
    return Reading(
        value=seconds,
        least=Status.WARN if seconds >= shortest else Status.OK,
        because=f"{whose} after {shortest:g} s",
        note="Go's sockets have a time of their own (15 s, Tyk's towards upstreams 30 s)",
    )


TCP_KEEPALIVE = LimitCheck(
    title="Silence before a keep-alive probe",
    read=read,
    unit="s",
    conditions="A warning at or above the shortest idle time of balancers: the one given, else 240 s.",
    source=("/proc/sys/net/ipv4/tcp_keepalive_time",),
    why="A balancer or NAT between forgets the connection first, and the next request on it is lost",
    fixes=(sysctl("net/ipv4/tcp_keepalive_time", 120, "Probe sooner than any balancer forgets"),),
    explains=("upstream_reset", "upstream_response_timeout", "upstream_closed"),
    shows="connection reset by peer or i/o timeout after a quiet time",
    basis="the vendors' pages on idle timeouts; tcp(7)",
)
