"""A limit does what it is for."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, USUALLY, Cause
from gwdiag.triage.facts import errors, place, time

RATE_LIMIT_EXCEEDED = Cause(
    title="A key or client exceeds its rate",
    means="Requests come faster than the rate that was set: the gateway answers 429 (nginx 503 by default).",
    prior=OCCASIONAL,
    explains={
        errors.rate_limited: ALWAYS,
        time.load_rose: USUALLY,
        place.one_api: USUALLY,
        time.reloaded: RARELY,
    },
    confused_with={
        "quota_exceeded": "429 for the rate, 403 for the quota",
        "upstream_5xx": "Who answers 429: without upstream latency it is the gateway",
    },
    check=Remedy(
        text=("See which keys, clients and paths"), command="gwdiag logs {logs} --class rate_limited --by client"
    ),
    fix=(
        Remedy(text=("If the traffic is wanted, raise rate and per of the key or policy")),
        Remedy(text="If it is not, leave the limit and talk to that client"),
    ),
)
