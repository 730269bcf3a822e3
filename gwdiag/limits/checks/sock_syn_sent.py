"""Connection attempts that nobody answers, by upstream: the bad upstream, found without a probe."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.host import Host, names
from gwdiag.limits.unanswered import unanswered


def read(host: Host) -> Reading:
    waiting = unanswered(host.now)
    if not waiting:
        return Reading(value=0)
    worst = waiting[0]
    try:
        lasting = {one.upstream for one in unanswered(host.earlier)} & {one.upstream for one in waiting}
        unknown = ""
    except Unreadable as unreadable:
        lasting, unknown = set(), str(unreadable)
    return Reading(
        value=worst.connections,
        least=Status.WARN if lasting else Status.OK,
        because=f"{', '.join(sorted(lasting)[:3])} did not answer in either reading",
        note=f"to {worst.upstream}, up to {worst.retransmits} retransmits",
        unknown=unknown,
        upstreams=tuple(one.upstream for one in waiting),
        names=names(host=worst.upstream.rpartition(":")[0].strip("[]"), port=worst.upstream.rpartition(":")[2]),
    )


SOCK_SYN_SENT = LimitCheck(
    title="Connection attempts without an answer, to one upstream",
    read=read,
    unit="connections",
    crit=above(20),
    conditions="A warning where an upstream leaves retransmitted SYNs unanswered in both readings.",
    source=("/proc/<pid>/net/tcp", "/proc/<pid>/net/tcp6"),
    why="This is a dial timeout in the making: something drops the gateway's SYNs to this upstream",
    fixes=(Fix(text="Connect from this node and from one that works", command="nc -vz -w 5 {host} {port}"),),
    explains=("upstream_dial_timeout",),
    shows="dial tcp 10.0.0.31:9001: i/o timeout",
    basis="a judgement; each lost SYN is a retransmit of the table",
)
