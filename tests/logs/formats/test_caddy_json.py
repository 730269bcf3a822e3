"""Caddy's JSON: access records, the errors of requests, and what else it says."""

import json

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.caddy_json import CADDY_JSON
from gwdiag.model.event import Event, Kind, Mark

REQUEST = {
    "remote_ip": "10.20.0.9",
    "remote_port": "53556",
    "client_ip": "203.0.113.7",
    "proto": "HTTP/1.1",
    "method": "GET",
    "host": "api.example.com",
    "uri": "/orders/7?key=s3cret",
    "headers": {"User-Agent": ['curl/8.5 "x"']},
}
ACCESS = {
    "level": "error",
    "ts": 1795163868.5,
    "logger": "http.log.access.log0",
    "msg": "handled request",
    "request": REQUEST,
    "duration": 1.5,
    "size": 0,
    "status": 502,
    "resp_headers": {"Server": ["Caddy"]},
}
ERROR = {
    "level": "error",
    "ts": 1795163868.5,
    "logger": "http.log.error.log0",
    "msg": "dial tcp 10.20.0.31:9001: connect: connection refused",
    "request": REQUEST,
    "duration": 0.0035,
    "status": 502,
    "err_id": "xhimb5aiw",
    "err_trace": "reverseproxy.statusError (reverseproxy.go:1272)",
}
BY_UPSTREAM = {"Content-Type": ["text/html"], "Content-Length": ["52"]}


def read(record: dict[str, object]) -> Event | None:
    return CADDY_JSON.read(json.dumps(record), Clock())


def test_an_access_record():
    assert read(ACCESS) == Event(
        at=1795163868.5,
        kind=Kind.ACCESS,
        level="error",
        claim="upstream_connect_failed",
        status=502,
        duration_ms=1500.0,
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
    )


def test_the_error_of_a_request():
    assert read(ERROR) == Event(
        at=1795163868.5,
        kind=Kind.REQUEST,
        level="error",
        message="dial tcp 10.20.0.31:9001: connect: connection refused",
        status=502,
        answers="5xx",
        duration_ms=3.5,
        upstream="10.20.0.31:9001",
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
        request_id="xhimb5aiw",
    )


@pytest.mark.parametrize(
    ("status", "headers", "size", "claim"),
    [
        (200, BY_UPSTREAM, 52, "none"),
        (0, {"Server": ["Caddy"]}, 0, "client_canceled"),
        (499, {"Server": ["Caddy"]}, 0, "client_canceled"),
        (404, {"Server": ["Caddy"], "Content-Type": []}, 0, "bad_client_request"),
        (413, {"Server": ["Caddy"]}, 0, "body_too_large"),
        (500, BY_UPSTREAM, 52, "upstream_5xx"),
        (503, BY_UPSTREAM, 52, "upstream_5xx"),
        (503, {"Server": ["Caddy"]}, 0, "no_healthy_upstream"),
        (502, {"Via": ["1.1 Caddy"]}, 0, "upstream_5xx"),
        (504, {"Server": ["Caddy"]}, 0, "upstream_response_timeout"),
        (503, {"Content-Type": ["text/plain"]}, 20, "upstream_5xx"),
        (503, None, 0, "upstream_5xx"),
    ],
)
def test_who_made_the_answer(status, headers, size, claim):
    event = read(ACCESS | {"status": status, "resp_headers": headers, "size": size})

    assert (event.status, event.claim) == (status or None, claim)


def test_what_no_handler_wanted_was_answered_by_go_itself():
    assert read(ACCESS | {"status": 0, "msg": "NOP"}).claim == "none"


@pytest.mark.parametrize(
    ("duration", "milliseconds"),
    [
        (1.5, 1500.0),
        ("1.5s", 1500.0),
        ("1.353619ms", 1.353619),
        (0.0, None),
        (1500, None),  # a whole number may be of any unit
        (None, None),
        ("soon", None),
    ],
)
def test_durations_in_the_units_that_can_be_told(duration, milliseconds):
    assert read(ACCESS | {"duration": duration}).duration_ms == milliseconds


@pytest.mark.parametrize("ts", ["2026-11-20T08:37:48.500Z", "2026/11/20 08:37:48.500", 1795163868.5, 1795163868500])
def test_times_in_all_its_formats(ts):
    assert read(ACCESS | {"ts": ts}).at == 1795163868.5


def test_up_to_2_4_the_address_had_its_port():
    old = {"remote_addr": "172.30.0.1:31302", "proto": "HTTP/2.0", "method": "GET", "host": "a", "uri": "/"}

    assert read(ERROR | {"request": old}).client == "172.30.0.1"
    assert read(ERROR | {"request": "GET"}).client is None


@pytest.mark.parametrize(
    ("logger", "message", "error", "kind", "class_", "answers"),
    [
        (
            "reverse_proxy",
            "aborting with incomplete response",
            "unexpected EOF",
            Kind.REQUEST,
            "upstream_closed",
            "cut",
        ),
        (
            "reverse_proxy",
            "aborting with incomplete response",
            "reading: read tcp 10.0.0.1:1->10.0.0.2:80: read: connection reset by peer",
            Kind.REQUEST,
            "upstream_reset",
            "cut",
        ),
        (
            "reverse_proxy",
            "aborting with incomplete response",
            "writing: write tcp 10.0.0.1:443->203.0.113.7:1: write: broken pipe",
            Kind.REQUEST,
            "client_canceled",
            "cut",
        ),
        ("reverse_proxy", "aborting with incomplete response", None, Kind.REQUEST, "client_canceled", "cut"),
        ("reverse_proxy", "reading from backend", "unexpected EOF", Kind.NOTICE, "upstream_closed", None),
        ("reverse_proxy", "selected upstream", None, Kind.NOTICE, "none", None),
        (
            "reverse_proxy.health_checker.active",
            "HTTP request failed",
            'Get "http://10.0.0.2:80/": dial tcp 10.0.0.2:80: i/o timeout',
            Kind.NOTICE,
            "upstream_dial_timeout",
            None,
        ),
    ],
)
def test_messages_of_handlers(logger, message, error, kind, class_, answers):
    record = {"level": "warn", "ts": 1.5, "logger": f"http.handlers.{logger}", "msg": message, "error": error}
    event = read({key: value for key, value in record.items() if value is not None})

    assert (event.kind, class_of(event).id, event.answers) == (kind, class_, answers)


@pytest.mark.parametrize(
    ("message", "mark"),
    [
        ("using provided configuration", None),
        ("serving initial configuration", Mark.START),
        ("successfully reloaded config from file", Mark.RELOAD),
        ("shutting down apps, then terminating", Mark.SHUTDOWN),
    ],
)
def test_the_logger_without_a_name(message, mark):
    event = read({"level": "info", "ts": 1795163868.5, "msg": message})

    assert (event.kind, event.mark, class_of(event).id) == (Kind.NOTICE, mark, "none")


@pytest.mark.parametrize(
    "record",
    [
        {"level": "info", "ts": 1.5, "msg": "listening"},
        {"level": "info", "ts": 1.5, "caller": "a.go:1", "logger": "http", "msg": "x"},
        {"level": "info", "ts": 1.5, "logger": "fallback", "msg": "x"},
        {"level": "info", "ts": 1.5, "logger": ["http"], "msg": "x"},
        {"ts": 1.5, "logger": "http", "msg": "x"},
        {"level": "info", "logger": "http", "msg": 5},
    ],
)
def test_other_programs_on_zap_are_not_caddy(record):
    assert read(record) is None


def test_a_cut_record_is_none():
    assert CADDY_JSON.read(json.dumps(ACCESS)[:-2], Clock()) is None
