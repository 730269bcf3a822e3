"""Whether the nameservers answer."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable
from gwdiag.limits.host import Host


def read(_: Host) -> Reading:
    raise Unreadable("it takes a question to each nameserver, and this command sends none: gwdiag probe does")


DNS_FIRST_DEAD = LimitCheck(
    title="Nameservers that do not answer",
    read=read,
    unit="nameservers",
    conditions="Never judged here: it needs the network.",
    source=("a question to each nameserver",),
    why="A dead first nameserver costs 5 s of every look-up",
    fixes=(Fix(text="Ask each for an upstream's name", command="gwdiag probe <upstream>"),),
    explains=("dns_timeout", "dns_failure"),
    shows="look-ups that take 5 s",
    basis="resolv.conf(5)",
)
