"""Connections whose data is not acknowledged."""

from collections import Counter

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host
from gwdiag.limits.sockets import State

TRIES = 2
"""Retransmits from which a peer is silent and not just far away."""


def read(host: Host) -> Reading:
    stuck = Counter(
        one.upstream
        for one in host.now.connections
        if one.state == State.ESTABLISHED and one.unsent > 0 and one.retransmits >= TRIES
    )
    most = stuck.most_common(1)
    return Reading(
        value=stuck.total(), note=f"{most[0][1]:,} of them to {most[0][0]}" if most else "", upstreams=tuple(stuck)
    )


SOCK_SENDQ = LimitCheck(
    title="Connections whose data nobody acknowledges",
    read=read,
    unit="connections",
    warn=above(0),
    crit=above(20),
    source=("/proc/<pid>/net/tcp", "/proc/<pid>/net/tcp6"),
    why="The handshake worked and data does not get through: the peer is gone, or large packets are lost on the way",
    fixes=(Fix(text="Compare a small request with a large one; if only the large one hangs, look at net.mtu"),),
    explains=("upstream_response_timeout", "enforced_timeout", "client_canceled"),
    shows="context deadline exceeded, i/o timeout in the middle of a body",
    basis="a judgement",
)
