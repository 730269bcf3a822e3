"""The limit lies within what the upstream always took."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, latency, node, place, time

ENFORCED_TIMEOUT_TOO_LOW = Cause(
    title="An enforced timeout is below the upstream's usual latency",
    means=(
        "A timeout of the API definition lies under what the upstream normally takes: it cuts requests that would "
        "have succeeded."
    ),
    prior=UNCOMMON,
    explains={
        errors.enforced_timeout: ALWAYS,
        latency.near_the_limit_before: USUALLY,
        latency.successes_cut_off: SOMETIMES,
        place.one_api: USUALLY,
        definition.has_enforced_timeout: ALWAYS,
        time.reloaded: RARELY,
    },
    denies=(
        latency.became_slower,
        errors.response_timeout,
        place.every_api,
        node.throttled,
        place.one_node,
    ),
    confused_with={
        "upstream_slow": "gwdiag logs {logs}: did the latency of successes step up at the onset?",
    },
    check=Remedy(
        text=("Compare the limit with the latency of successes"),
        command="gwdiag logs {logs} --class enforced_timeout --by path",
    ),
    fix=(
        Remedy(
            text=(
                "Raise enforced_timeout (hard_timeouts) of {api} above the p99 of that path, or make the upstream "
                "faster"
            )
        ),
        Remedy(text="Reload the gateway after the change: /tyk/reload/group"),
    ),
)
