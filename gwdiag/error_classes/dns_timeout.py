"""The look-up ended without an answer in time. It ends in `i/o timeout` like a dial; `lookup` tells the stage."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

DNS_TIMEOUT = ErrorClass(
    title="The resolver did not answer",
    means="The gateway asked for the upstream's address and no nameserver answered in time.",
    at_fault=(Fault.RESOLVER, Fault.NETWORK, Fault.NODE),
    stage=Stage.RESOLVER,
    pattern=any_of(
        r"\blookup \S.*(?:i/o timeout|timed out|context deadline exceeded)",
        r"could not be resolved \(110",
        r"(?<![\w./-])(?:dns|resolver|resolving|resolution)\b(?![./-]).{0,200}(?<!handshake )(?:\btimeout\b|timed out)",
        r"failed to receive reply from UDP server.*timeout",
        "timeout while contacting DNS servers|DNS timeout status",
    ),
    mistaken_for=("upstream_dial_timeout", "dns_failure"),
    told_apart="`lookup NAME` or `could not be resolved` makes it the resolver; a dial timeout names an address and "
    "port. Only new connections suffer: a DNS fault hides as long as keep-alive connections live.",
    causes=(
        "the nameserver is down, overloaded or unreachable from this node",
        "UDP port 53 is dropped on the way",
        "a resolver that answers later than the dial timeout allows",
        "many look-ups per name: a long search list with ndots:5",
    ),
    next=(
        Remedy(text="Ask each nameserver, with its time", command="dig +tries=1 +time=2 {name} @{server}"),
        Remedy(
            text="See whether answers come too late (NoPorts) or not at all",
            command="nstat -az UdpNoPorts UdpInErrors",
        ),
    ),
    runbook="dns#no-answer",
)
