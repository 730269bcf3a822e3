"""A concurrency limit of the gateway as a whole is reached."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

GATEWAY_OVERLOAD = ErrorClass(
    title="A limit of the whole gateway is reached",
    means="The gateway holds as many connections, pending requests or workers as it is configured for, and refuses or "
    "queues the rest.",
    at_fault=(Fault.CONFIGURATION, Fault.UPSTREAM, Fault.NODE),
    stage=Stage.ADMISSION,
    pattern=any_of(
        "worker_connections are not enough",
        r"(?:upstream|pending|pool|circuit_breakers|cx|rq|reset reason:)\S*[ _]overflow",
        r"too many (?:concurrent|pending|active) (?:requests|connections|streams)",
        r"queue (?:is )?full|queue timeout|queue overflow",
        r"\bat capacity\b|server (?:is )?overloaded|overload manager",
        r"reached (?:the )?(?:maxconn|MaxRequestWorkers)|\bmaxconn (?:reached|exceeded)",
        "connection limit reached",
        "has been pending for more than the configured timeout",  # a Java connection pool
    ),
    mistaken_for=("rate_limited", "no_healthy_upstream"),
    told_apart="It concerns all clients alike, rises with load, and goes away with it. A limit per client is a rate "
    "limit.",
    causes=(
        "an upstream that got slower, so that requests pile up (requests per second times latency)",
        "limits that are too low for today's traffic",
        "connections held open by slow or idle clients",
    ),
    next=(
        Remedy(text="Compare load and latency around the onset", command="gwdiag logs {logs}"),
        Remedy(text="Count the connections by state", command="ss -s"),
    ),
    runbook="gateway-resources#overload",
)
