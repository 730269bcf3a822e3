"""Whether a full accept queue answers with a reset."""

from gwdiag.limits.check import LimitCheck, Reading, at_least, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.setting("net/ipv4/tcp_abort_on_overflow"))


LISTEN_ABORT_ON_OVERFLOW = LimitCheck(
    title="Reset on overflow",
    read=read,
    warn=at_least(1),
    source=("/proc/sys/net/ipv4/tcp_abort_on_overflow",),
    why="A short burst that fills the accept queue resets clients, who otherwise would get in a moment later",
    fixes=(sysctl("net/ipv4/tcp_abort_on_overflow", 0, "Switch it off"),),
    explains=("upstream_reset", "client_canceled"),
    shows="connection reset by peer, now and then",
    basis="tcp(7) and ip-sysctl.rst: only for services that cannot be tuned",
)
