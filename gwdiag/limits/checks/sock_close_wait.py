"""Connections that the other side has closed and the gateway has not."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment
from gwdiag.limits.sockets import State

MANY = 100


def read(host: Host) -> Reading:
    count = _waiting(host.now)
    try:
        before, unknown = _waiting(host.earlier), ""
    except Unreadable as unreadable:
        before, unknown = count, str(unreadable) if count > MANY else ""
    return Reading(
        value=count,
        least=Status.WARN if count > MANY and count > before else Status.OK,
        because=f"they were {before:,} in the reading before",
        unknown=unknown,
    )


def _waiting(moment: Moment) -> int:
    return sum(one.state == State.CLOSE_WAIT for one in moment.own_connections)


SOCK_CLOSE_WAIT = LimitCheck(
    title="Connections in CLOSE_WAIT",
    read=read,
    unit="connections",
    crit=above(1000),
    conditions="A warning above 100 where they become more.",
    source=("/proc/<pid>/net/tcp", "/proc/<pid>/net/tcp6", "/proc/<pid>/fd"),
    why="The gateway does not notice that the peer has left: a leak in a plugin, or goroutines that are stuck",
    fixes=(Fix(text="Look for bodies that are not read to their end; upgrade the plugin or gateway; restart"),),
    explains=("gateway_fd_exhausted", "upstream_closed"),
    shows="EOF, then too many open files",
    basis="a judgement",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
