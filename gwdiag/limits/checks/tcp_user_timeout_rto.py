"""For how long TCP goes on sending to a peer that is gone."""

from gwdiag.limits.check import LimitCheck, Reading, at_least, sysctl
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.setting("net/ipv4/tcp_retries2"))


TCP_USER_TIMEOUT_RTO = LimitCheck(
    title="Retries of data",
    read=read,
    unit="retries",
    warn=at_least(15),
    source=("/proc/sys/net/ipv4/tcp_retries2",),
    why="With 15 it takes about 15 minutes to notice that a peer is gone while data is on its way",
    fixes=(sysctl("net/ipv4/tcp_retries2", 8, "Give up after about 100 s"),),
    explains=("upstream_response_timeout", "enforced_timeout"),
    shows="requests that hang until the gateway's own timeout",
    basis="tcp(7): 15 is about 924 s; RFC 1122 asks for at least 100 s, which is 8",
)
