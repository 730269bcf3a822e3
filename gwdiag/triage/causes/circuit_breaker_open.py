"""The gateway protects an upstream that fails."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, time

CIRCUIT_BREAKER_OPEN = Cause(
    title="The gateway's circuit breaker is open",
    means=(
        "The breaker of the definition tripped and answers 503 by itself. What made it trip is the fault to look for."
    ),
    prior=OCCASIONAL,
    explains={
        errors.circuit_open: ALWAYS,
        time.other_failures_first: ALWAYS,
        errors.upstream_5xx: SOMETIMES,
        errors.refused: SOMETIMES,
        errors.response_timeout: SOMETIMES,
        errors.dial_timeout: SOMETIMES,
        errors.reset: RARELY,
        errors.closed: RARELY,
        place.one_api: USUALLY,
        node.attempts_reset: SOMETIMES,
        errors.enforced_timeout: RARELY,
        errors.dns_not_found: RARELY,
        errors.unreachable: RARELY,
        node.syn_unanswered: SOMETIMES,
        latency.became_slower: RARELY,
    },
    confused_with={
        "upstream_5xx": "What failed before the breaker tripped",
    },
    check=Remedy(text=("See what failed before it tripped"), command="gwdiag logs {logs} --class circuit_open"),
    fix=(
        Remedy(text=("Repair what the breaker protects from: the failures before it")),
        Remedy(text=("If it trips too easily: threshold_percent, samples and return_to_service_after of {api}")),
    ),
)
