"""The resolver answers that it cannot find out."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, Cause
from gwdiag.triage.facts import errors, node, place, probes

DNS_SERVFAIL = Cause(
    title="The resolver answers SERVFAIL",
    means="The nameserver is there and answers with an error: the one behind it is down, or DNSSEC fails.",
    prior=UNCOMMON,
    explains={
        errors.dns_failure: ALWAYS,
        place.several_upstreams: SOMETIMES,
        place.every_api: SOMETIMES,
        probes.probe_dns_fails: ALWAYS,
        errors.dns_timeout: RARELY,
    },
    denies=(
        node.dns_unanswered,
        node.dns_late,
        errors.fd_exhausted,
        node.descriptors_used_up,
    ),
    confused_with={
        "dns_resolver_down": "gwdiag probe {upstream}: an error at once, or silence",
        "dns_nxdomain": "dig {host}: SERVFAIL or NXDOMAIN",
    },
    check=Remedy(text=("Ask the nameserver and the one behind it"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text="Repair the zone or forwarder behind the nameserver"),
        Remedy(text="Until then: another resolver first in /etc/resolv.conf"),
    ),
)
