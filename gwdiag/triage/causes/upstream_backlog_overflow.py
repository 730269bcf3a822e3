"""The upstream accepts more slowly than connections come."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, probes, time

UPSTREAM_BACKLOG_OVERFLOW = Cause(
    title="The upstream's accept queue overflows under load",
    means=(
        "More connections come than the upstream accepts: SYNs are dropped while others are served. It comes and goes "
        "with load."
    ),
    prior=UNCOMMON,
    explains={
        errors.dial_timeout: ALWAYS,
        errors.response_timeout: SOMETIMES,
        errors.reset: SOMETIMES,
        errors.canceled: SOMETIMES,
        node.syn_unanswered: ALWAYS,
        time.load_rose: USUALLY,
        time.rises_with_load: SOMETIMES,
        node.syn_cookies_challenged: SOMETIMES,
        node.segments_lost: USUALLY,
        place.one_api: USUALLY,
        errors.closed: RARELY,
        latency.became_slower: SOMETIMES,
        node.old_connections_dead: SOMETIMES,
        probes.probe_dropped: SOMETIMES,
        errors.connect_failed: RARELY,
    },
    denies=(
        place.one_node,
        place.one_member,
        errors.most_fail,
        errors.unreachable,
        errors.refused,
    ),
    confused_with={
        "firewall_drop_all": "Some connections succeed, and more of them when there is less load",
        "upstream_slow": "SYN_SENT, or established and waiting",
    },
    check=Remedy(
        text=("See the accept queue on the upstream: Recv-Q against Send-Q of its listener"),
        command="ss -ltn sport = :{port}",
    ),
    fix=(
        Remedy(text=("Raise the upstream's backlog and net.core.somaxconn there, or its workers")),
        Remedy(text="Keep connections to it, so that fewer are made"),
    ),
)
