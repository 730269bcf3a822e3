"""The upstream answers, but later than the gateway waits."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import COMMON, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, probes, time

UPSTREAM_SLOW = Cause(
    title="The upstream is slow",
    means="The upstream answers later than the gateway's timeout allows. It became slower; the timeout did not change.",
    prior=COMMON,
    explains={
        errors.response_timeout: SOMETIMES,
        errors.enforced_timeout: SOMETIMES,
        errors.canceled: RARELY,
        latency.became_slower: USUALLY,
        place.one_api: USUALLY,
        latency.near_the_limit_before: RARELY,
        latency.successes_cut_off: SOMETIMES,
        probes.probe_slow: USUALLY,
        time.rises_with_load: RARELY,
        time.load_rose: RARELY,
    },
    denies=(
        node.syn_unanswered,
        node.throttled,
        time.after_silence,
        node.old_connections_dead,
        latency.every_api_slower,
    ),
    confused_with={
        "enforced_timeout_too_low": (
            "gwdiag logs {logs}: a latency step at the onset is the upstream's; the same latency as ever is the limit's"
        ),
        "firewall_drop_all": "ss -tn dst {host}: established connections or SYN_SENT?",
        "lb_idle_timeout_drops": "gwdiag probe {upstream} --idle auto",
    },
    check=Remedy(
        text=("Time the upstream from the node, without the gateway in between"),
        command="gwdiag probe {upstream} --samples 10",
    ),
    fix=(
        Remedy(text=("Hand the onset and the latencies to the upstream's owners")),
        Remedy(text=("Until then: a breaker or a lower enforced timeout keeps requests from piling up at the gateway")),
    ),
)
