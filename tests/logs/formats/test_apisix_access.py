"""APISIX's access log: a host before the request."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.apisix_access import APISIX_ACCESS
from gwdiag.model.event import Event, Kind

HEAD = '10.20.0.9 - - [20/Nov/2026:14:07:10 +0000] api.example.com "GET /orders/1?key=s3cret HTTP/1.1" '


def read(line: str) -> Event | None:
    return APISIX_ACCESS.read(line, Clock())


def test_a_failure_of_the_upstream():
    line = (
        HEAD + '500 804 0.258 "-" "curl/8.6.0" 10.20.0.31:443 500 0.257 "https://orders.internal/1" "' + "5c" * 16 + '"'
    )

    assert read(line) == Event(
        at=1795183630.0,
        kind=Kind.ACCESS,
        claim="upstream_5xx",
        status=500,
        duration_ms=258.0,
        upstream_ms=257.0,
        upstream="https://10.20.0.31:443",
        client="10.20.0.9",
        method="GET",
        path="/orders/1",
        request_id="5c" * 16,
    )


@pytest.mark.parametrize(
    ("tail", "claimed", "upstream", "tried"),
    [
        ('404 47 0.000 "-" "-" - - - "http://api.example.com"', "gateway_route_not_found", None, ()),
        ('200 47 0.3 "-" "-" a:1, b:2 502, 200 0.1, 0.2 "http://x/"', "none", "http://b:2", ("a:1",)),
        ('200 47 0.3 "-" "-" a:1 200 0.1', "none", "a:1", ()),  # before 2.0
        ('200 4 2.8 "-" "-" a:1 200 2.8 "https://a/" "' + "5c" * 16 + '" "ai_chat" "2858"', "none", "https://a:1", ()),
        ('429 0 0.000 "-" "-" - - - "http://x/"', "rate_limited", None, ()),
    ],
)
def test_other_lines(tail, claimed, upstream, tried):
    seen = read(HEAD + tail)

    assert (seen.claim, seen.upstream, seen.tried) == (claimed, upstream, tried)


@pytest.mark.parametrize(
    "line",
    ["", HEAD + "200 804 0.258", HEAD.replace("api.example.com ", "") + '200 4 0.1 "-" "-" a:1 200 0.1'],
)
def test_what_apisix_did_not_write_is_none(line):
    assert read(line) is None
