"""The resolver answers, and says that there is no such name."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, USUALLY, Cause
from gwdiag.triage.facts import errors, node, place, probes, time

DNS_NXDOMAIN = Cause(
    title="The upstream's name does not exist",
    means="The resolver answers NXDOMAIN, or no address, for the upstream's name.",
    prior=OCCASIONAL,
    explains={
        errors.most_fail: USUALLY,
        errors.dns_not_found: ALWAYS,
        place.one_api: USUALLY,
        probes.probe_no_name: ALWAYS,
        time.target_changed: RARELY,
        time.reloaded: RARELY,
        place.several_upstreams: RARELY,
    },
    denies=(
        errors.fd_exhausted,
        node.dns_unanswered,
        node.dns_late,
        node.descriptors_used_up,
    ),
    confused_with={
        "gateway_nofile_exhausted": (
            "gwdiag limits --only fd: used up descriptors make look-ups fail with the same words"
        ),
        "dns_servfail": "dig {host}: the status in the answer",
    },
    check=Remedy(text=("Ask the resolver that the node uses"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Put the record back, or correct the name in the definition of {api}")),
        Remedy(text=("In Kubernetes: does the service exist in that namespace?")),
    ),
)
