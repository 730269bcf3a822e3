"""The upstream took the request, and its answer did not come in time."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_RESPONSE_TIMEOUT = ErrorClass(
    title="The upstream did not answer in time",
    means="The connection to the upstream was there and the request was sent; the answer's headers did not come within "
    "the gateway's limit. The client got 504.",
    at_fault=(Fault.UPSTREAM, Fault.CONFIGURATION, Fault.NETWORK),
    stage=Stage.EXCHANGE,
    pattern=any_of(
        "timeout awaiting response headers",
        "context deadline exceeded",
        r"upstream timed out \(\d+:[^)]*\) while (?!connecting|SSL)",
        r"recv\(\) failed \(110: ",
        r"\bupstream (?:request )?time(?:d )?out(?! \()",
        r"Client\.Timeout (?:exceeded|or context)",
        r"Read_?Time(?:d)?_?out(?:Exception|Error)?\b",
        r"\bread(?:ing)? timed out",
        r"\bread: (?:connection|operation) timed out",
        r"\bread \w+ .*i/o timeout",
        r"\boperation timed out after",
        r"\brequest timed out",
        r"(?:\(70007\)|timeout specified has expired)(?!.*AH00957)",
        r"\b504 Gateway Time-?out",
        "Layer7 timeout",
        "ESOCKETTIMEDOUT",
        "response took longer than timeout",  # Spring Cloud Gateway
        "HttpClient.Timeout of",  # .NET
        r"\btimeout of \d+ ?ms exceeded",  # axios
        "Upstream service reached hard timeout",
    ),
    mistaken_for=("enforced_timeout", "upstream_dial_timeout", "client_canceled"),
    told_apart="In Tyk's own records `awaiting response headers` is `proxy_default_timeout`, `context deadline "
    "exceeded` an enforced timeout of the definition. A dial in the text is the connection. Durations "
    "piled up at one value name the timer.",
    causes=(
        "the upstream became slower: its own load, its database, a lock",
        "the gateway's limit is lower than the upstream's normal latency",
        "a middlebox forgot the idle connection and drops what is sent on it: the first requests after a pause",
    ),
    next=(
        Remedy(text="Compare latency before and after the onset", command="gwdiag logs --by path {logs}"),
        Remedy(
            text="Time the upstream from the node, without the gateway",
            command="curl -s -o /dev/null -w '%{time_connect} %{time_starttransfer}\\n' http://{host}:{port}/",
        ),
    ),
    runbook="response-timeout",
)
