"""A limit that the gateway's own policy sets on the whole request ended it, whatever the upstream did."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

ENFORCED_TIMEOUT = ErrorClass(
    title="A limit of the gateway's own definition ended the request",
    means="The definition sets a limit on the whole request (Tyk: enforced timeout; Envoy: stream idle or maximum "
    "duration), and it ran out. The client got 504, or a cut answer where the status was already sent.",
    at_fault=(Fault.CONFIGURATION, Fault.UPSTREAM),
    stage=Stage.EXCHANGE,
    # In Tyk's own records `context deadline exceeded` is this class too: its formats claim it, the words do not tell.
    pattern=any_of(
        "http: Handler timeout",
        r"stream[_ ]idle[_ ]timeout",
        r"max(?:imum)?[_ ](?:stream[_ ])?duration(?:[_ ](?:timeout|reached|exceeded))",
        r"\bstream timeout\b",
        r"enforced timeout (?:reached|exceeded)",
    ),
    mistaken_for=("upstream_response_timeout", "client_canceled"),
    told_apart="Only the one method and path with the limit suffers, and its durations pile up at the limit. If the "
    "latency of successes did not change, the limit is too low; if it jumped, the upstream is slow.",
    causes=(
        "the limit lies below the normal latency of that path",
        "the upstream became slower",
        "a limit that was added or changed by the last reload",
    ),
    next=(
        Remedy(
            text="Find the limits in the definition or the configuration",
            command="grep -rn -A6 -i -E 'hard_timeouts|enforce_?timeout|stream_duration|idle_timeout' CONFIGURATION",
        ),
        Remedy(
            text="Compare them with p99 of the same path before the onset",
            command="gwdiag logs --by path {logs}",
        ),
    ),
    runbook="response-timeout#enforced-timeout",
)
