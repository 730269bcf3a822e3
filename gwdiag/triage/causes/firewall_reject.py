"""Something on the way says no, actively."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, node, place, probes, time

FIREWALL_REJECT = Cause(
    title="A firewall rejects connections to the upstream",
    means="A filter answers connection attempts with an ICMP message or a reset, instead of the upstream.",
    prior=UNCOMMON,
    explains={
        errors.unreachable: USUALLY,
        errors.refused: SOMETIMES,
        errors.dial_timeout: RARELY,
        node.icmp_unreachable: USUALLY,
        errors.says_no_route: USUALLY,
        errors.says_prohibited: SOMETIMES,
        place.one_node: SOMETIMES,
        place.one_api: USUALLY,
        node.attempts_reset: SOMETIMES,
        probes.probe_unreachable: USUALLY,
        probes.probe_refused: SOMETIMES,
        errors.connect_failed: RARELY,
    },
    denies=(
        time.target_changed,
        place.one_member,
        node.no_route_here,
    ),
    confused_with={
        "no_route": "gwdiag probe {upstream}: who sent the ICMP message, and of which kind?",
        "upstream_down": "Connect from the upstream's own host: does it listen?",
    },
    check=Remedy(text="See who answers, and with what", command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Ask for the rule that changed at the onset: it names {host}:{port}")),
        Remedy(text="Look at the node's own rules", command="nft list ruleset"),
    ),
)
