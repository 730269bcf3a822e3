"""Common and combined log format, with what people add at the end."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.combined import COMBINED
from gwdiag.model.event import Event, Kind

AT = 1795183630.0
HEAD = "10.20.0.9 - - [20/Nov/2026:14:07:10 +0000] "


def read(line: str) -> Event | None:
    return COMBINED.read(line, Clock())


def test_a_line_with_nginx_s_times_and_upstreams():
    line = (
        HEAD + '"GET /orders/items/4163?api_key=s3cret HTTP/1.1" 200 1511 "-" "okhttp/4.12.0" rt=3.034 '
        "uct=-, 0.000 uht=-, 0.034 urt=3.000, 0.034 ua=10.20.0.102:8080, 10.20.0.103:8080 us=504, 200"
    )

    assert read(line) == Event(
        at=AT,
        kind=Kind.ACCESS,
        claim="none",
        status=200,
        duration_ms=3034.0,
        upstream_ms=3034.0,
        upstream="10.20.0.103:8080",
        client="10.20.0.9",
        method="GET",
        path="/orders/items/4163",
        tried=("10.20.0.102:8080",),
    )


def test_a_plain_line():
    assert read(HEAD + '"POST /orders/items HTTP/1.1" 502 150 "-" "axios/1.6.8"') == Event(
        at=AT,
        kind=Kind.ACCESS,
        status=502,
        client="10.20.0.9",
        method="POST",
        path="/orders/items",
    )


@pytest.mark.parametrize(
    ("tail", "duration", "at"),
    [
        ("", None, AT),
        (' "203.0.113.7"', None, AT),
        (" 0.041", 41.0, AT),
        (' "203.0.113.7" 0.041 0.040 .', 41.0, AT),
        (" 0.040 0.041", 41.0, AT),
        (' "0.041" "0.040"', 41.0, AT),
        (" 1795183630.123", None, AT),  # $msec
        (" 3001402", 3001.402, AT + 3.001402),  # Apache's %D, and then the time is the start
        (" 3/3001402", 3001.402, AT + 3.001402),
        (" **3/3001402**", 3001.402, AT + 3.001402),
        (" 12", None, AT),
        (" 904 128", None, AT),
        (" request_time 0.041 upstream_response_time 0.040", 41.0, AT),
        ('rt=0.041 uct="0.000"', 41.0, AT),
        (' rt="0.041"', 41.0, AT),
        (" rt=-", None, AT),
        (' "rt=9.000 us=502" rt=0.041', 41.0, AT),  # a header that a client sent
    ],
)
def test_a_duration_at_the_end(tail, duration, at):
    seen = read(HEAD + '"GET /a HTTP/1.1" 200 12 "-" "curl/8"' + tail)

    assert (seen.duration_ms, seen.at) == (duration, at)


@pytest.mark.parametrize(
    ("head", "client"),
    [
        ("10.20.0.9 - - ", "10.20.0.9"),
        ("10.20.0.9 - ana ", "10.20.0.9"),
        ("10.20.0.9 - ana maria ", "10.20.0.9"),
        ("api.example.com:443 10.20.0.9 - - ", "10.20.0.9"),
        ("api.example.com 10.20.0.9 - ana ", "10.20.0.9"),
        ("2001:db8::7 - - ", "2001:db8::7"),
        ("[2001:db8::7]:4711 - - ", None),
        ("203.0.113.7, 10.20.0.9 - - ", "203.0.113.7"),
        ("unix: - - ", "unix"),
        ("- - ", None),
    ],
)
def test_the_client(head, client):
    seen = read(head + '[20/Nov/2026:14:07:10 +0000] "GET /a HTTP/1.1" 200 12')

    assert seen.client == client if seen else client is None


@pytest.mark.parametrize(
    ("tail", "claimed"),
    [
        ('"GET /a HTTP/1.1" 009 70 "-" "curl/8"', "upstream_protocol"),
        ('"GET /a HTTP/1.1" 000 0 "-" "curl/8"', "client_canceled"),
        ('"GET /a HTTP/1.1" 0 0 "-" "curl/8"', "client_canceled"),
        ('"GET /a HTTP/1.1" 499 0 "-" "curl/8"', "client_canceled"),
        ('"GET /a HTTP/1.1" 504 0', "upstream_response_timeout"),
        ('"GET /a HTTP/1.1" 500 0', "upstream_5xx"),
        ('"-" 408 - "-" "-"', "bad_client_request"),
        ('"\\x16\\x03\\x01" 400 150 "-" "-"', "bad_client_request"),
        ('"GET /a HTTP/1.1" - 0', "none"),
        ('"GET /a HTTP/1.1" 404 0', "bad_client_request"),
        ('"GET /a HTTP/1.1" 404 0 "-" "x" ua=- us=-', "gateway_route_not_found"),
        ('"GET /a HTTP/1.1" 503 0 "-" "x" ua=- us=-', "rate_limited"),
        ('"GET /a HTTP/1.1" 503 0 "-" "x" ua=10.20.0.31:9001 us=503', "upstream_5xx"),
    ],
)
def test_the_class(tail, claimed):
    assert class_of(read(HEAD + tail)).id == claimed


def test_a_user_agent_with_quotes_and_backslashes():
    seen = read(HEAD + '"GET /a HTTP/1.1" 200 12 "-" "a \\"b\\" \\\\" rt=0.041')

    assert (seen.status, seen.duration_ms) == (200, 41.0)


def test_a_cut_line_is_read_where_it_has_a_status():
    whole = HEAD + '"GET /a HTTP/1.1" 200 1511 "-" "curl/8" rt=0.041'

    assert read(whole[: whole.index(" 1511")]).status == 200
    assert read(whole[: whole.index("0 1511")]) is None


def test_a_huge_line():
    assert read(HEAD + '"GET /a HTTP/1.1" 200 12 "-" "' + "x" * 300_000 + '" rt=0.041').duration_ms == 41.0


@pytest.mark.parametrize(
    "line",
    [
        "",
        HEAD,
        HEAD + '"GET /a HTTP/1.1"',
        HEAD + '"GET /a HTTP/1.1" 20 12',
        '10.20.0.9 - - [2026-11-20T14:07:10Z] "GET /a HTTP/1.1" 200 12',
        HEAD + '"GET /a HTTP/1.1" 200 12 "-" "-" 7 "orders@docker" "http://10.20.0.31:9001" 12ms',
        HEAD + '"GET /a HTTP/1.1" 200 12 "-" "-" 904 0.005 [shop-orders-8080] [] 10.20.0.31:8080 12 0.005 200 x',
    ],
)
def test_what_is_another_format_s_is_none(line):
    assert read(line) is None
