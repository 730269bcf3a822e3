"""The node has no local port left for a new connection to that upstream."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

GATEWAY_PORT_EXHAUSTED = ErrorClass(
    title="The node is out of local ports to the upstream",
    means="Every local port of the range is in use, mostly in TIME_WAIT, for connections to this one destination, so "
    "no new one can be opened.",
    at_fault=(Fault.NODE, Fault.CONFIGURATION),
    stage=Stage.DESCRIPTORS,
    pattern=any_of(
        r"^(?!.*\b(?:bind\(\)|bind|listen)\b).*cannot assign requested address",
        "connectex: only one usage of each socket address",
        r"\bdial\b.*bind: address already in use",
        "lacked sufficient buffer space",
        r"connect EADDRNOTAVAIL",
        r"(?:delayed|immediate)[_ ]connect[_ ]error:[ _]?99\b",
        r"no (?:more )?(?:free )?(?:local|ephemeral|source) ports",
    ),
    mistaken_for=("upstream_dial_timeout", "upstream_connect_failed"),
    told_apart="`cannot assign requested address` on connect is this; on bind or listen it is a wrong configuration. "
    "Tyk 5.12+ flags it URT/request_timeout and answers 500, like a timeout.",
    causes=(
        "a new connection for every request: keep-alive to upstreams is off, or the idle pool is too small",
        "a narrow ip_local_port_range",
        "much traffic to one address and port: ports are counted per destination",
    ),
    next=(
        Remedy(
            text="Count sockets per destination against the range",
            command="ss -tan | awk '{print $5}' | sort | uniq -c | sort -rn | head; "
            "cat /proc/sys/net/ipv4/ip_local_port_range",
        ),
        Remedy(
            text="See whether connections are reused",
            command="grep -rn -i -E 'keepalive|http-reuse|proxy_close_connections|max_(idle_)?conn' CONFIGURATION",
        ),
    ),
    runbook="gateway-resources#local-ports",
    severity=Severity.CRITICAL,
)
