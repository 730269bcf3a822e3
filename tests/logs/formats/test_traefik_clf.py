"""Traefik's access log in its common format."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.traefik_clf import TRAEFIK_CLF
from gwdiag.model.event import Event, Kind

AT = 1795163868.0
HEAD = "10.20.0.9 - - [20/Nov/2026:08:37:48 +0000] "


def read(line: str) -> Event | None:
    return TRAEFIK_CLF.read(line, Clock())


def answered(status: object, size: object, router: str = "orders@docker", server: str = "http://10.0.0.4:80") -> Event:
    line = f'{HEAD}"GET /x HTTP/1.1" {status} {size} "-" "-" 7 "{router}" "{server}" 0ms'
    event = read(line)
    assert event is not None
    return event


def test_a_request_that_no_connection_was_had_for():
    line = (
        '10.20.0.9 - bob [20/Nov/2026:08:37:48 +0000] "POST /orders/7?key=s3cret HTTP/2.0" 502 11'
        ' "https://shop.example.org/" "curl/8.5 \\"x\\"" 99 "orders@docker" "https://orders.internal:9443" 1250ms'
    )

    assert read(line) == Event(
        at=AT + 1.25,
        kind=Kind.ACCESS,
        claim="upstream_connect_failed",
        status=502,
        duration_ms=1250.0,
        api="orders@docker",
        upstream="https://orders.internal:9443",
        client="10.20.0.9",
        method="POST",
        path="/orders/7",
    )


@pytest.mark.parametrize(
    ("status", "size", "claim"),
    [
        (200, 12, "none"),
        (101, 0, "none"),
        (404, 152, "bad_client_request"),
        (401, 12, "auth_failed"),
        (429, 12, "rate_limited"),
        (499, 21, "client_canceled"),
        (504, 15, "upstream_response_timeout"),
        (500, 21, "upstream_connect_failed"),
        (500, 22, "upstream_5xx"),
        (502, 12, "upstream_5xx"),
        (503, 19, "upstream_connect_failed"),
        (503, 20, "upstream_5xx"),
        ("-", "-", "none"),
        (0, 0, "none"),
    ],
)
def test_an_upstream_was_asked(status, size, claim):
    assert answered(status, size).claim == claim


@pytest.mark.parametrize(
    ("status", "size", "router", "claim"),
    [
        (404, 19, "-", "gateway_route_not_found"),
        ("-", "-", "-", "gateway_route_not_found"),
        (404, 19, "orders@docker", "bad_client_request"),
        (503, 20, "orders@docker", "no_healthy_upstream"),
        (503, 19, "orders@docker", "circuit_open"),
        (413, 24, "orders@docker", "body_too_large"),
        (403, 9, "orders@docker", "auth_failed"),
        (301, 17, "web-to-websecure@internal", "none"),
    ],
)
def test_no_upstream_was_asked(status, size, router, claim):
    event = answered(status, size, router, "-")

    assert (event.claim, event.upstream, event.api) == (claim, None, None if router == "-" else router)


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        (HEAD.replace("+0000", "+0100"), {"at": AT - 3600}),
        (HEAD.replace("20/Nov/2026:08:37:48 +0000", "-"), {"at": None}),
        (HEAD.replace("10.20.0.9", "203.0.113.7, 10.20.0.9"), {"client": "203.0.113.7"}),
        (HEAD.replace("10.20.0.9", "2001:db8::9"), {"client": "2001:db8::9"}),
        (HEAD.replace("10.20.0.9", "-"), {"client": None}),
    ],
)
def test_other_heads(line, changed):
    tail = '"GET /x HTTP/1.1" 200 5 "-" "-" 7 "a@file" "http://b:80" 0ms'

    assert read(line + tail) == read(HEAD + tail)._replace(**changed)


def test_a_backend_of_traefik_1_is_a_path_and_no_address():
    line = f'{HEAD}"GET /dashboard/ HTTP/2.0" 200 716 "-" "-" 118 "Host-traefik-0" "/dashboard/" 4ms'

    assert (read(line).api, read(line).upstream) == ("Host-traefik-0", None)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ms",
        HEAD,
        f'{HEAD}"GET /x HTTP/1.1" 200 5 "-" "-"',
        f'{HEAD}"GET /x HTTP/1.1" 200 5 "-" "-" 7 "a@file" "http://b:80" 0',
        f'{HEAD}"GET /x HTTP/1.1" 200 5 "-" "-" 457 localhost:9090 - -',
    ],
)
def test_what_traefik_did_not_write_or_not_to_its_end_is_none(line):
    assert read(line) is None
