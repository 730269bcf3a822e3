"""A gateway that is stopped for want of CPU is slow at everything; no upstream is to blame."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, time

GATEWAY_CPU_SATURATED = Cause(
    title="Every gateway node lacks CPU",
    means=(
        "The CPU quota or the CPUs of the gateway nodes are used up: requests queue inside the gateway, and every API "
        "becomes slow at once."
    ),
    prior=UNCOMMON,
    explains={
        node.throttled: ALWAYS,
        errors.canceled: USUALLY,
        errors.mostly_canceled: USUALLY,
        latency.every_api_slower: ALWAYS,
        latency.became_slower: ALWAYS,
        place.every_api: ALWAYS,
        place.several_upstreams: ALWAYS,
        time.load_rose: SOMETIMES,
        latency.successes_cut_off: SOMETIMES,
        latency.canceled_at_one_age: SOMETIMES,
        errors.response_timeout: SOMETIMES,
        errors.overload: SOMETIMES,
        errors.enforced_timeout: RARELY,
        errors.dial_timeout: RARELY,
        errors.dns_timeout: RARELY,
        node.cpu_pressure: USUALLY,
    },
    denies=(
        place.one_node,
        place.one_api,
        latency.retransmission_delays,
        latency.canceled_as_young_as_successes,
    ),
    confused_with={
        "node_overloaded_only_one": "gwdiag logs --by node {logs}",
        "upstream_slow": "gwdiag limits --only cpu: one upstream that is slow leaves the quota alone",
    },
    check=Remedy(text=("Look at the quota and the throttled time of a node"), command="gwdiag limits --only cpu"),
    fix=(
        Remedy(
            text=("Raise or remove the CPU quota of the gateway"),
            command="systemctl set-property --runtime UNIT CPUQuota=",
            changes_state=True,
        ),
        Remedy(text="Add nodes, or shed load: rate limits, caching"),
        Remedy(text="Set GOMAXPROCS to the quota, rounded up"),
    ),
)
