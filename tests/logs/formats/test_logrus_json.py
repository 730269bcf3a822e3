"""logrus as JSON: one whole record of each kind, then the odd ones."""

import json

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.logrus_json import LOGRUS_JSON
from gwdiag.model.event import Event, Kind

ACCESS = {
    "api_id": "200d80e244781c05",
    "api_key": "00000000",
    "api_name": "Inventory",
    "client_ip": "203.0.113.15",
    "latency_gateway": 26,
    "latency_total": 26,
    "level": "info",
    "message": "",
    "method": "POST",
    "original_path": "/inventory/items",
    "path": "/items",
    "prefix": "access-log",
    "response_code_details": "upstream_error",
    "response_flag": "UPE",
    "status": 500,
    "time": "2026-11-20T08:47:33Z",
    "upstream_addr": "http://inventory.backend.lan:9001/items",
    "upstream_latency": 0,
}


def read(line: str) -> Event | None:
    return LOGRUS_JSON.read(line, Clock())


def test_an_access_line_of_5_14():
    assert read(json.dumps(ACCESS)) == Event(
        at=1795164453.0,
        kind=Kind.ACCESS,
        level="info",
        claim="upstream_protocol",
        status=500,
        duration_ms=26.0,
        upstream_ms=0.0,
        api_id="200d80e244781c05",
        api="Inventory",
        upstream="http://inventory.backend.lan:9001",
        client="203.0.113.15",
        method="POST",
        path="/inventory/items",
        flag="UPE",
        detail="upstream_error",
    )


def test_a_message_with_its_escapes():
    line = (
        '{"api_id":"a1","api_name":"Orders","level":"error","msg":"http: proxy error during body copy: read tcp'
        ' 10.20.0.11:37574-\\u003e10.20.0.31:9001: read: connection reset by peer","mw":"ReverseProxy",'
        '"prefix":"proxy","time":"2026-11-20T08:47:26Z"}'
    )

    assert read(line) == Event(
        at=1795164446.0,
        kind=Kind.REQUEST,
        level="error",
        message="http: proxy error during body copy: read tcp 10.20.0.11:37574->10.20.0.31:9001: read: connection"
        " reset by peer",
        answers="cut",
        api_id="a1",
        api="Orders",
    )


@pytest.mark.parametrize(
    ("field", "value", "changed"),
    [
        ("status", "500", {}),
        ("status", None, {"status": None, "claim": "upstream_protocol"}),
        ("status", 500.0, {"status": None, "claim": "upstream_protocol"}),
        ("latency_total", "26", {}),
        ("latency_total", 26.4, {"duration_ms": 26.4}),
        ("latency_total", -1, {"duration_ms": None}),
        ("latency_total", float("nan"), {"duration_ms": None}),
        ("latency_total", float("inf"), {"duration_ms": None}),
        ("latency_total", 1e300, {"duration_ms": None}),
        ("latency_total", [26], {"duration_ms": None}),
        ("api_name", 12, {"api": "12"}),
        ("api_name", None, {"api": None}),
        ("upstream_addr", {"a": 1}, {"upstream": "{'a':"}),
        ("response_flag", ["UPE"], {"flag": "['UPE']", "claim": "upstream_5xx"}),
        ("time", "yesterday", {"at": None}),
    ],
)
def test_fields_of_odd_types(field, value, changed):
    usual = read(json.dumps(ACCESS))

    assert read(json.dumps(ACCESS | {field: value})) == usual._replace(**changed)


def test_the_reason_may_stand_in_a_field_of_its_own():
    line = '{"level":"error","msg":"Failed to connect","error":"dial tcp: EOF","time":"2026-11-20T08:47:26Z"}'

    assert read(line).message == "Failed to connect: dial tcp: EOF"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[]",
        '["level"]',
        '{"level":"info"}',
        '{"level":"info","msg":"x"}',
        '{"level":"info","time":"x"}',
        '{"level":"info","msg":null,"time":"x"}',
        '{"level":"info","msg":"x","time":5}',
        '{"level":"notice","msg":"x","time":"x"}',
        '{"level":["info"],"msg":"x","time":"x"}',
        '{"level":{},"msg":"x","time":"x"}',
        json.dumps(ACCESS)[:-1],
        json.dumps(ACCESS) + "}",
        '{"a":' * 100_000 + '"level"',
    ],
)
def test_what_logrus_did_not_write_or_not_to_its_end_is_none(line):
    assert read(line) is None
