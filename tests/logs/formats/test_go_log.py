"""Go's standard log: reverse proxies, net/http's own lines, go-redis."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.go_log import GO_LOG
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return GO_LOG.read(line, Clock())


def test_a_reverse_proxy_s_failure():
    assert read("2026/11/20 08:37:48 http: proxy error: dial tcp 10.20.0.31:9001: i/o timeout") == Event(
        at=1795163868.0,
        kind=Kind.REQUEST,
        level="error",
        message="http: proxy error: dial tcp 10.20.0.31:9001: i/o timeout",
        answers="5xx",
        upstream="10.20.0.31:9001",
    )


@pytest.mark.parametrize(
    ("line", "at", "kind", "level", "message"),
    [
        (
            "2026/11/20 08:37:48 listening on :8080",
            1795163868.0,
            Kind.NOTICE,
            "",
            "listening on :8080",
        ),
        (
            "2026/11/20 08:37:48.118234 proxy.go:12: http: proxy error: EOF",
            1795163868.118234,
            Kind.REQUEST,
            "error",
            "proxy.go:12: http: proxy error: EOF",
        ),
        (
            "redis: 2026/11/20 08:44:55 pubsub.go:168: redis: discarding bad PubSub connection: EOF",
            1795164295.0,
            Kind.NOTICE,
            "error",
            "redis: pubsub.go:168: redis: discarding bad PubSub connection: EOF",
        ),
        (
            "http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms",
            None,
            Kind.NOTICE,
            "error",
            "http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms",
        ),
        (
            "2026/11/20 08:37:48 http: panic serving 127.0.0.1:54346: assignment to entry in nil map",
            1795163868.0,
            Kind.REQUEST,
            "error",
            "http: panic serving 127.0.0.1:54346: assignment to entry in nil map",
        ),
        (
            "2026/11/20 08:37:48 httputil: ReverseProxy read error during body copy: unexpected EOF",
            1795163868.0,
            Kind.REQUEST,
            "error",
            "httputil: ReverseProxy read error during body copy: unexpected EOF",
        ),
        (
            "2026/11/20 08:37:48 http: TLS handshake error from 127.0.0.1:46030: EOF",
            1795163868.0,
            Kind.NOTICE,
            "error",
            "http: TLS handshake error from 127.0.0.1:46030: EOF",
        ),
        (
            "[gateway] 2026/11/20 08:37:48.118234 /src/gateway/main.go:101: listening on :8080",
            1795163868.118234,
            Kind.NOTICE,
            "",
            "[gateway] /src/gateway/main.go:101: listening on :8080",
        ),
        (
            "08:37:48 server.go:3648: gw: http: TLS handshake error from 127.0.0.1:1: EOF",
            None,
            Kind.NOTICE,
            "error",
            "08:37:48 server.go:3648: gw: http: TLS handshake error from 127.0.0.1:1: EOF",
        ),
        (
            "gw 2026/11/20 http: proxy error: EOF",
            None,
            Kind.REQUEST,
            "error",
            "gw 2026/11/20 http: proxy error: EOF",
        ),
        ("2026/11/31 08:37:48 x", None, Kind.NOTICE, "", "x"),
        ("2026/11/20 08:37:48 ", 1795163868.0, Kind.NOTICE, "", ""),
    ],
)
def test_odd_lines(line, at, kind, level, message):
    event = read(line)

    assert (event.at, event.kind, event.level, event.message) == (at, kind, level, message)


@pytest.mark.parametrize(
    ("line", "answers", "upstream"),
    [
        ("2026/11/20 08:37:48 http: proxy error: EOF", "5xx", None),
        ("http: proxy error: dial tcp [::1]:6001: connect: connection refused", "5xx", "[::1]:6001"),
        (
            "http: proxy error: read tcp 10.0.0.1:48050->10.0.0.2:80: read: connection reset by peer",
            "5xx",
            "10.0.0.2:80",
        ),
        ("http: proxy error: dial tcp: lookup a.internal on 10.0.0.53:53: no such host", "5xx", None),
        ("httputil: ReverseProxy read error during body copy: unexpected EOF", "cut", None),
        ("http: TLS handshake error from 127.0.0.1:46030: EOF", None, None),
    ],
)
def test_what_the_client_got_and_from_whom(line, answers, upstream):
    assert (read(line).answers, read(line).upstream) == (answers, upstream)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026/11/20 08:37:48",
        "2026/11/20",
        "http:",
        "http: ",
        "https: //a",
        "2026/11/20 08:37:48 [error] 12#12: *1 connect() failed",
        "two words 2026/11/20 08:37:48 x",
        "2026-11-20 08:37:48 x",
        "2026/11/20 08:37:48 KRAKEND ERROR: [ENDPOINT: /x] EOF",
        "listening on :8080",
    ],
)
def test_what_go_did_not_write_is_none(line):
    assert read(line) is None
