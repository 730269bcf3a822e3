"""The network itself says that there is no path to the upstream."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_UNREACHABLE = ErrorClass(
    title="No path to the upstream",
    means="The node's own routing, a router or a firewall on the way said that the upstream's host or network cannot "
    "be reached, or nobody answered for its address on the local network (ARP).",
    at_fault=(Fault.NETWORK, Fault.NODE, Fault.UPSTREAM),
    stage=Stage.CONNECT,
    pattern=any_of(
        "no route to host",
        r"(?:network|host) is unreachable|connect: host is down",
        r"unreachable (?:network|host)\b",
        r"destination \S+ (?:unreachable|prohibited)",
        r"\bdial \w+ \S+: connect: invalid argument",  # a blackhole route
        r"\bE(?:HOST|NET)UNREACH\b",
        r"\((?:113|101)[:)]",
        r"(?:delayed|immediate)[_ ]connect[_ ]error:[ _]?(?:113|101)",
    ),
    mistaken_for=("upstream_dial_timeout", "upstream_dial_refused"),
    told_apart="The kernel was told `unreachable` by ICMP, by its routing table or by unanswered ARP (after about 3 "
    "s). Kernels limit how many such ICMP messages they send, so dial timeouts to the same address are "
    "the same fault.",
    causes=(
        "the upstream's host is gone from its network",
        "a route is missing or wrong on this node",
        "a firewall rejects with an ICMP message",
        "an IPv6 address without IPv6 on the node",
    ),
    next=(
        Remedy(text="Ask the node which way it would go", command="ip route get {host}"),
        Remedy(text="See whether a neighbour answers for the address", command="ip neigh show {host}"),
        Remedy(text="Follow the way", command="mtr -n -T -P {port} -c 10 -r {host}"),
    ),
    runbook="dial-timeout#no-path",
)
