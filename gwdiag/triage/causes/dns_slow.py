"""Answers come, but after whoever asked has gone."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, probes

DNS_SLOW = Cause(
    title="The resolver answers late",
    means="The nameserver answers, but after seconds: look-ups end in a timeout, or eat up the time of the request.",
    prior=UNCOMMON,
    explains={
        errors.dns_timeout: USUALLY,
        node.dns_late: ALWAYS,
        node.dns_unanswered: RARELY,
        place.several_upstreams: SOMETIMES,
        place.every_api: SOMETIMES,
        errors.canceled: SOMETIMES,
        latency.became_slower: USUALLY,
        latency.every_api_slower: SOMETIMES,
        probes.probe_dns_silent: SOMETIMES,
        errors.dial_timeout: RARELY,
        latency.successes_cut_off: RARELY,
        errors.response_timeout: RARELY,
    },
    denies=(
        errors.fd_exhausted,
        node.descriptors_used_up,
        node.throttled,
        node.syn_unanswered,
    ),
    confused_with={
        "dns_resolver_down": "gwdiag probe {upstream} --timeout 20: an answer after seconds, or none",
    },
    check=Remedy(text=("Time the look-up by itself"), command="gwdiag probe {upstream} --timeout 20"),
    fix=(
        Remedy(text="Look at the load and forwarders of the nameserver"),
        Remedy(text=("A local cache on each node; fewer look-ups: keep connections, mind ndots and the search list")),
    ),
)
