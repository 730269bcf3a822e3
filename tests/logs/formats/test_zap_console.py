"""zap's console encoder: Caddy and other programs."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.zap_console import ZAP_CONSOLE
from gwdiag.model.event import Event, Kind

CADDY_ERROR = (
    "2026/11/20 08:37:48.500\tERROR\thttp.log.error.log0\tdial tcp 10.0.0.2:80: i/o timeout\t"
    '{"request": {"remote_ip": "10.20.0.9", "method": "GET", "uri": "/orders?key=s3cret"}, "duration": 3.0, '
    '"status": 502, "err_id": "a1"}'
)


def read(line: str) -> Event | None:
    return ZAP_CONSOLE.read(line, Clock())


def test_the_error_of_a_request_of_caddy():
    assert read(CADDY_ERROR) == Event(
        at=1795163868.5,
        kind=Kind.REQUEST,
        level="error",
        message="dial tcp 10.0.0.2:80: i/o timeout",
        status=502,
        answers="5xx",
        duration_ms=3000.0,
        upstream="10.0.0.2:80",
        client="10.20.0.9",
        method="GET",
        path="/orders",
        request_id="a1",
    )


def test_another_program():
    line = '2026-11-20T08:37:48.5Z\tERROR\tgateway/main.go:71\tproxy error\t{"error": "dial tcp 10.0.0.2:80: EOF"}'

    assert read(line) == Event(
        at=1795163868.5,
        kind=Kind.REQUEST,
        level="error",
        message="proxy error: dial tcp 10.0.0.2:80: EOF",
        upstream="10.0.0.2:80",
    )


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("2026/11/20 08:37:48.500\t\x1b[34mINFO\x1b[0m\tusing config from file\t{}", "info", "using config from file"),
        ("2026/11/20 08:37:48.500\tWARN\tadmin\tadmin endpoint disabled", "warning", "admin endpoint disabled"),
        ("1795163868.5\tinfo\tlistening", "info", "listening"),
        ("1.795163868e+09\tinfo\tx", None, None),
        ("2026-11-20T08:37:48.5Z\tDPANIC\tworker\tgateway/main.go:1\tboom", "fatal", "boom"),
        ('2026-11-20T08:37:48.5Z\tINFO\tstarted\t{"addr": ":80"', "info", "started"),
        ("2026-11-20T08:37:48.5Z\tINFO\t", "info", ""),
    ],
)
def test_odd_lines(line, level, message):
    event = read(line)

    assert (event and event.level, event and event.message) == (level, message)


def test_of_a_line_that_is_cut_the_message_is_left():
    event = read(CADDY_ERROR[:120])

    assert (class_of(event).id, event.status, event.client) == ("upstream_dial_timeout", None, None)


@pytest.mark.parametrize(
    "line", ["", "2026/11/20 08:37:48 ERROR x", "2026/11/20 08:37:48.5\tERROR", "2026/11/20 08:37:48.5\tNOTICE\tx"]
)
def test_what_zap_did_not_write_is_none(line):
    assert read(line) is None
