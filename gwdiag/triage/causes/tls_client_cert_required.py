"""The upstream asks who the gateway is."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, place, probes

TLS_CLIENT_CERT_REQUIRED = Cause(
    title="The upstream requires a client certificate",
    means="The upstream refuses the handshake because the gateway presents no certificate, or not the right one.",
    prior=UNCOMMON,
    explains={
        errors.handshake: ALWAYS,
        errors.wants_client_certificate: USUALLY,
        errors.reset: RARELY,
        errors.closed: RARELY,
        place.one_api: USUALLY,
        definition.speaks_tls: ALWAYS,
        probes.probe_tls: ALWAYS,
        errors.most_fail: ALWAYS,
        errors.upstream_5xx: RARELY,
    },
    denies=(
        errors.not_tls,
        definition.plain_on_tls_port,
    ),
    confused_with={
        "plain_http_on_tls_port": "The words of the handshake's error",
        "tls_unknown_ca": "Who complains: the gateway about the certificate, or the upstream about ours",
    },
    check=Remedy(text="See what the upstream asks for", command="gwdiag probe {upstream}"),
    fix=(
        Remedy(
            text=(
                "Give the gateway a certificate for that host: upstream_certificates of {api}, or "
                "security.certificates.upstream"
            )
        ),
        Remedy(text="Or have the upstream accept the gateway without one"),
    ),
)
