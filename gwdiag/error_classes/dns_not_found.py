"""The resolver answered: there is no such name. Go words it as a dial error; `lookup` tells the stage."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

DNS_NOT_FOUND = ErrorClass(
    title="The upstream's name does not exist",
    means="The node's resolver answered that the upstream's name does not exist (NXDOMAIN), or, as Go words it, has no "
    "address.",
    at_fault=(Fault.CONFIGURATION, Fault.RESOLVER),
    stage=Stage.RESOLVER,
    pattern=any_of(
        "no such host",
        r"name or service not known",
        "name does not resolve",
        "nodename nor servname",
        r"\bNXDOMAIN\b",
        r"\(3: Host not found\)",
        r"\bENOTFOUND\b",
        "UnknownHostException",
        "3 name error",
        "DNS NX status",
        "domain name not found",  # c-ares: Envoy, gRPC
    ),
    mistaken_for=("dns_failure", "dns_timeout", "gateway_fd_exhausted"),
    told_apart="An answer in milliseconds that says no. A silent resolver is `i/o timeout`, a broken one `server "
    "misbehaving`. With `too many open files` on other lines it is a by-product: the look-up could not be made.",
    causes=(
        "a misspelt name, or a target of another environment",
        "a record or a Kubernetes service that was removed or renamed",
        "the wrong search list or nameserver on the node, or a private zone that this network does not see",
    ),
    next=(
        Remedy(text="Ask the node's own resolver", command="getent ahosts {name}"),
        Remedy(text="Ask the nameserver itself", command="dig +search {name}"),
        Remedy(text="See nameservers, search list and ndots", command="cat /etc/resolv.conf"),
    ),
    runbook="dns#name-does-not-exist",
)
