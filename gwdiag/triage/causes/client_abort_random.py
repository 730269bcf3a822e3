"""Clients leave when they like. It looks like an error rate and harms nobody."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, COMMON, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place

CLIENT_ABORT_RANDOM = Cause(
    title="Clients cancel at random moments",
    means=(
        "Clients cancel requests of any age while the upstream answers as always: type-ahead, page changes, impatient "
        "users."
    ),
    prior=COMMON,
    explains={
        errors.canceled: ALWAYS,
        errors.mostly_canceled: ALWAYS,
        place.one_api: SOMETIMES,
        place.every_api: SOMETIMES,
        place.several_upstreams: RARELY,
        latency.canceled_as_young_as_successes: USUALLY,
    },
    denies=(
        latency.canceled_at_one_age,
        latency.successes_cut_off,
        latency.became_slower,
        latency.every_api_slower,
        node.throttled,
        errors.most_cancel,
    ),
    confused_with={
        "client_timeout_fixed": "gwdiag logs {logs}: have cancelled requests one age, did the upstream become slower?",
    },
    check=Remedy(
        text=("See which clients cancel, and at which age"),
        command="gwdiag logs {logs} --class client_canceled --by client",
    ),
    fix=(Remedy(text=("Tell the owners of these clients, if their share matters; the gateway needs nothing")),),
    is_harmless=True,
)
