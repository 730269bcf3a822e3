"""Everything still works, only with pauses."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place

PACKET_LOSS = Cause(
    title="A node loses packets on its way to the upstreams",
    means=(
        "Packets between a node and several upstreams are lost: requests wait for retransmissions of 0.2 s and more, "
        "and some time out."
    ),
    prior=UNCOMMON,
    explains={
        node.segments_lost: ALWAYS,
        node.loss_to_several: USUALLY,
        latency.retransmission_delays: USUALLY,
        place.one_node: USUALLY,
        latency.became_slower: USUALLY,
        latency.every_api_slower: USUALLY,
        errors.response_timeout: SOMETIMES,
        errors.dial_timeout: SOMETIMES,
        errors.canceled: SOMETIMES,
        place.several_upstreams: USUALLY,
        place.every_api: SOMETIMES,
        node.syn_unanswered: USUALLY,
        errors.enforced_timeout: RARELY,
        errors.dns_timeout: RARELY,
        errors.reset: RARELY,
        errors.closed: RARELY,
        node.old_connections_dead: SOMETIMES,
        node.dns_unanswered: SOMETIMES,
    },
    denies=(
        node.throttled,
        errors.most_fail,
        place.one_member,
        errors.refused,
    ),
    confused_with={
        "node_overloaded_only_one": "On that node: gwdiag limits --only cpu --only tcp",
        "firewall_drop_one_node": "Do some connections succeed, with a delay?",
    },
    check=Remedy(text="Measure loss on the node", command="gwdiag limits --only tcp --only net"),
    fix=(
        Remedy(text="Take the node out of the balancer"),
        Remedy(text=("Look at its interface, its switch port and its host: errors, drops, a saturated link")),
    ),
)
