"""There is no upstream left that the gateway considers usable."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

NO_HEALTHY_UPSTREAM = ErrorClass(
    title="No usable upstream is left",
    means="Every target of the balanced list is marked down, or the list is empty, so the gateway answered 503 without "
    "calling anybody.",
    at_fault=(Fault.UPSTREAM, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        "no live upstreams",
        r"no healthy (?:upstream|host|backend|endpoint)",
        r"all hosts are down",
        r"host is down: \w+://",
        r"\[host down\]",
        "no server (?:is )?available",
        "has no server available",
        r"no (?:valid |available |active )(?:upstream|server|instance|endpoint|backend|destination)",
        r"does not have (?:any active endpoint|available server)",
        r"no (?:upstreams|endpoints|instances|servers|hosts) available",
        "no_healthy_upstream",
        "empty host list",
        "unable to find instance for",  # Spring Cloud Gateway
        r"failed to get (?:a )?(?:server|peer|healthy)",
    ),
    mistaken_for=("circuit_open", "upstream_5xx", "upstream_dial_refused"),
    told_apart="The health checks' own lines say which target went down, when and why; refused or timed-out "
    "connections come first, this follows once the checks have marked all down.",
    causes=(
        "all upstream hosts failed at once: a deploy, their network, their shared dependency",
        "the health check asks for something that no longer answers 200",
        "service discovery returned an empty list",
    ),
    next=(
        Remedy(
            text="Ask one of the targets what the check asks",
            command="curl -sv -o /dev/null http://{host}:{port}/",
        ),
        Remedy(text="See which target failed first", command="gwdiag logs --by upstream {logs}"),
    ),
    runbook="refused-by-policy#no-healthy-upstream",
)
