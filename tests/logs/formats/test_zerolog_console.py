"""zerolog's console writer: Traefik 3, cloudflared."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.zerolog_console import ZEROLOG_CONSOLE
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return ZEROLOG_CONSOLE.read(line, Clock())


def test_a_request_that_traefik_gave_up_on():
    line = (
        "\x1b[90m2026-11-20T08:37:48Z\x1b[0m DBG \x1b[1mgithub.com/traefik/traefik/v3/pkg/proxy/httputil/proxy.go:121"
        "\x1b[0m\x1b[36m >\x1b[0m 502 Bad Gateway \x1b[36merror=\x1b[0m\x1b[31m\x1b[1m"
        '"dial tcp 10.20.0.31:9002: connect: connection refused"\x1b[0m\x1b[0m'
    )

    assert read(line) == Event(
        at=1795163868.0,
        kind=Kind.REQUEST,
        level="debug",
        message="502 Bad Gateway: dial tcp 10.20.0.31:9002: connect: connection refused",
        status=502,
        answers="5xx",
        upstream="10.20.0.31:9002",
    )


def test_a_request_that_cloudflared_gave_up_on():
    line = (
        '2026-11-20T08:37:48Z ERR  error="Unable to reach the origin service: dial tcp 10.0.0.2:80: i/o timeout" '
        "cfRay=8474a4f8ae261c1a-AMS event=1 ingressRule=0 originService=http://orders:80"
    )

    assert read(line) == Event(
        at=1795163868.0,
        kind=Kind.REQUEST,
        level="error",
        message="Unable to reach the origin service: dial tcp 10.0.0.2:80: i/o timeout",
        upstream="http://orders:80",
        request_id="8474a4f8ae261c1a-AMS",
    )


@pytest.mark.parametrize(
    ("line", "class_"),
    [
        ('2026-11-20T08:37:48Z DBG 499 Client Closed Request error="context canceled"', "client_canceled"),
        ("2026-11-20T08:37:48Z DBG a.go:1 > 502 Bad Gateway error=EOF", "upstream_closed"),
        ("2026-11-20T08:37:48Z DBG 500 Internal Server Error", "upstream_5xx"),
        (
            '2026-11-20T08:37:48Z DBG Configuration received config={"timeout":"connection refused"} provider=file',
            "none",
        ),
        ("2026-11-20T08:37:48Z INF Starting provider *file.Provider", "none"),
        ("2026-11-20T08:37:48Z WRN CircuitBreaker(state=tripped) is in error state", "circuit_open"),
        ("2026-11-20T08:37:48Z ERR http: TLS handshake error from 10.0.0.4:1: EOF", "client_tls_handshake"),
    ],
)
def test_what_it_says(line, class_):
    assert class_of(read(line)).id == class_


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("10:34PM", None),
        ("2026-11-20T09:37:48+01:00", 1795163868.0),
        ("<nil>", None),
        ("2026-11-20 08:37:48", 1795163868.0),
    ],
)
def test_times(time, at):
    assert read(f"{time} INF listening addr=:8080").at == at


@pytest.mark.parametrize("line", ["", "10:34PM INF", "10:34PM ERROR x", "x INF y", "2026-11-20T08:37:48Z stderr F x"])
def test_what_zerolog_did_not_write_is_none(line):
    assert read(line) is None
