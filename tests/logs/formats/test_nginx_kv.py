"""nginx's access log as key=value."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.nginx_kv import NGINX_KV
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return NGINX_KV.read(line, Clock())


def test_a_client_that_left():
    line = (
        'time=2026-11-20T14:07:10+00:00 client=10.20.0.9 xff="203.0.113.16" method=POST uri="/orders/items?a=1" '
        'status=499 upstream_addr="10.20.0.31:9001" upstream_status="-" upstream_response_time="0.262" rt=0.262'
    )

    assert read(line) == Event(
        at=1795183630.0,
        kind=Kind.ACCESS,
        claim="client_canceled",
        status=499,
        duration_ms=262.0,
        upstream_ms=262.0,
        upstream="10.20.0.31:9001",
        client="10.20.0.9",
        method="POST",
        path="/orders/items",
    )


@pytest.mark.parametrize(
    ("line", "at", "claimed", "tried"),
    [
        (
            '"20/Nov/2026:14:07:10 +0000" status=502 ua=a:1, b:2 us=502, 502 uct=-, - uht=-, -',
            1795183630.0,
            "upstream_connect_failed",
            ("a:1",),
        ),
        ("[20/Nov/2026:14:07:10 +0000] status=200 request_time=0.1", 1795183630.0, "none", ()),
        ("2026-11-20T14:07:10Z status=200 request_time=0.1", 1795183630.0, "none", ()),
        ("status=503 upstream_addr=- upstream_status=-", None, "rate_limited", ()),
        ('status="200" request_time="0.1" user_agent="a \\"status=500\\""', None, "none", ()),
    ],
)
def test_other_lines(line, at, claimed, tried):
    seen = read(line)

    assert (seen.at, seen.claim, seen.tried) == (at, claimed, tried)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "status=200 method=GET path=/a",  # any program's
        "request_time=0.1 upstream_addr=a:1",
        "level=info status=200 request_time=0.1",
        'time="x" level=error msg="request_time=1 status=500"',
    ],
)
def test_what_another_logger_wrote_is_none(line):
    assert read(line) is None
