"""The gateway could not connect, and the record does not say why."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_CONNECT_FAILED = ErrorClass(
    title="The upstream could not be reached, reason not in the log",
    means="The gateway could not get through to the upstream, and this record does not say whether it was refused, "
    "timed out, unresolvable or failed in TLS.",
    at_fault=(Fault.UPSTREAM, Fault.NETWORK, Fault.NODE, Fault.CONFIGURATION),
    stage=Stage.UNEXPLAINED,
    pattern=any_of(
        "failed to make connection to backend",
        r"\bAH0(?:1114|1079)\b",
        "unable to reach the origin",
        "upstream connect error",
        r"\bL4 (?:unsuccessful connection|connection problem)",
        r"upstream_reset_before_response_started\{connection_failure\}",
        r"(?:could not|cannot|can't|failed to|unable to) (?:connect|establish (?:a )?connection) to (?:the )?"
        "(?:upstream|backend|origin|target|remote server)",
        r"connect(?:\(\).*failed \(1?3:|: (?:operation not permitted|permission denied))",
    ),
    generic=True,
    mistaken_for=("upstream_dial_refused", "upstream_dial_timeout", "upstream_5xx"),
    told_apart="Another line of the same request and second often has the reason (in Tyk `http: proxy error: ...`).",
    causes=(
        "the lines with the reason were not collected: another stream, another level, another file",
        "any failure to resolve, dial or shake hands",
    ),
    next=(
        Remedy(text="Look for the gateway's error log of the same second; in Tyk set `log_level` to `info`"),
        Remedy(text="Try the way yourself from the node", command="curl -sv -o /dev/null http://{host}:{port}/"),
    ),
    runbook="dial-timeout#no-reason-given",
)
