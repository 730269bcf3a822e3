"""The host answered the connection attempt with a refusal: nothing listens there, or a firewall says so."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_DIAL_REFUSED = ErrorClass(
    title="The upstream refused the connection",
    means="The upstream's host answered the connection attempt at once with a reset: nothing listens on that address "
    "and port, or a firewall answers so in its place. The network to the host works.",
    at_fault=(Fault.UPSTREAM, Fault.CONFIGURATION, Fault.NETWORK),
    stage=Stage.CONNECT,
    pattern=any_of(
        "connection refused",
        "actively refused",
        r"\bECONNREFUSED\b",
        r"\(111[:)]",
        r"(?:delayed|immediate)[_ ]connect[_ ]error:[ _]?111",
    ),
    mistaken_for=("upstream_dial_timeout", "upstream_unreachable", "upstream_reset"),
    told_apart="Refused comes back in a round trip and is an answer; a dial timeout is silence; `no route to host` "
    "comes from a router or from ARP; a reset happens on a connection that was already open.",
    causes=(
        "the upstream's process is down or restarting",
        "the port or address in the definition is wrong, often since a change or reload",
        "the upstream listens on another interface, such as 127.0.0.1 only",
        "a firewall rejects with a TCP reset",
    ),
    next=(
        Remedy(text="Connect from the node", command="nc -vz -w 5 {host} {port}"),
        Remedy(text="On the upstream's host: does anything listen there", command="ss -ltnp 'sport = :{port}'"),
        Remedy(text="Compare the port with the definition's target and with its neighbours"),
    ),
    runbook="connection-refused",
)
