"""Nobody on the way knows where the upstream is, or it does not answer ARP any more."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, node, place, probes, time

NO_ROUTE = Cause(
    title="There is no route to the upstream",
    means="The upstream's network cannot be reached, or its address is gone: no route, or nobody answers ARP for it.",
    prior=UNCOMMON,
    explains={
        errors.unreachable: ALWAYS,
        errors.says_no_route: ALWAYS,
        errors.dial_timeout: SOMETIMES,
        errors.canceled: SOMETIMES,
        errors.response_timeout: RARELY,
        node.no_route_here: SOMETIMES,
        node.syn_unanswered: SOMETIMES,
        place.one_node: RARELY,
        place.one_api: USUALLY,
        probes.probe_unreachable: ALWAYS,
        errors.connect_failed: RARELY,
        place.several_upstreams: RARELY,
        node.icmp_unreachable: RARELY,
        node.segments_lost: SOMETIMES,
        node.old_connections_dead: SOMETIMES,
    },
    denies=(
        time.target_changed,
        place.one_member,
        errors.says_prohibited,
    ),
    confused_with={
        "firewall_reject": (
            "gwdiag probe {upstream}: an ICMP message of a router or firewall names its sender; ARP that nobody "
            "answers has none"
        ),
    },
    check=Remedy(text="See the route and the neighbour", command="ip route get {host}"),
    fix=(
        Remedy(text="Bring back the host or the route to it"),
        Remedy(text="If it moved, change the target or the DNS record"),
    ),
)
