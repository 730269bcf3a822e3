"""Any other failure of the resolver: it answered with an error, an empty answer, or refused to talk."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

DNS_FAILURE = ErrorClass(
    title="The resolver failed",
    means="The resolver answered, but not with an address: a server failure (SERVFAIL), a refusal, an empty or "
    "unexpected answer; or its own address could not be reached.",
    at_fault=(Fault.RESOLVER, Fault.NETWORK, Fault.NODE),
    stage=Stage.RESOLVER,
    pattern=any_of(
        "server misbehaving",
        "temporary failure in name resolution",
        r"\bSERVFAIL\b",
        r"\bEAI_AGAIN\b",
        "could not be resolved",
        "could not resolve host",
        "while resolving",
        "no address associated with hostname",
        r"\bdns (?:(?:client|server) )?error\b",
        r"(?:DNS|name) resolution (?:failed|failure|error)",
        r"getaddrinfo (?:failed|error)",
        r"failed to (?:query the DNS server|parse domain|resolve (?:the )?(?:host|name|domain|address))",
        "empty record received",
        "could not contact DNS servers|DNS server returned",  # c-ares: Envoy, gRPC
        r"unexpected (?:DNS )?response for \S|wrong ident in response",
        r"\blookup \S+(?: on \S+)?: ",
        r"\bdial udp \S+:53\b",
    ),
    generic=True,
    mistaken_for=("dns_not_found", "dns_timeout"),
    told_apart="`server misbehaving` and SERVFAIL are answers that come at once; silence is `i/o timeout`; `no such "
    "host` means that the resolver is well and the name is not.",
    causes=(
        "the resolver cannot reach the zone's own servers, or DNSSEC fails",
        "the resolver refuses this client, or nothing listens on its port",
        "a name with no address of either family",
    ),
    next=(
        Remedy(text="See the rcode: SERVFAIL, REFUSED or an empty NOERROR", command="dig {name} @{server}"),
        Remedy(text="Ask another resolver for comparison", command="dig +trace {name}"),
    ),
    runbook="dns#the-resolver-answers-with-a-failure",
)
