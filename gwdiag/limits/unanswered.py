"""Connection attempts in SYN_SENT that were retransmitted, by upstream."""

from collections import defaultdict

from gwdiag.limits.moment import Moment
from gwdiag.limits.sockets import State
from gwdiag.model.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """An upstream that leaves SYNs unanswered: how many connections wait, and the most retransmits of one."""

    upstream: str
    connections: int
    retransmits: int


def unanswered(moment: Moment) -> list[Unanswered]:
    """All such upstreams, the one with the most connections first. A first SYN on its way is no sign of anything."""
    tries: dict[str, list[int]] = defaultdict(list)
    for one in moment.connections:
        if one.state == State.SYN_SENT and one.retransmits > 0:
            tries[one.upstream].append(one.retransmits)
    found = [
        Unanswered(upstream=upstream, connections=len(every), retransmits=max(every))
        for upstream, every in tries.items()
    ]
    return sorted(found, key=lambda one: (-one.connections, one.upstream))
