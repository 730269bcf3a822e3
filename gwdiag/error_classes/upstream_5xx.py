"""The upstream itself answered 5xx and the gateway passed it on."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_5XX = ErrorClass(
    title="The upstream answered with a server error",
    means="The upstream itself answered 5xx, and the gateway passed the answer on. The way there works.",
    at_fault=(Fault.UPSTREAM,),
    stage=Stage.UNEXPLAINED,
    pattern=any_of(
        "upstream_response_5xx",
        r"(?:upstream|backend|origin|server) (?:has )?(?:returned|responded|replied|answered)"
        r"(?: with)?(?: an?)?(?: error)?(?: (?:status|response|code|HTTP))*:? ?5\d\d\b",
        r"(?:unexpected|bad|invalid|wrong|got) (?:HTTP )?(?:status|response)(?: (?:code|status))*[,:]? *(?:code: )?"
        r"\"?5\d\d\b",
    ),
    mistaken_for=("upstream_connect_failed", "circuit_open", "no_healthy_upstream"),
    told_apart="A 5xx with the upstream's own latency and no proxy error line was passed through. Tyk never answers "
    "502 by itself: a 502 without `X-Generator: tyk.io` comes from the upstream or from a balancer. In "
    "Tyk 5.8 an error of the gateway's own lacks api_id and has latency 0; in 5.12+ the flag is URS.",
    causes=(
        "a fault or overload in the upstream or behind it",
        "a balancer in front of the upstream that has no healthy member (502, 503)",
    ),
    next=(
        Remedy(
            text="Ask the upstream directly from the node",
            command="curl -sv -o /dev/null http://{host}:{port}/",
        ),
        Remedy(text="Look at the upstream's own log at the onset; the gateway can tell no more"),
    ),
    runbook="resets-and-closed-connections#the-upstream-answers-5xx",
)
