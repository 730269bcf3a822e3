"""A good certificate for somebody else."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, place, probes

TLS_HOSTNAME_MISMATCH = Cause(
    title="The upstream's certificate names another host",
    means=(
        "The certificate does not name the host that the definition asks for: an address as target, another service, "
        "a missing SAN."
    ),
    prior=OCCASIONAL,
    explains={
        errors.most_fail: USUALLY,
        errors.hostname_mismatch: ALWAYS,
        errors.refused: RARELY,
        errors.names_other_host: USUALLY,
        errors.handshake: RARELY,
        place.one_api: USUALLY,
        probes.probe_other_host: ALWAYS,
        definition.speaks_tls: ALWAYS,
    },
    confused_with={
        "tls_unknown_ca": "gwdiag probe {upstream}: the names that the certificate carries",
    },
    check=Remedy(text=("See the names that the certificate carries"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Name the host in the target of {api} as the certificate does")),
        Remedy(text="Or have a certificate made with this name as a SAN"),
    ),
)
