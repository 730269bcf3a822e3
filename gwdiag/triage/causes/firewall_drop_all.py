"""Silence: no reset, no ICMP, no answer, for every node."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, node, place, probes, time

FIREWALL_DROP_ALL = Cause(
    title="Packets to the upstream are dropped without an answer",
    means=(
        "A firewall, security group or dead host drops what every node sends to the upstream: connections neither "
        "open nor fail until the timeout."
    ),
    prior=OCCASIONAL,
    explains={
        errors.most_fail: USUALLY,
        errors.dial_timeout: ALWAYS,
        node.syn_unanswered: ALWAYS,
        place.one_api: USUALLY,
        errors.response_timeout: SOMETIMES,
        errors.canceled: SOMETIMES,
        probes.probe_dropped: ALWAYS,
        errors.connect_failed: RARELY,
        place.several_upstreams: RARELY,
        errors.reset: RARELY,
        errors.no_healthy: RARELY,
        node.segments_lost: SOMETIMES,
        node.old_connections_dead: SOMETIMES,
    },
    denies=(
        place.one_node,
        place.one_member,
        errors.unreachable,
        errors.says_no_route,
        time.rises_with_load,
        node.throttled,
        node.syn_cookies_challenged,
        time.after_silence,
    ),
    confused_with={
        "upstream_backlog_overflow": "Do some connections still succeed, and only under load?",
        "firewall_drop_one_node": "On a second node: gwdiag probe {upstream}",
        "no_route": "ip neigh show {host}",
    },
    check=Remedy(text=("Probe the upstream from two nodes"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(
            text=(
                "Ask for the rule that changed at the onset: security groups, network policies, nftables in front of "
                "{host}:{port}"
            )
        ),
        Remedy(text=("If the host itself is gone, bring it back or change the target")),
    ),
)
