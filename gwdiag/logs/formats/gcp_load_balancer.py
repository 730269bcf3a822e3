"""Google Cloud's HTTP load balancer, in Cloud Logging's JSON.

Source: cloud.google.com "External Application Load Balancer logging and monitoring", `statusDetails`; LogEntry and its
HttpRequest. Logged as the request's end; `latency` is text with its unit.
"""

from collections.abc import Mapping

from gwdiag.error_classes import of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import client_as_it_is, host_of, origin, path_as_it_is, path_of, status_of, word
from gwdiag.logs.formats._fields import level_of
from gwdiag.logs.formats._golang import duration
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._products import product_of
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event, Kind

CLASSES = {
    "backend_connection_closed_after_partial_response_sent": "upstream_closed",
    "backend_connection_closed_before_data_sent_to_client": "upstream_closed",
    "backend_early_response_with_non_error_status": "upstream_protocol",
    "backend_interim_response_not_supported": "upstream_protocol",
    "backend_response_corrupted": "upstream_protocol",
    "backend_response_headers_too_long": "upstream_protocol",
    "backend_timeout": "upstream_response_timeout",
    "body_not_allowed": "bad_client_request",
    "client_cert_chain_invalid_eku": "client_tls_handshake",
    "client_disconnected_after_partial_response": "client_canceled",
    "client_disconnected_before_any_response": "client_canceled",
    "client_timed_out": "bad_client_request",
    "denied_by_security_policy": "auth_failed",
    "failed_to_connect_to_backend": "upstream_connect_failed",
    "failed_to_pick_backend": "no_healthy_upstream",
    "failed_to_negotiate_alpn": "tls_handshake",
    "internal_error": "gateway_internal",
    "request_body_too_large": "body_too_large",
    "request_loop_detected": "config_error",
    "ssl_certificate_san_verification_failed": "tls_hostname_mismatch",
    "ssl_certificate_chain_verification_failed": "tls_unknown_authority",
    "throttled_by_security_policy": "rate_limited",
}

BY_BACKEND = "response_sent_by_backend"


def read(line: str, clock: Clock) -> Event | None:
    fields = object_of(line)
    if fields is None or product_of(fields) != "gcp_load_balancer":
        return None
    request, payload, resource = (_part(fields, key) for key in ("httpRequest", "jsonPayload", "resource"))
    status, details = status_of(request.get("status")), word(payload.get("statusDetails"))
    labels = _part(resource, "labels")
    by_status = of_status(status, upstream_answered=details == BY_BACKEND).id if status else None
    return Event(
        at=clock.read(str(fields.get("timestamp", ""))),
        kind=Kind.ACCESS,
        level=level_of(fields.get("severity")),
        claim=CLASSES.get(details or "") or by_status,
        status=status,
        duration_ms=duration(request.get("latency")),
        upstream=origin(word(request.get("serverIp"))) or word(labels.get("backend_service_name")),
        client=host_of(word(request.get("remoteIp"))),
        method=word(request.get("requestMethod")),
        path=path_of(word(request.get("requestUrl"))),
        detail=details,
    )


def _part(fields: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = fields.get(key)
    return part if isinstance(part, Mapping) else {}


SCAN = Keyed(
    json=True,
    time="timestamp",
    took=Took(field="httpRequest.latency", unit_ms=None),
    client="httpRequest.remoteIp",
    path="httpRequest.requestUrl",
    decides=(
        *("httpRequest.status", "httpRequest.requestMethod", "httpRequest.serverIp", "jsonPayload.statusDetails"),
        *("resource.labels.backend_service_name", "severity"),
    ),
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

GCP_LOAD_BALANCER = LogFormat(
    title="Google Cloud load balancer",
    read=read,
    scan=SCAN,
    recorded="written after the documentation of Google Cloud",
    cannot_tell="no reason of a failed connection beyond its words; no address of the backend but its IP",
)
