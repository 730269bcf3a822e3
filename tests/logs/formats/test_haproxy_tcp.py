"""HAProxy's option tcplog: sessions, with two letters."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.haproxy_tcp import HAPROXY_TCP
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return HAPROXY_TCP.read(line, Clock())


def test_a_server_that_did_not_accept():
    line = "198.51.100.7:56280 [20/Nov/2026:08:37:48.750] db_in db_be/d1 1/-1/1002 0 sC 1/1/0/0/1 0/0"

    assert read(line) == Event(
        at=1795163869.752,
        kind=Kind.ACCESS,
        claim="upstream_dial_timeout",
        duration_ms=1002.0,
        upstream="db_be/d1",
        client="198.51.100.7",
        flag="sC",
        detail="retries 1",
    )


@pytest.mark.parametrize(
    ("state", "server", "class_"),
    [
        ("--", "d1", "none"),
        ("SC", "d1", "upstream_dial_refused"),
        ("SC", "<NOSRV>", "no_healthy_upstream"),
        ("SD", "d1", "upstream_closed"),
        ("sD", "d1", "upstream_response_timeout"),
        ("CD", "d1", "client_canceled"),
        ("cD", "d1", "client_canceled"),
        ("PR", "<NOSRV>", "auth_failed"),
        ("sQ", "<NOSRV>", "gateway_overload"),
        ("RC", "d1", "gateway_port_exhausted"),
        ("DD", "d1", "no_healthy_upstream"),
        ("KD", "d1", "none"),
    ],
)
def test_the_termination_states(state, server, class_):
    event = read(f"10.0.0.9:1 [20/Nov/2026:08:37:48.750] db_in db_be/{server} 1/0/10 99 {state} 1/1/0/0/0 0/0")

    assert event is not None
    assert event.claim == class_


@pytest.mark.parametrize(
    ("line", "client", "duration_ms"),
    [
        ("haproxy[7]: [::1]:1 [20/Nov/2026:08:37:48.750] a b/c 1/0/10 99 -- 1/1/0/0/0 0/0", "[::1]", 10.0),
        ("10.0.0.9:1 [20/Nov/2026:08:37:48.750] a b/c 1/0/+10 +99 -- 1/1/0/0/0 0/0", "10.0.0.9", None),
        ("10.0.0.9:1 [20/Nov/2026:08:37:48.750] a b/c 1/0/10 99 --", "10.0.0.9", 10.0),
    ],
)
def test_odd_lines(line, client, duration_ms):
    event = read(line)

    assert event is not None
    assert (event.client, event.duration_ms) == (client, duration_ms)


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.9:1 [20/Nov/2026:08:37:48.750] a b/c 1/0/10 99 -",
        '10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 200 76 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"',
        "10.0.0.9:1 [20/Nov/2026:08:37:48.750] a/1: SSL handshake failure",
    ],
)
def test_what_is_no_tcp_log_is_none(line):
    assert read(line) is None
