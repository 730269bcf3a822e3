"""Who calls has a timeout, and the upstream has become slower than that."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place

CLIENT_TIMEOUT_FIXED = Cause(
    title="Clients or the balancer in front give up at a fixed time",
    means=(
        "The upstream became slower than the timeout of the clients, or of the balancer in front of the gateway; they "
        "leave after the same number of seconds each time."
    ),
    prior=OCCASIONAL,
    explains={
        errors.canceled: USUALLY,
        errors.mostly_canceled: USUALLY,
        errors.most_cancel: USUALLY,
        latency.canceled_at_one_age: ALWAYS,
        latency.became_slower: ALWAYS,
        latency.successes_cut_off: USUALLY,
        place.one_api: USUALLY,
        errors.response_timeout: RARELY,
        errors.enforced_timeout: RARELY,
        place.every_api: RARELY,
    },
    denies=(
        node.throttled,
        errors.fd_exhausted,
        latency.canceled_as_young_as_successes,
    ),
    confused_with={
        "client_abort_random": "gwdiag logs {logs}: aborts of one age, with successes right up to it, are a timeout",
        "upstream_slow": "Whose timeout fires first: 499 is the client's, 504 the gateway's",
    },
    check=Remedy(
        text=("Time the upstream from the node, without the gateway in between"),
        command="gwdiag probe {upstream} --samples 10",
    ),
    fix=(
        Remedy(text="Find out why the upstream became slower since the onset"),
        Remedy(text=("Set the timeouts in order: clients and balancer longest, then the gateway, then the upstream")),
    ),
)
