"""The gateway does not know who signed it."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, place, probes

TLS_UNKNOWN_CA = Cause(
    title="The upstream's certificate is of a CA that the gateway does not trust",
    means=(
        "The upstream's certificate is signed by a CA that is not among those the gateway trusts, or an intermediate "
        "is missing."
    ),
    prior=OCCASIONAL,
    explains={
        errors.most_fail: USUALLY,
        errors.unknown_authority: ALWAYS,
        errors.refused: RARELY,
        errors.handshake: RARELY,
        place.one_api: USUALLY,
        probes.probe_unknown_ca: ALWAYS,
        definition.speaks_tls: ALWAYS,
    },
    confused_with={
        "tls_cert_expired": "gwdiag probe {upstream}: dates and chain of the certificate",
    },
    check=Remedy(text=("See the chain that the upstream sends"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(
            text=(
                "Add the CA to the node's trust store and restart the gateway, or send the missing intermediate from "
                "the upstream"
            )
        ),
    ),
)
