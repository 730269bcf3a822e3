"""The client, or what stands in front of the gateway, went away before the answer was complete."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

CLIENT_CANCELED = ErrorClass(
    title="The client went away before the answer",
    means="The client, or a balancer in front of the gateway, closed its connection or cancelled the request "
    "while the gateway was still working on it. The gateway itself took no decision: it is an effect, and what "
    "made the client give up is the question.",
    at_fault=(Fault.CLIENT, Fault.UPSTREAM, Fault.GATEWAY, Fault.NODE),
    stage=Stage.CLIENT,
    pattern=any_of(
        "context canceled",
        "operation was canceled",
        r"net/http: request canceled(?!.*Client\.Timeout)",
        r"client (?:prematurely )?closed (?:the |its )?connection",
        r"client (?:has )?disconnected",
        "client closed request",
        "ClientAbortException",
        r"(?:aborted|canceled|cancelled) by (?:the )?client",
        r"client reset the request stream",
        r"to (?:the )?client\b.{0,200}(?:reset by peer|broken pipe|connection (?:was )?(?:aborted|closed))",
        "http2: stream closed",
        r"\bstream \d+ canceled",
        r"downstream[ _]?(?:remote)?[ _]?disconnect",
        "aborting with incomplete response",
        # nginx, where the side of the failed call is only in the last words
        r"\((?:104|32): [^)]*\) while (?:sending (?:response )?to client|reading client|waiting for request"
        "|processing HTTP/2|keepalive)",
    ),
    mistaken_for=("upstream_response_timeout", "enforced_timeout", "upstream_closed"),
    told_apart="`context canceled` is always the client's side, `context deadline exceeded` and `timeout awaiting "
    "response headers` are limits of the gateway's own. Look at the age of the cancelled requests: one value "
    "(5.0, 30.0, 60.0 s) is a timeout of the client or of a balancer, any value means impatient or moving clients.",
    causes=(
        "the upstream became slower than the client or the balancer in front is willing to wait",
        "the gateway lacks CPU or waits for its store, so requests queue inside it",
        "clients that leave by nature: type-ahead searches, closed tabs, mobile networks",
    ),
    next=(
        Remedy(
            text="Compare the latency of successes before and after the onset, and the age of the cancelled requests",
            command="gwdiag logs --by api {logs}",
        ),
        Remedy(text="Ask what timeout the clients and the balancer in front use; compare it with that age"),
        Remedy(
            text="Rule out a starved node: throttled CPU time of the gateway's cgroup",
            command="cat /sys/fs/cgroup/cpu.stat /proc/pressure/cpu",
        ),
    ),
    runbook="context-canceled",
    severity=Severity.WARNING,
    background=True,
)
