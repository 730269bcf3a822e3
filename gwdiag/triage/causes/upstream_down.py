"""The host answers, and says that nobody listens."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, COMMON, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place, probes, time

UPSTREAM_DOWN = Cause(
    title="The upstream is down: nobody listens",
    means="Connections to the upstream are refused on every node: its process ended, or it listens elsewhere.",
    prior=COMMON,
    explains={
        errors.refused: ALWAYS,
        node.attempts_reset: USUALLY,
        errors.most_fail: ALWAYS,
        place.one_api: SOMETIMES,
        errors.no_healthy: RARELY,
        errors.reset: RARELY,
        errors.closed: RARELY,
        probes.probe_refused: ALWAYS,
        time.other_failures_first: RARELY,
        errors.connect_failed: RARELY,
        definition.has_list: RARELY,
    },
    denies=(
        place.one_node,
        place.one_member,
        time.target_changed,
        node.icmp_unreachable,
        node.syn_unanswered,
        definition.nodes_differ,
    ),
    confused_with={
        "wrong_port_after_config_change": "Compare the definition's target with the address that worked before",
        "firewall_reject": "Connect from another node, and from the upstream's own host",
        "one_backend_of_many_down": "gwdiag logs --by upstream {logs}",
    },
    check=Remedy(text="See whether anything listens", command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text="Start the upstream, and find out why it ended"),
        Remedy(text=("Take it out of the definition or balancer if it is gone for good")),
    ),
)
