"""How far the clocks of upstreams and this node are apart."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable
from gwdiag.limits.host import Host


def read(_: Host) -> Reading:
    raise Unreadable("it takes a request to the upstream, and this command sends none: gwdiag probe does")


TIME_PEER_SKEW = LimitCheck(
    title="Clocks of the upstreams",
    read=read,
    unit="s",
    conditions="Never judged here: it needs the network.",
    source=("the Date of an upstream's answer",),
    why="It tells whose clock is wrong, without a time server",
    fixes=(Fix(text="Compare with the upstream's own time", command="curl -sI <upstream> | grep -i ^date; date -u"),),
    explains=("auth_failed", "tls_cert_expired"),
    shows="token is not valid yet; certificate has expired or is not yet valid",
    basis="RFC 9110, Date",
)
