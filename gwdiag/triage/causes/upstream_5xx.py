"""The upstream itself says that it failed."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, COMMON, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, place, probes, time

UPSTREAM_5XX = Cause(
    title="The upstream itself answers 5xx",
    means="The upstream answers, and its answer is an error of its own. The gateway passes it on.",
    prior=COMMON,
    explains={
        errors.upstream_5xx: ALWAYS,
        place.one_api: USUALLY,
        probes.probe_5xx: USUALLY,
        time.other_failures_first: SOMETIMES,
        errors.response_timeout: RARELY,
        time.load_rose: RARELY,
        time.rises_with_load: RARELY,
    },
    denies=(place.one_node,),
    confused_with={
        "circuit_breaker_open": "Who answers: api_id and upstream_latency in the access line are the upstream's",
    },
    check=Remedy(text=("Ask the upstream without the gateway"), command="gwdiag probe {upstream} --samples 10"),
    fix=(Remedy(text=("Hand the onset, paths and statuses to the upstream's owners")),),
)
