"""One node alone gets no answer from an upstream that answers its neighbours."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, node, place, probes, time

FIREWALL_DROP_ONE_NODE = Cause(
    title="Packets from one node to the upstream are dropped",
    means=(
        "One node gets no answer from the upstream while its neighbours are served by the same address: a rule, a "
        "route or a security group of that node."
    ),
    prior=UNCOMMON,
    explains={
        errors.dial_timeout: ALWAYS,
        node.syn_unanswered: ALWAYS,
        place.one_node: ALWAYS,
        place.one_api: USUALLY,
        errors.response_timeout: SOMETIMES,
        errors.canceled: SOMETIMES,
        probes.probe_dropped: USUALLY,
        errors.connect_failed: RARELY,
        node.segments_lost: SOMETIMES,
        node.old_connections_dead: SOMETIMES,
        errors.circuit_open: RARELY,
    },
    denies=(
        place.every_api,
        time.rises_with_load,
        node.throttled,
        errors.says_no_route,
    ),
    confused_with={
        "firewall_drop_all": "On another node: gwdiag probe {upstream}",
        "packet_loss": "Do other upstreams of this node suffer as well?",
    },
    check=Remedy(
        text=("Probe the upstream from this node and from a healthy one, and compare"),
        command="gwdiag probe {upstream} --save {node}.json",
    ),
    fix=(
        Remedy(text=("Compare the node's address with the rules in front of {host}:{port}")),
        Remedy(text="Look at its own rules", command="nft list ruleset"),
    ),
)
