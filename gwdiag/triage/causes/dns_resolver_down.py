"""Questions leave the node, and no answer comes."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, probes

DNS_RESOLVER_DOWN = Cause(
    title="The resolver does not answer",
    means=(
        "No answer comes from the nameserver: it is down, or packets to it are dropped. New connections to upstreams "
        "given by name fail."
    ),
    prior=UNCOMMON,
    explains={
        errors.dns_timeout: ALWAYS,
        node.dns_unanswered: ALWAYS,
        place.several_upstreams: USUALLY,
        place.every_api: SOMETIMES,
        errors.canceled: SOMETIMES,
        probes.probe_dns_silent: ALWAYS,
        errors.dns_failure: RARELY,
        errors.response_timeout: RARELY,
        place.one_node: RARELY,
        errors.dial_timeout: RARELY,
    },
    denies=(
        node.dns_late,
        errors.fd_exhausted,
        node.descriptors_used_up,
        node.throttled,
        latency.became_slower,
    ),
    confused_with={
        "dns_slow": "gwdiag probe {upstream}: an answer after seconds, or none",
        "dns_servfail": "dig {host}: an answer with an error is an answer",
    },
    check=Remedy(text=("Ask each nameserver of the node by itself"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Bring the nameserver back, or put a working one first in /etc/resolv.conf")),
        Remedy(text=("A local cache on each node (node-local-dns, systemd-resolved) survives the next time")),
    ),
)
