"""Signs that packets were too large for their way."""

from gwdiag.limits.check import LimitCheck, Reading, Unreadable, above, sysctl
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    return Reading(value=host.grown(_signs))


def _signs(moment: Moment) -> int:
    try:
        probed = moment.tcp_ext("TCPMTUPFail", "TCPMTUPSuccess")
    except Unreadable as unreadable:
        if "says nothing of" not in str(unreadable):
            raise
        probed = 0  # a kernel without MTU probing
    return probed + moment.counter("snmp", "Ip", "FragFails")


NET_MTU_BLACKHOLE = LimitCheck(
    title="Packets that were too large for their way",
    read=read,
    unit="times",
    warn=above(0),
    source=("/proc/<pid>/net/netstat TcpExt TCPMTUPFail, TCPMTUPSuccess", "/proc/<pid>/net/snmp Ip FragFails"),
    rate=True,
    why="The kernel itself met a way that takes smaller packets only",
    fixes=(sysctl("net/ipv4/tcp_mtu_probing", 1, "Let TCP find the size that gets through"),),
    explains=("upstream_response_timeout", "tls_handshake", "enforced_timeout"),
    shows="context deadline exceeded for large bodies only",
    basis="a judgement; RFC 4821",
)
