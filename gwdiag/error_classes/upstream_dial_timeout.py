"""Nobody answered the connection attempt: neither yes nor no, only silence."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_DIAL_TIMEOUT = ErrorClass(
    title="The connection to the upstream timed out",
    means="The gateway sent a connection request (SYN) to the upstream's address and got no answer at all within "
    "the dial timeout. Something on the way dropped it, or the host is gone or too busy to answer.",
    at_fault=(Fault.NETWORK, Fault.UPSTREAM, Fault.NODE),
    stage=Stage.CONNECT,
    pattern=any_of(
        r"\bdial\b.*(?:i/o timeout|timed out|context deadline exceeded)",
        r"\bconnect(?:ex)?: (?:connection timed out|operation timed out|a connection attempt failed because)",
        r"timed out \(110:[^)]*\) while connecting",
        r"connect\(\).*failed \(110: ",
        r"waiting for connection \(Client\.Timeout",
        r"connection timed out: /?[\w.\[]",
        r"connection timed out after \d",
        r"connection to \S+ timed out",
        r"Connect(?:ion)?_?Time(?:d)?_?out(?:Exception|Error)?\b",
        r"(?<!read: )(?<!write: )\bconnect(?:ion)? timed out\b(?!\) while)",
        r"\bconnect ETIMEDOUT",
        r"(?:delayed|immediate)[_ ]connect[_ ]error:[ _]?110",
        r"reset reason: connection timeout",
        "Layer4 timeout",
        r"(?:\(70007\)|\(110\)).*AH00957",
        "could not find any IP that can be successfully connected",
    ),
    mistaken_for=("upstream_response_timeout", "dns_timeout", "upstream_dial_refused"),
    told_apart="A dial or connect in the text is the connection; `awaiting response headers`, `while reading` is the "
    "answer; `lookup` is the resolver. Refused is an answer at once, this is silence for the whole timeout. Tyk gives "
    "the client 500 (not 504), and 5.12+ flags it URT.",
    causes=(
        "a firewall, security group or network policy that drops packets, for all nodes or for one",
        "the upstream's host or address is gone and nothing answers for it",
        "the upstream's accept queue is full under load, so new connections are ignored",
        "a route, NAT or balancer that lost the way; a full connection tracking table on the node",
    ),
    next=(
        Remedy(
            text="Connect from the failing node, and from one that works; the difference is the answer",
            command="nc -vz -w 5 {host} {port}",
        ),
        Remedy(
            text="See connections that wait for an answer, with their retransmits",
            command="ss -tno state syn-sent",
        ),
        Remedy(
            text="See whether the node drops or retransmits",
            command="nstat -az TcpExtTCPSynRetrans TcpExtListenDrops",
        ),
    ),
    runbook="dial-timeout",
)
