"""ingress-nginx's access log, of several releases."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.ingress_nginx import INGRESS_NGINX
from gwdiag.model.event import Event, Kind

HEAD = '10.244.1.1 - - [20/Nov/2026:14:07:10 +0000] "GET /orders/1?key=s3cret HTTP/2.0" '
AGENT = ' "-" "okhttp/4.12.0" 904 0.005 '


def read(line: str) -> Event | None:
    return INGRESS_NGINX.read(line, Clock())


def test_a_success_at_the_second_endpoint():
    line = (
        HEAD
        + "200 277"
        + AGENT
        + "[shop-orders-8080] [] 10.244.1.15:8080, 10.244.1.16:8080 0, 277 3.000, 0.004 504, 200 1a"
    )

    assert read(line) == Event(
        at=1795183630.0,
        kind=Kind.ACCESS,
        claim="none",
        status=200,
        duration_ms=5.0,
        upstream_ms=3004.0,
        api="shop-orders-8080",
        upstream="10.244.1.16:8080",
        client="10.244.1.1",
        method="GET",
        path="/orders/1",
        request_id="1a",
        tried=("10.244.1.15:8080",),
    )


@pytest.mark.parametrize(
    ("status", "tail", "claimed", "api"),
    [
        ("503", "[shop-orders-8080] [] - - - - 1a", "no_healthy_upstream", "shop-orders-8080"),
        ("404", "[upstream-default-backend] [] 127.0.0.1:8181 146 0.000 404 1a", "gateway_route_not_found", None),
        ("404", "[] [] - - - - 1a", "gateway_route_not_found", None),
        ("404", "[shop-orders-8080] [] 10.244.1.16:8080 12 0.002 404 1a", "bad_client_request", "shop-orders-8080"),
        ("499", "[shop-orders-8080] [] 10.244.1.16:8080 0 3.000 - 1a", "client_canceled", "shop-orders-8080"),
        ("502", "[shop-orders-8080] [] 10.244.1.16:8080 20 0.002 502 1a", "upstream_5xx", "shop-orders-8080"),
        ("502", "[shop-orders-8080] [] 10.244.1.16:8080 0 0.002 502 1a", None, "shop-orders-8080"),
        ("504", "[shop-orders-8080] [] 10.244.1.16:8080 0 5.002 504 1a", None, "shop-orders-8080"),
        ("500", "[shop-orders-8080] 10.244.1.16:8080 12 0.002 500", "upstream_5xx", "shop-orders-8080"),  # before 0.23
        (
            "500",
            "[shop-orders-8080] [shop-canary-8080] 10.244.1.16:8080 12 0.002 500 1a",
            "upstream_5xx",
            "shop-orders-8080",
        ),
        ("200", "[internal] [] - - - - 1a", "none", None),
    ],
)
def test_the_class(status, tail, claimed, api):
    seen = read(HEAD + status + " 12" + AGENT + tail)

    assert (seen.claim, seen.api) == (claimed, api)


@pytest.mark.parametrize(
    ("head", "client"),
    [
        ("10.0.2.213 - [10.0.2.213] - - [20/Nov/2026:14:07:10 +0000] ", "10.0.2.213"),
        ("{[2026-11-20T14:07:10+00:00] ", None),
        ("2001:db8::7 - ana [20/Nov/2026:14:07:10 +0000] ", "2001:db8::7"),
    ],
)
def test_what_may_stand_before_the_request(head, client):
    line = head + '"GET / HTTP/1.1" req-7 500 0' + AGENT + "[shop-orders-8080] 10.244.1.16:8080 0 0.000 500}"
    seen = read(line)

    assert (seen.at, seen.client, seen.claim) == (1795183630.0, client, "upstream_5xx")


@pytest.mark.parametrize("line", ["", HEAD + '200 277 "-" "okhttp/4.12.0"', HEAD + "200 277" + AGENT + "[shop-orders"])
def test_what_is_another_format_s_is_none(line):
    assert read(line) is None
