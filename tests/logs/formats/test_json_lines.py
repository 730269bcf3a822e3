"""JSON of any logger: requests and messages under many keys."""

import json

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.json_lines import JSON_LINES
from gwdiag.model.event import Event, Kind

AT = 1795163868.5
MOMENT = "2026-11-20T08:37:48.500Z"


def read(record: dict[str, object]) -> Event | None:
    return JSON_LINES.read(json.dumps(record), Clock())


def test_a_request_that_failed():
    record = {
        "level": "error",
        "ts": AT,
        "caller": "gateway/main.go:69",
        "msg": "request failed",
        "error": 'Get "http://10.0.0.2:80/": dial tcp 10.0.0.2:80: connect: connection refused',
        "path": "/orders/7?key=s3cret",
        "method": "GET",
        "status": 502,
        "latency_ms": 12,
        "remote_addr": "203.0.113.7:4711",
        "request_id": "r1",
        "route_name": "orders",
    }

    assert read(record) == Event(
        at=AT,
        kind=Kind.ACCESS,
        level="error",
        message='request failed: Get "http://10.0.0.2:80/": dial tcp 10.0.0.2:80: connect: connection refused',
        status=502,
        duration_ms=12.0,
        api="orders",
        upstream="10.0.0.2:80",
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
        request_id="r1",
    )


def test_a_message():
    assert read({"time": MOMENT, "level": "ERROR", "msg": "http: proxy error: EOF"}) == Event(
        at=AT, kind=Kind.REQUEST, level="error", message="http: proxy error: EOF"
    )


@pytest.mark.parametrize(
    "record",
    [
        {"@timestamp": MOMENT, "http": {"response": {"status_code": 503}, "request": {"method": "GET"}}},  # ECS
        {"@timestamp": MOMENT, "http.response.status_code": 503, "url.path": "/x"},  # ECS, flat
        {"time": 1795163868500, "req": {"method": "GET", "url": "/x"}, "res": {"statusCode": 503}},  # pino-http
        {"timestamp": MOMENT, "httpRequest": {"requestMethod": "GET", "requestUrl": "https://a/x", "status": 503}},
        {"@t": MOMENT, "@mt": "HTTP {RequestPath}", "RequestPath": "/x", "StatusCode": 503},  # Serilog
        {"ts": MOMENT, "request": "GET /x HTTP/1.1", "status": "503"},
        {"requestTime": "20/Nov/2026:08:37:48.5 +0000", "httpMethod": "GET", "resourcePath": "/x", "status": "503"},
        {"timestamp": MOMENT, "level": "warn", "message": "GET /x (503) 12ms"},
        {"instant": {"epochSecond": 1795163868}, "level": "INFO", "method": "GET", "status": 503},
        {"timestamp": {"seconds": 1795163868, "nanos": 5}, "method": "GET", "status": 503},
    ],
)
def test_requests_under_the_keys_of_many_loggers(record):
    event = read(record)

    assert (event.kind, event.status, class_of(event).id) == (Kind.ACCESS, 503, "upstream_5xx")
    assert event.at in (AT, int(AT))


@pytest.mark.parametrize(
    ("key", "value", "milliseconds"),
    [
        ("duration_ms", 12.5, 12.5),
        ("durationMs", 12, 12.0),
        ("latency_s", 0.5, 500.0),
        ("response_time_us", 1500, 1.5),
        ("elapsedNanoseconds", 1500000, 1.5),
        ("responseTime", 33, 33.0),
        ("Elapsed", 12.3, 12.3),
        ("event.duration", 12345678, 12.345678),
        ("duration", "1m2.5s", 62500.0),
        ("latency", "12ms", 12.0),
        ("took", "17.196µs", 0.017196),
        ("duration", 0.012, None),  # seconds in zap, milliseconds in zerolog, nanoseconds in slog
        ("duration", "soon", None),
        ("duration_ms", -1, None),
        ("duration_ms", None, None),
        ("duration_ms", [1], None),
    ],
)
def test_durations_where_the_unit_is_sure(key, value, milliseconds):
    record = {"ts": AT, "level": "info", "msg": "x", "method": "GET", "path": "/", "status": 200, key: value}

    assert read(record).duration_ms == milliseconds


@pytest.mark.parametrize(
    ("error", "class_"),
    [
        (
            {"type": "Error", "message": "connect ECONNREFUSED 10.0.0.1:80", "code": "ECONNREFUSED"},
            "upstream_dial_refused",
        ),
        ({"message": "socket hang up", "code": "ECONNRESET"}, "upstream_closed"),
        ({"name": "java.net.UnknownHostException", "message": "orders"}, "dns_not_found"),
        ({"code": "EAI_AGAIN"}, "dns_failure"),
        ("connect ETIMEDOUT 10.0.0.1:443", "upstream_dial_timeout"),
        ({}, "none"),
        (None, "none"),
        (True, "none"),
    ],
)
def test_errors_as_words_or_objects(error, class_):
    assert class_of(read({"time": MOMENT, "level": 50, "msg": "proxy failed", "err": error})).id == class_


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (50, "error"),
        (20, "debug"),
        (7, ""),
        ("WARN", "warning"),
        ("NOTICE", "info"),
        ("CRITICAL", "fatal"),
        ("eror", "error"),
        ("x" * 99, ""),
        (None, ""),
    ],
)
def test_levels(level, said):
    assert read({"time": MOMENT, "level": level, "message": "x"}).level == said


@pytest.mark.parametrize(
    ("record", "class_"),
    [
        ({"status": 200, "path": "/x", "msg": "slow request: timeout awaiting response headers"}, "none"),
        ({"status": 429, "path": "/x", "msg": "monthly quota exceeded"}, "quota_exceeded"),
        ({"status": 404, "path": "/x", "msg": "done"}, "bad_client_request"),
        ({"status": 502, "path": "/x", "upstream_status": 502}, "upstream_5xx"),
        ({"status": 401, "msg": "An error occurred while handling a request"}, "auth_failed"),
        ({"msg": "502 Bad Gateway", "error": "EOF"}, "upstream_closed"),
        ({"msg": "context deadline exceeded"}, "upstream_response_timeout"),
        ({"msg": "timeouts configured", "read_timeout": "30s"}, "none"),
    ],
)
def test_words_decide_where_they_are_about_a_failure(record, class_):
    assert class_of(read({"time": MOMENT, "level": "INFO"} | record)).id == class_


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[]",
        '{"level":"info"}',
        '{"msg":"x"}',
        '{"status":200,"path":"/x"}',
        '{"level":"info","msg":"x","ts":5',
        '{"log":"x\\n","stream":"stderr","time":"2026-11-20T08:37:48Z"}',
        '{"level":"info","msg":"x","time":"2026-11-20T08:37:48Z"}',  # logrus
        '{"level":"info","msg":"x","logger":"http.log","ts":1.5}',  # Caddy
        '{"name":"orders","api_id":"a1","proxy":{"target_url":"http://a"}}',
    ],
)
def test_what_is_no_record_or_has_a_format_of_its_own_is_none(line):
    assert JSON_LINES.read(line, Clock()) is None
