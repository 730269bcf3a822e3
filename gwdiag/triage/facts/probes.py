"""What probes from the node said of the failing upstreams: one fact for each kind of answer."""

from urllib.parse import urlsplit

from gwdiag.model.finding import CommandSource, FileSource
from gwdiag.model.problem import Unavailable
from gwdiag.triage.case import Case, Probed
from gwdiag.triage.fact import Answer, Fact, answer
from gwdiag.triage.symptoms import Symptom


def address(target: str) -> tuple[str | None, int | None]:
    """Host and port of a target, with or without a scheme."""
    parts = urlsplit(target if "://" in target else f"//{target}")
    try:
        return parts.hostname, parts.port
    except ValueError:
        return parts.hostname, None


def _probes(symptom: Symptom, case: Case) -> list[Probed]:
    wanted = {address(one) for one in symptom.scope.upstreams}
    hosts = {host for host, _ in wanted}
    exact = [one for one in case.probed if address(one.target) in wanted]
    return exact or [one for one in case.probed if address(one.target)[0] in hosts]


def _says(id_: str, asks: str, *verdicts: str) -> Fact:
    def tell(symptom: Symptom, case: Case) -> Answer | Unavailable:
        probes = _probes(symptom, case)
        if not probes:
            return Unavailable("the upstream was not probed")
        found = next((one for one in probes if one.verdict in verdicts), None)
        one = found or probes[0]
        source = FileSource(path=one.place) if not one.place.startswith("gwdiag ") else CommandSource(command=one.place)
        return answer(
            found is not None, f"a probe of {one.target} says {one.verdict}: {one.cause}", one.verdict, None, source
        )

    return Fact(id=id_, asks=asks, tell=tell, false_alarm=0.02, command="gwdiag probe {upstream}", seconds=5)


probe_refused = _says("probe_refused", "Is a probe from the node refused?", "upstream_dial_refused")
probe_dropped = _says("probe_dropped", "Is a probe from the node left without an answer?", "upstream_dial_timeout")
probe_unreachable = _says("probe_unreachable", "Is the upstream unreachable for a probe?", "upstream_unreachable")
probe_slow = _says("probe_slow", "Does the upstream answer a probe late or not at all?", "upstream_response_timeout")
probe_no_name = _says("probe_no_name", "Does a probe find no such name?", "dns_not_found")
probe_dns_silent = _says("probe_dns_silent", "Does the resolver leave a probe without an answer?", "dns_timeout")
probe_dns_fails = _says("probe_dns_fails", "Does the resolver answer a probe with an error?", "dns_failure")
probe_tls = _says("probe_tls", "Does TLS with the upstream fail for a probe?", "tls_handshake", "upstream_protocol")
probe_expired = _says("probe_expired", "Does a probe see an expired certificate?", "tls_cert_expired")
probe_unknown_ca = _says(
    "probe_unknown_ca", "Does a probe see a certificate of an unknown CA?", "tls_unknown_authority"
)
probe_other_host = _says("probe_other_host", "Does a probe see a certificate of another host?", "tls_hostname_mismatch")
probe_5xx = _says("probe_5xx", "Does the upstream answer a probe with 5xx?", "upstream_5xx")
probe_broken = _says("probe_broken", "Does the upstream break off when probed?", "upstream_reset", "upstream_closed")
