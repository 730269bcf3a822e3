"""Heroku's router."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.heroku_router import HEROKU_ROUTER
from gwdiag.model.event import Event, Kind

FAILED = (
    'at=error code=H12 desc="Request timeout" method=GET path="/report?key=s3cret" host=a request_id=r1 '
    'fwd="203.0.113.7,10.0.0.1" dyno=web.1 connect=6ms service=30001ms status=503 bytes=0 protocol=https'
)


def read(line: str) -> Event | None:
    return HEROKU_ROUTER.read(line, Clock())


def test_a_request_that_the_dyno_did_not_answer():
    assert read(FAILED) == Event(
        at=None,
        kind=Kind.ACCESS,
        level="error",
        claim="upstream_response_timeout",
        status=503,
        duration_ms=30007.0,
        upstream_ms=30001.0,
        upstream="web.1",
        client="203.0.113.7",
        method="GET",
        path="/report",
        flag="H12",
        detail="Request timeout",
        request_id="r1",
    )


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        ("at=info method=GET path=/ dyno=web.1 connect=0ms service=18ms status=200", "none"),
        ("at=info method=GET path=/ dyno=web.1 connect=0ms service=18ms status=500", "upstream_5xx"),
        ("at=error code=H14 method=GET path=/ dyno= connect= service= status=503", "no_healthy_upstream"),
        ("sock=client at=warning code=H27 method=GET path=/ dyno=web.1 service=0ms status=499", "client_canceled"),
        ("at=error code=H77 method=GET path=/ dyno=web.1 status=503", "upstream_connect_failed"),
        ("at=error code=H10 dyno=", "upstream_closed"),
        ("at=info dyno=web.1", None),
    ],
)
def test_codes(line, claim):
    assert read(line).claim == claim


@pytest.mark.parametrize("line", ["", "at=info", "at=2026-11-20 dyno=web.1", "x at=info dyno=web.1", FAILED[:60]])
def test_what_the_router_did_not_write_is_none(line):
    assert read(line) is None
