"""Envoy's own words for what became of a request, and their classes: response flags, details, gRPC statuses.

Source: Envoy 1.40 documentation, "Access logging" (%RESPONSE_FLAGS%) and "Response Code Details".
"""

from gwdiag.model.pattern import pattern

FLAGS = {
    "DC": ("DownstreamConnectionTermination", "client_canceled"),
    "DR": ("DownstreamRemoteReset", "client_canceled"),
    "DPE": ("DownstreamProtocolError", "bad_client_request"),
    "IH": ("InvalidEnvoyRequestHeaders", "bad_client_request"),
    "UAEX": ("UnauthorizedExternalService", "auth_failed"),
    "RL": ("RateLimited", "rate_limited"),
    "RLSE": ("RateLimitServiceError", "gateway_internal"),
    "NR": ("NoRouteFound", "gateway_route_not_found"),
    "NC": ("NoClusterFound", "config_error"),
    "NFCF": ("NoFilterConfigFound", "config_error"),
    "FI": ("FaultInjected", "config_error"),
    "OM": ("OverloadManagerTerminated", "gateway_overload"),
    "UO": ("UpstreamOverflow", "gateway_overload"),
    "DO": ("DropOverload", "gateway_overload"),
    "UDO": ("UnconditionalDropOverload", "gateway_overload"),
    "SI": ("StreamIdleTimeout", "enforced_timeout"),
    "DT": ("DurationTimeout", "enforced_timeout"),
    "UMSDR": ("UpstreamMaxStreamDurationReached", "enforced_timeout"),
    "UT": ("UpstreamRequestTimeout", "upstream_response_timeout"),
    "UH": ("NoHealthyUpstream", "no_healthy_upstream"),
    "LH": ("FailedLocalHealthCheck", "no_healthy_upstream"),
    "DF": ("DnsResolutionFailed", "dns_failure"),
    "UF": ("UpstreamConnectionFailure", "upstream_connect_failed"),
    "UC": ("UpstreamConnectionTermination", "upstream_closed"),
    "UR": ("UpstreamRemoteReset", "upstream_reset"),
    "LR": ("LocalReset", "upstream_reset"),
    "UPE": ("UpstreamProtocolError", "upstream_protocol"),
}
"""Response flags: short form, long form (%RESPONSE_FLAGS_LONG%), class."""

TELLING_NOTHING = {
    "URX": "UpstreamRetryLimitExceeded",
    "DI": "DelayInjected",
    "RFCF": "ResponseFromCacheFilter",
}
"""Flags that stand beside what happened."""

CLASSES = {flag: id_ for short, (long, id_) in FLAGS.items() for flag in (short, long)}
KNOWN_FLAGS = frozenset((*CLASSES, *TELLING_NOTHING, *TELLING_NOTHING.values()))

HAVE_A_REASON = {
    "upstream_connect_failed": ("upstream_", "tls_", "dns_", "gateway_"),
    "upstream_closed": ("tls_",),
    "upstream_reset": ("upstream_", "tls_"),
    "dns_failure": ("dns_",),
}
"""What the words of a failure may make of the class of its flag."""

DETAILS = (
    (r"via_upstream|direct_response|internal_redirect|admin_filter|health_check_ok", None),
    (r"downstream_(?:remote|local)_disconnect|http[23]\.remote_re", "client_canceled"),
    (r"rbac_access_denied|ext_authz_|jwt_authn_|oauth|csrf_|basic_auth|api_key_auth", "auth_failed"),
    (r"(?:local|request)_rate_limited|bandwidth_limited|.*quota.*denied", "rate_limited"),
    (r"rate_limiter_error|ext_proc|lua|wasm|golang|dynamic_module", "gateway_internal"),
    (r"request_payload_(?:too_large|exceeded)", "body_too_large"),
    (r"response_payload_too_large|websocket_handshake_unsuccessful", "upstream_protocol"),
    (r"stream_idle_timeout|(?:max_)?duration_timeout", "enforced_timeout"),
    (r"upstream_max_stream_duration|request_overall_timeout", "enforced_timeout"),
    (r"response_timeout|upstream_response_timeout|upstream_per_try_(?:idle_)?timeout", "upstream_response_timeout"),
    (r"route_(?:configuration_)?not_found|filter_chain_not_found", "gateway_route_not_found"),
    (r"cluster_not_found|fault_filter_abort|filter_removed_required", "config_error"),
    (r"no_healthy_upstream", "no_healthy_upstream"),
    (r"overload|drop_overload|unconditional_drop_overload|maintenance_mode|.*overflow", "gateway_overload"),
    (r"dns_resolution_fail|dynamic_forward_proxy", "dns_failure"),
    (r"upstream_reset_(?:before|after)_response_started\{overflow", "gateway_overload"),
    (
        r"upstream_reset_(?:before|after)_response_started\{(?:local_|remote_)?connection_fail",
        "upstream_connect_failed",
    ),
    (r"upstream_reset_(?:before|after)_response_started\{connection_timeout", "upstream_dial_timeout"),
    (r"upstream_reset_(?:before|after)_response_started\{connection_term", "upstream_closed"),
    (r"upstream_reset_(?:before|after)_response_started\{protocol_error", "upstream_protocol"),
    (r"upstream_reset_(?:before|after)_response_started", "upstream_reset"),
    (r"http[123]\.|low_version|missing_|invalid_path|absolute_path|path_normalization", "bad_client_request"),
    (r"upgrade_failed|early_connect|request_head|downstream_header_timeout|rejecting_because", "bad_client_request"),
)
"""How the response code details begin, and the class. None: the status decides."""

DETAIL = pattern("|".join(f"({words})" for words, _ in DETAILS))

GRPC = {
    "1": "client_canceled",
    "canceled": "client_canceled",
    "4": "upstream_response_timeout",
    "deadlineexceeded": "upstream_response_timeout",
    "7": "auth_failed",
    "permissiondenied": "auth_failed",
    "16": "auth_failed",
    "unauthenticated": "auth_failed",
    "8": "rate_limited",
    "resourceexhausted": "rate_limited",
    "2": "upstream_5xx",
    "unknown": "upstream_5xx",
    "13": "upstream_5xx",
    "internal": "upstream_5xx",
    "14": "upstream_5xx",
    "unavailable": "upstream_5xx",
    "15": "upstream_5xx",
    "dataloss": "upstream_5xx",
}
"""gRPC statuses that are failures for the operator: the HTTP status beside them is 200."""


def class_of_details(details: str) -> str | None:
    """The class that the response code details name; None where they leave it to the status."""
    seen = DETAIL.match(details)
    return DETAILS[seen.lastindex - 1][1] if seen and seen.lastindex else None
