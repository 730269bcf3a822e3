"""Two protocols on one connection."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, place, probes, time

PLAIN_HTTP_ON_TLS_PORT = Cause(
    title="One side speaks plain HTTP, the other TLS",
    means="The target's scheme does not fit its port: plain HTTP goes to a TLS port, or TLS to a plain one.",
    prior=UNCOMMON,
    explains={
        errors.reset: SOMETIMES,
        errors.closed: SOMETIMES,
        errors.handshake: SOMETIMES,
        errors.protocol: RARELY,
        errors.not_tls: USUALLY,
        definition.plain_on_tls_port: USUALLY,
        definition.tls_on_plain_port: SOMETIMES,
        place.one_api: USUALLY,
        errors.most_fail: ALWAYS,
        time.reloaded: SOMETIMES,
        time.target_changed: RARELY,
        errors.upstream_5xx: RARELY,
        probes.probe_broken: SOMETIMES,
        probes.probe_tls: SOMETIMES,
        errors.refused: RARELY,
    },
    denies=(
        time.only_unsafe_methods,
        time.after_silence,
        errors.cut_answers,
    ),
    confused_with={
        "upstream_crash_midresponse": (
            "Every request fails, from the first: curl -sk https://{target}/ and curl -s http://{target}/"
        ),
        "tls_client_cert_required": "The words of the handshake's error",
    },
    check=Remedy(text="Try the other scheme", command="gwdiag probe https://{target}"),
    fix=(Remedy(text=("Correct the scheme or the port in the target of {api} and reload")),),
)
