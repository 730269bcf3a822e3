"""One node alone is starved; its neighbours show that neither load nor upstreams are to blame."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place

NODE_OVERLOADED_ONLY_ONE = Cause(
    title="One gateway node lacks CPU",
    means="One node alone has too little CPU (quota, a noisy neighbour): every API is slow there, and only there.",
    prior=UNCOMMON,
    explains={
        node.throttled: ALWAYS,
        place.one_node: ALWAYS,
        errors.canceled: USUALLY,
        errors.mostly_canceled: USUALLY,
        latency.every_api_slower: ALWAYS,
        latency.became_slower: ALWAYS,
        place.every_api: ALWAYS,
        place.several_upstreams: ALWAYS,
        latency.successes_cut_off: SOMETIMES,
        latency.canceled_at_one_age: SOMETIMES,
        errors.response_timeout: SOMETIMES,
        errors.overload: SOMETIMES,
        errors.enforced_timeout: RARELY,
        node.cpu_pressure: USUALLY,
    },
    denies=(
        place.one_api,
        latency.retransmission_delays,
        latency.canceled_as_young_as_successes,
    ),
    confused_with={
        "gateway_cpu_saturated": "gwdiag logs --by node {logs}",
        "packet_loss": "On that node: gwdiag limits --only cpu --only tcp",
    },
    check=Remedy(text="Look at the CPU of that node", command="gwdiag limits --only cpu"),
    fix=(
        Remedy(text="Take the node out of the balancer until it is well"),
        Remedy(
            text=("Raise or remove its CPU quota"),
            command="systemctl set-property --runtime UNIT CPUQuota=",
            changes_state=True,
        ),
        Remedy(text="Move what else runs on that host"),
    ),
)
