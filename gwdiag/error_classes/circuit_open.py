"""A circuit breaker of the gateway was open: the upstream was not called."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

CIRCUIT_OPEN = ErrorClass(
    title="A circuit breaker is open",
    means="After too many failures the gateway stopped calling the upstream for a while and answered 503 itself. It "
    "is an effect: the failures that tripped the breaker are the fault.",
    at_fault=(Fault.UPSTREAM, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        r"circuit[ _-]?breaker.{0,60}(?:(?<!half-)(?<!half )\bopen\b|_open\b|trip)",
        "breaker tripped",
        "short-circuited",
        r"circuit (?:is )?open\b",
        "CallNotPermittedException",
    ),
    mistaken_for=("upstream_5xx", "no_healthy_upstream"),
    told_apart="Tyk 5.12+ flags it CBO. In 5.8 its access line lacks api_id, has latency 0 and no proxy error line; an "
    "upstream's own 503 has both. Look at what failed in the seconds before `Breaker tripped`.",
    causes=(
        "the upstream failed (5xx, timeouts, refused connections) more often than the breaker's threshold",
        "a threshold or sample size so low that a few failures trip it",
    ),
    next=(
        Remedy(text="See what failed before it tripped", command="gwdiag logs {logs}"),
        Remedy(
            text="See threshold, samples and return time",
            command="grep -rn -A8 -i -E 'circuit_?breaker|outlier' CONFIGURATION",
        ),
    ),
    runbook="refused-by-policy#circuit-breaker-open",
)
