"""What the fields of Tyk's records mean: durations, claims, answers, marks, addresses."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import origin
from gwdiag.logs.formats._tyk import event
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.tyk_flags import ResponseFlag

FAILED_IN_5_8: dict[str, object] = {
    "level": "info",
    "client_ip": "203.0.113.33",
    "latency_total": "0",
    "method": "POST",
    "path": "/items",
    "prefix": "access-log",
    "status": "500",
    "time": "Nov 20 08:37:48",
    "upstream_addr": "http://telemetry.iot.example.net:9001/items",
    "upstream_latency": "0",
}
FAILED_IN_5_14 = FAILED_IN_5_8 | {
    "api_id": "315e9d17c93cfb7e",
    "api_name": "Telemetry",
    "latency_gateway": "5002",
    "latency_total": "5002",
    "original_path": "/telemetry/items",
    "response_code_details": "context_deadline_exceeded",
    "response_flag": "URT",
    "status": "504",
    "time": "2026-11-20T08:37:48Z",
}


def read(fields: dict[str, object]) -> Event:
    return event(fields, Clock(year=2026))


def test_an_error_of_5_8_has_no_duration_and_no_api():
    assert read(FAILED_IN_5_8) == Event(
        at=1795163868.0,
        kind=Kind.ACCESS,
        level="info",
        claim="upstream_connect_failed",
        status=500,
        upstream="http://telemetry.iot.example.net:9001",
        client="203.0.113.33",
        method="POST",
        path="/items",
    )


def test_an_error_of_5_14_has_both():
    assert read(FAILED_IN_5_14) == Event(
        at=1795163868.0,
        kind=Kind.ACCESS,
        level="info",
        claim="upstream_response_timeout",
        status=504,
        duration_ms=5002.0,
        upstream_ms=0.0,
        api_id="315e9d17c93cfb7e",
        api="Telemetry",
        upstream="http://telemetry.iot.example.net:9001",
        client="203.0.113.33",
        method="POST",
        path="/telemetry/items",
        flag="URT",
        detail="context_deadline_exceeded",
    )


@pytest.mark.parametrize(
    ("changed", "duration", "upstream_wait"),
    [
        ({"status": "200", "latency_total": "0"}, 0.0, 0.0),
        ({"status": "200", "latency_total": "20", "upstream_latency": "19"}, 20.0, 19.0),
        ({"status": "404", "latency_total": "20", "upstream_latency": "19"}, 20.0, 19.0),
        ({"status": "500", "latency_total": "0"}, None, None),
        ({"status": "500", "latency_total": "0", "latency_gateway": "0"}, 0.0, 0.0),
        ({"status": "200", "latency_total": "nan"}, None, 0.0),
        ({"status": "200", "latency_total": "-3"}, None, 0.0),
        ({"status": "200", "latency_total": "2592000001"}, None, 0.0),
        ({"status": "200", "latency_total": "fast"}, None, 0.0),
    ],
)
def test_a_duration_counts_only_where_it_can_be_trusted(changed, duration, upstream_wait):
    seen = read(FAILED_IN_5_8 | changed)

    assert (seen.duration_ms, seen.upstream_ms) == (duration, upstream_wait)


@pytest.mark.parametrize(
    ("flag", "status", "claim"),
    [
        ("TLE", 500, "tls_cert_expired"),
        ("TLI", 500, "tls_handshake"),
        ("TLM", 500, "tls_hostname_mismatch"),
        ("TLN", 500, "tls_unknown_authority"),
        ("TLP", 500, "tls_handshake"),
        ("TLA", 500, "tls_handshake"),
        ("TLC", 500, "tls_handshake"),
        ("TLH", 500, "tls_handshake"),
        ("UCF", 500, "upstream_dial_refused"),
        ("UCT", 500, "upstream_dial_timeout"),
        ("URR", 500, "upstream_reset"),
        ("URT", 500, "upstream_dial_timeout"),
        ("URT", 504, "upstream_response_timeout"),
        ("EPI", 500, "upstream_reset"),
        ("CAB", 500, "upstream_reset"),
        ("NRS", 500, "upstream_reset"),
        ("NRH", 500, "upstream_unreachable"),
        ("NHU", 503, "no_healthy_upstream"),
        ("CBO", 503, "circuit_open"),
        ("CDC", 499, "client_canceled"),
        ("URS", 502, "upstream_5xx"),
        ("UPE", 500, "upstream_protocol"),
        ("RLT", 429, "rate_limited"),
        ("QEX", 403, "quota_exceeded"),
        ("AMF", 401, "auth_failed"),
        ("AMF", 400, "auth_failed"),
        ("AKI", 403, "auth_failed"),
        ("TKE", 401, "auth_failed"),
        ("TKI", 401, "auth_failed"),
        ("TCV", 401, "auth_failed"),
        ("EAD", 403, "auth_failed"),
        ("BTL", 413, "body_too_large"),
        ("BTL", 400, "body_too_large"),
        ("CLM", 411, "bad_client_request"),
        ("BIV", 422, "bad_client_request"),
        ("IHD", 400, "bad_client_request"),
        ("CRQ", 401, "auth_failed"),
        ("CMM", 403, "auth_failed"),
    ],
)
def test_a_flag_claims_its_class(flag, status, claim):
    fields = FAILED_IN_5_14 | {"response_flag": flag, "status": str(status), "response_code_details": ""}

    assert read(fields).claim == claim


def test_every_flag_has_a_class():
    without = [flag for flag in ResponseFlag if not read(FAILED_IN_5_14 | {"response_flag": flag}).claim]

    assert without == []


@pytest.mark.parametrize(
    ("detail", "claim"),
    [
        ("dns_not_found", "dns_not_found"),
        ("dns_timeout", "dns_timeout"),
        ("dns_resolution_failed", "dns_failure"),
        ("of a later version", "dns_failure"),
        ("", "dns_failure"),
    ],
)
def test_the_details_tell_one_failure_of_dns_from_another(detail, claim):
    fields = FAILED_IN_5_14 | {"response_flag": "DNS", "status": "500", "response_code_details": detail}

    assert read(fields).claim == claim


def test_a_flag_of_a_later_version_leaves_it_to_the_status():
    fields = FAILED_IN_5_14 | {"response_flag": "XYZ", "status": "502"}

    assert (read(fields).claim, read(fields).flag) == ("upstream_5xx", "XYZ")


def test_no_healthy_upstream_has_no_upstream():
    fields = FAILED_IN_5_14 | {
        "response_flag": "NHU",
        "status": "503",
        "upstream_addr": "http://127.0.0.1:34225/items",
    }

    assert (read(fields).claim, read(fields).upstream) == ("no_healthy_upstream", None)


@pytest.mark.parametrize(
    ("changed", "claim"),
    [
        ({"status": "200"}, "none"),
        ({"status": "302"}, "none"),
        ({"status": None}, "none"),
        ({"status": "503"}, "circuit_open"),
        ({"status": "503", "api_id": "a1", "upstream_latency": "7"}, "upstream_5xx"),
        ({"status": "500", "api_id": "a1", "upstream_latency": "7"}, "upstream_5xx"),
        ({"status": "502", "api_id": "a1", "upstream_latency": "7"}, "upstream_5xx"),
        ({"status": "499"}, "client_canceled"),
        ({"status": "504"}, "upstream_response_timeout"),
        ({"status": "404", "upstream_latency": "7"}, "bad_client_request"),
        ({"status": "404", "upstream_addr": "/items"}, "gateway_route_not_found"),
        ({"status": "401", "upstream_latency": "7"}, "auth_failed"),
        ({"status": "429", "upstream_latency": "7"}, "rate_limited"),
        ({"status": "413", "upstream_latency": "7"}, "body_too_large"),
    ],
)
def test_without_a_flag_the_status_and_the_shape_of_the_line_claim(changed, claim):
    assert read(FAILED_IN_5_8 | changed).claim == claim


@pytest.mark.parametrize(
    ("middleware", "status", "claim"),
    [
        ("AuthKey", 401, "auth_failed"),
        ("AuthKey", 403, "auth_failed"),
        ("AuthKey", 400, "auth_failed"),
        ("AuthKey", 500, "upstream_5xx"),
        ("JWTMiddleware", 401, "auth_failed"),
        ("KeyExpired", 401, "auth_failed"),
        ("IPBlackListMiddleware", 403, "auth_failed"),
        ("RateLimitAndQuotaCheck", 429, "rate_limited"),
        ("RateLimitAndQuotaCheck", 403, "quota_exceeded"),
        ("RateLimitForAPI", 429, "rate_limited"),
        ("RequestSizeLimitMiddleware", 400, "body_too_large"),
        ("RequestSizeLimitMiddleware", 413, "body_too_large"),
        ("RequestSizeLimitMiddleware", 411, "bad_client_request"),
        ("GoPluginMiddleware", 500, "gateway_internal"),
        ("GoPluginMiddleware", 403, "auth_failed"),
        ("ValidateJSON", 422, "bad_client_request"),
        ("SomeNewMiddleware", 429, "rate_limited"),
    ],
)
def test_a_refusal_is_of_the_middleware_that_refused(middleware, status, claim):
    fields = FAILED_IN_5_8 | {"mw": middleware, "status": str(status), "upstream_addr": "/items", "api_id": "a1"}

    assert (read(fields).claim, read(fields).upstream) == (claim, None)


@pytest.mark.parametrize(
    ("message", "claim", "answers"),
    [
        ("http: proxy error: context deadline exceeded", "enforced_timeout", "504"),
        ("http: proxy error during body copy: context deadline exceeded", "enforced_timeout", "cut"),
        ("http: proxy error: net/http: timeout awaiting response headers", None, "504"),
        ("http: proxy error: Get http://a/: context deadline exceeded", None, "504"),
        ("http: proxy error: context canceled", None, "499"),
        ("http: proxy error: dial tcp 10.20.0.31:9001: i/o timeout", None, "5xx"),
        ("http: proxy error during body copy: unexpected EOF", None, "cut"),
        ("context deadline exceeded", None, None),
    ],
)
def test_a_proxy_error_says_what_its_client_got(message, claim, answers):
    seen = read({"level": "error", "msg": message})

    assert (seen.claim, seen.answers) == (claim, answers)


def test_a_plugin_server_that_cannot_be_reached_is_the_gateway_s_own_matter():
    fields = {"level": "error", "msg": "rpc error: code = Unavailable desc = connection refused", "prefix": "coprocess"}

    assert read(fields).claim == "gateway_internal"
    assert read(fields | {"prefix": "main"}).claim is None


@pytest.mark.parametrize(
    ("fields", "kind", "answers"),
    [
        ({"msg": "http: proxy error: EOF"}, Kind.REQUEST, "5xx"),
        ({"msg": "x", "api_id": "a1", "mw": "AuthKey"}, Kind.REQUEST, None),
        ({"msg": "Attempted access with non-existent key.", "api_id": "a1", "mw": "AuthKey"}, Kind.REQUEST, "4xx"),
        (
            {"msg": "dial tcp 10.20.0.31:9001: i/o timeout", "api_id": "a1", "origin": "203.0.113.7"},
            Kind.REQUEST,
            "5xx",
        ),
        ({"msg": "x", "api_id": "a1", "user_ip": "203.0.113.7"}, Kind.REQUEST, None),
        ({"msg": "x", "request": "GET /"}, Kind.REQUEST, None),
        ({"msg": "API Loaded", "api_id": "a1"}, Kind.NOTICE, None),
        ({"msg": "Connection to Redis failed", "mw": "AuthKey"}, Kind.NOTICE, None),
    ],
)
def test_a_message_is_about_one_request_or_a_notice(fields, kind, answers):
    seen = read({"level": "error"} | fields)

    assert (seen.kind, seen.answers) == (kind, answers)


@pytest.mark.parametrize(
    ("message", "mark"),
    [
        ("Tyk API Gateway v5.8.5", Mark.START),
        ("Reload queued", Mark.RELOAD),
        ("reload: initiating", Mark.RELOAD),
        ("API reload complete", Mark.RELOAD),
        ("Shutdown signal received", Mark.SHUTDOWN),
        ("Terminating.", Mark.SHUTDOWN),
        ("[HOST CHECKER MANAGER] Host is DOWN: http://10.20.0.41:9001", Mark.HOST_DOWN),
        ("[HOST CHECKER MANAGER] Host is UP: http://10.20.0.41:9001", Mark.HOST_UP),
        ("[PROXY] [CIRCUIT BREAKER] Breaker tripped for path: /items", Mark.BREAKER),
        ("said API reload complete", None),
        ("API Loaded", None),
    ],
)
def test_changes_in_the_life_of_the_gateway_are_marked(message, mark):
    assert read({"level": "info", "msg": message}).mark is mark


@pytest.mark.parametrize(
    ("addresses", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.20.0.9", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:4711", "[2001:db8::7]"),
        ("2001:db8::7, 10.20.0.9", "2001:db8::7"),
    ],
)
def test_the_client_is_the_first_of_a_chain_without_its_port(addresses, client):
    assert read({"level": "error", "msg": "x", "user_ip": addresses}).client == client


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://orders.internal:9001/items?x=1", "http://orders.internal:9001"),
        ("https://[2001:db8::7]:9443/a", "https://[2001:db8::7]:9443"),
        ("h2c://orders.internal:9001", "h2c://orders.internal:9001"),
        ("orders.internal:9001", "orders.internal:9001"),
        ("orders.internal:9001/items", "orders.internal:9001"),
        ("/items/1", None),
        ("--", None),
        ("", None),
        (None, None),
    ],
)
def test_the_origin_of_an_address(address, expected):
    assert origin(address) == expected
