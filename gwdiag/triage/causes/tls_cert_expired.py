"""The certificate has run out, or is not valid yet."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, place, probes

TLS_CERT_EXPIRED = Cause(
    title="The upstream's certificate has expired",
    means="The upstream presents a certificate outside of its time of validity.",
    prior=OCCASIONAL,
    explains={
        errors.most_fail: USUALLY,
        errors.cert_expired: ALWAYS,
        errors.refused: RARELY,
        errors.handshake: RARELY,
        place.one_api: USUALLY,
        probes.probe_expired: ALWAYS,
        errors.closed: RARELY,
        errors.reset: RARELY,
        definition.speaks_tls: ALWAYS,
    },
    confused_with={
        "tls_unknown_ca": "gwdiag probe {upstream}: the certificate's dates and issuer",
    },
    check=Remedy(text=("See the certificate and its dates"), command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Renew the certificate on the upstream and reload it there")),
        Remedy(text=("Never with ssl_insecure_skip_verify: it hides the next fault as well")),
    ),
)
