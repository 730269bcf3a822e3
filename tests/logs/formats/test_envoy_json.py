"""Envoy's access log as JSON: the keys of those who configure it, any order, parts of a line."""

import json
import time

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.envoy_json import ENVOY_JSON
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return ENVOY_JSON.read(line, Clock())


GATEWAY = {
    "start_time": "2026-11-20T08:37:48.118Z",
    "method": "GET",
    "x-envoy-origin-path": "/orders/42?token=secret",
    "protocol": "HTTP/1.1",
    "response_code": 503,
    "response_flags": "UF",
    "response_code_details": "upstream_reset_before_response_started{connection_timeout}",
    "connection_termination_details": None,
    "upstream_transport_failure_reason": None,
    "duration": 501,
    "x-envoy-upstream-service-time": None,
    "x-forwarded-for": "198.51.100.7,10.0.0.2",
    "x-request-id": "5c0cf9f0",
    ":authority": "shop.example.com",
    "upstream_host": "10.0.0.3:8080",
    "upstream_cluster": "httproute/shop/orders/rule/0",
    "downstream_remote_address": "10.0.0.2:49578",
    "route_name": "httproute/shop/orders/rule/0/match/0/shop_example_com",
}


def test_envoy_gateway():
    assert read(json.dumps(GATEWAY)) == Event(
        at=1795163868.619,
        kind=Kind.ACCESS,
        claim="upstream_dial_timeout",
        status=503,
        duration_ms=501.0,
        api="shop/orders",
        upstream="10.0.0.3:8080",
        client="198.51.100.7",
        method="GET",
        path="/orders/42",
        flag="UF",
        detail="upstream_reset_before_response_started{connection_timeout}",
        request_id="5c0cf9f0",
    )


@pytest.mark.parametrize(
    ("changed", "field", "expected"),
    [
        ({"response_flags": "UH", "upstream_host": "-"}, "upstream", "httproute/shop/orders/rule/0"),
        ({"x-forwarded-for": "-"}, "client", "10.0.0.2"),
        ({"response_code": "0", "response_flags": "DC"}, "status", None),
        ({"duration": "-"}, "duration_ms", None),
        ({"duration": "-"}, "at", 1795163868.118),
        ({"start_time": None}, "at", None),
        ({"upstream_transport_failure_reason": "delayed_connect_error:_111"}, "claim", "upstream_dial_refused"),
        (
            {"response_flags": "-", "response_code_details": "direct_response", "response_code": 500},
            "claim",
            "config_error",
        ),
    ],
)
def test_odd_values(changed, field, expected):
    assert getattr(read(json.dumps(GATEWAY | changed)), field) == expected


CONTOUR = (
    '{"@timestamp":"2026-11-20T08:37:48.118Z","path":"/a","method":"GET","response_code":200,"response_flags":"-",'
    '"upstream_host":"10.0.0.3:80","upstream_cluster":"shop/orders/80/da39a3ee5e"}'
)
ISTIO = (
    '{"authority":"a","upstream_cluster":"outbound|80||a.b.svc","response_code":"503","response_flags":"UH",'
    '"path":"/a?b"}'
)


@pytest.mark.parametrize(
    ("line", "claim", "path", "upstream"),
    [
        (CONTOUR, "none", "/a", "10.0.0.3:80"),
        (ISTIO, "no_healthy_upstream", "/a", "a.b.svc:80"),
        (
            '{"responseCode":200,"responseFlags":"-","grpcStatus":"Unavailable","upstreamHost":"10.0.0.3:80","path":"/a.B/C"}',
            "upstream_5xx",
            "/a.B/C",
            "10.0.0.3:80",
        ),
        ('"response_code_details": "stream_idle_timeout", "duration": 90003,', "enforced_timeout", None, None),
        (
            '{"response_code":504,"response_flags":"UT","upstream_host":"10.0.0.3:80","path":"/a","user_agent":"Mozil',
            "upstream_response_timeout",
            "/a",
            "10.0.0.3:80",
        ),
    ],
)
def test_other_keys_and_parts(line, claim, path, upstream):
    event = read(line)

    assert event is not None
    assert (event.claim, event.path, event.upstream) == (claim, path, upstream)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[1]",
        '{"level":"error","msg":"upstream_cluster"}',
        '{"upstream_cluster":"a","status":503}',
        '{"response_flags":"UH"}',
        '{"response_flags":' + "[" * 100_000,
    ],
)
def test_what_is_no_access_record_is_none(line):
    assert read(line) is None


def test_a_huge_line_takes_no_longer_than_it_is():
    line = json.dumps(GATEWAY)
    begin = time.perf_counter()
    for filling in ("a" * 200_000, '"' * 200_000, '\\"' * 100_000, '":"' * 66_000):
        read(line.replace("secret", filling))
        read(line[:-30] + filling)

    assert time.perf_counter() - begin < 3


def test_tyks_access_log_has_response_code_details_too():
    tyk = {
        "api_id": "1ffb16c3",
        "prefix": "access-log",
        "response_flag": "DNS",
        "response_code_details": "dns_not_found",
    }

    assert read(json.dumps(tyk | {"time": "2026-11-20T08:43:30Z", "status": 500})) is None
