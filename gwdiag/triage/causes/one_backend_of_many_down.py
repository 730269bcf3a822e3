"""A constant share fails: one in N."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place

ONE_BACKEND_OF_MANY_DOWN = Cause(
    title="One target of the balanced list is dead",
    means=(
        "One address of the list fails while the others answer: a constant share of the requests fails, or is retried "
        "elsewhere."
    ),
    prior=OCCASIONAL,
    explains={
        place.one_member: ALWAYS,
        place.share_of_one_in_n: USUALLY,
        errors.refused: SOMETIMES,
        errors.dial_timeout: SOMETIMES,
        errors.reset: RARELY,
        errors.unreachable: RARELY,
        errors.response_timeout: RARELY,
        errors.closed: RARELY,
        errors.upstream_5xx: RARELY,
        errors.dns_not_found: RARELY,
        place.one_api: USUALLY,
        definition.has_list: ALWAYS,
        node.attempts_reset: SOMETIMES,
        node.syn_unanswered: SOMETIMES,
        errors.canceled: RARELY,
        errors.protocol: RARELY,
        errors.handshake: RARELY,
        errors.cert_expired: RARELY,
        node.icmp_unreachable: RARELY,
        errors.says_no_route: RARELY,
    },
    denies=(errors.most_fail,),
    confused_with={
        "upstream_down": "gwdiag logs --by upstream {logs}: do the other addresses of the list answer?",
        "all_hosts_down": "Does any address answer?",
    },
    check=Remedy(text="Probe the dead address by itself", command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Take the dead address out of the list, or start it again")),
        Remedy(text=("Turn on uptime tests for the list: they take a dead target out by themselves")),
    ),
)
