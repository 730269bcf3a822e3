"""HAProxy's own messages: servers up and down and why, connections without a request, configuration, processes."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.haproxy_log import HAPROXY_LOG
from gwdiag.model.event import Event, Kind, Mark

LEFT = "1 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
NONE_LEFT = "0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."


def read(line: str) -> Event | None:
    return HAPROXY_LOG.read(line, Clock())


def test_a_server_that_went_down():
    text = f"Server orders_be/o3 is DOWN, reason: Layer4 timeout, check duration: 2001ms. {LEFT}"

    assert read(text) == Event(
        at=None,
        kind=Kind.NOTICE,
        level="error",
        message=text,
        claim="upstream_dial_timeout",
        upstream="orders_be/o3",
        mark=Mark.HOST_DOWN,
    )


def test_a_connection_without_a_request():
    assert read("198.51.100.7:52928 [20/Nov/2026:08:37:48.098] secure/1: SSL handshake failure") == Event(
        at=1795163868.098,
        kind=Kind.NOTICE,
        level="info",
        message="SSL handshake failure",
        claim="client_tls_handshake",
        client="198.51.100.7",
    )


@pytest.mark.parametrize(
    ("reason", "class_"),
    [
        ('Layer4 connection problem, info: "Connection refused"', "upstream_dial_refused"),
        ('Layer4 connection problem, info: "No route to host"', "upstream_unreachable"),
        ('Layer4 connection problem, info: "General socket error (Too many open files)"', "gateway_fd_exhausted"),
        ('Layer4 connection problem, info: "General socket error (Invalid argument)"', "upstream_connect_failed"),
        ("Layer4 timeout", "upstream_dial_timeout"),
        ('Layer4 timeout, info: " at initial connection step of tcp-check"', "upstream_dial_timeout"),
        ("Layer6 timeout", "tls_handshake"),
        ('Layer6 invalid response, info: "SSL handshake failure"', "tls_handshake"),
        ('Layer6 invalid response, info: "SSL handshake failure (Connection reset by peer)"', "tls_handshake"),
        (
            'Layer6 invalid response, info: "Server presented an SSL certificate different from the expected one"',
            "tls_hostname_mismatch",
        ),
        ("Layer7 timeout", "upstream_response_timeout"),
        ("Layer7 invalid response", "upstream_protocol"),
        ('Layer7 wrong status, code: 503, info: "Service Unavailable"', "upstream_5xx"),
        ('Layer7 wrong status, code: 401, info: "Unauthorized"', "auth_failed"),
        ('Socket error, info: "Connection reset by peer"', "upstream_reset"),
    ],
)
def test_the_reason_of_a_check(reason, class_):
    for text in (
        f"Health check for server redis_be/r1 failed, reason: {reason}, check duration: 4ms, status: 0/2 DOWN.",
        f"[WARNING]  (8) : Backup Server redis_be/r1 is DOWN, reason: {reason}, check duration: 4ms. {LEFT}",
    ):
        event = read(text)

        assert event is not None
        assert (class_of(event).id, event.upstream) == (class_, "redis_be/r1")


@pytest.mark.parametrize(
    ("text", "class_", "level", "mark"),
    [
        (f"Server a/b is DOWN. {NONE_LEFT}", "no_healthy_upstream", "error", Mark.HOST_DOWN),
        (f"Server a/b is DOWN via c/d. {LEFT}", "upstream_connect_failed", "error", Mark.HOST_DOWN),
        (f"Server a/b is DOWN, changed from CLI. {LEFT}", "none", "error", Mark.HOST_DOWN),
        (f"Server a/b is going DOWN for maintenance. {LEFT}", "none", "error", Mark.HOST_DOWN),
        (f"Server a/b is going DOWN for maintenance (DNS NX status). {LEFT}", "dns_not_found", "error", Mark.HOST_DOWN),
        (
            f"Server a/b is going DOWN for maintenance (DNS timeout status). {LEFT}",
            "dns_timeout",
            "error",
            Mark.HOST_DOWN,
        ),
        (
            f"Server a/b is going DOWN for maintenance (No IP for server ). {LEFT}",
            "dns_failure",
            "error",
            Mark.HOST_DOWN,
        ),
        ("Server a/b ('b.example.com') is UP/READY (resolves again).", "none", "info", Mark.HOST_UP),
        ("Server a/b enters drain state. 0 active and 0 backup servers online.", "none", "info", None),
        ("Health check for server a/b succeeded, reason: Layer7 check passed, code: 200.", "none", "info", None),
        ("a/b changed its IP from 10.0.0.1 to 10.0.0.2 by r/n1.", "none", "info", None),
        ("backend a has no server available!", "no_healthy_upstream", "fatal", None),
        ("[ALERT]    (8) : backend 'a' has no server available!", "no_healthy_upstream", "fatal", None),
        ("haproxy[7]:backend a has no server available!", "no_healthy_upstream", "fatal", None),
        ("Proxy a reached process FD limit (maxsock=4031).", "gateway_fd_exhausted", "fatal", None),
        ("Proxy a reached system memory limit (maxsock=4031).", "gateway_out_of_memory", "fatal", None),
        ("Connect() failed for backend a: no free ports.", "gateway_port_exhausted", "fatal", None),
        ("Cannot bind to source address before connect() for backend a.", "gateway_port_exhausted", "fatal", None),
        ("Proxy a started.", "none", "info", Mark.RELOAD),
        ("Proxy a stopped (cumulated conns: FE: 46, BE: 0).", "none", "warning", Mark.SHUTDOWN),
        ("Connect from 10.0.0.9:1 to 10.0.0.1:80 (a/HTTP)", "none", "info", None),
        ("[NOTICE] 323/102112 (7321) : New worker #1 (3065) forked", "none", "info", Mark.RELOAD),
        ("[WARNING]  (1) : Former worker (33) exited with code 143 (Terminated)", "none", "warning", None),
        (
            "[ALERT]    (1) : Current worker (33) exited with code 139 (Segmentation fault)",
            "gateway_internal",
            "fatal",
            None,
        ),
        (
            "[ALERT]    (1) : config : parsing [h.cfg:5]: unknown keyword 'x' in 'backend' section",
            "config_error",
            "fatal",
            None,
        ),
        (
            "[ALERT]    (1) : config : [h.cfg:9] : 'server a/b' : could not resolve address 'b'.",
            "config_error",
            "fatal",
            None,
        ),
        (
            "[WARNING]  (1) : config : 'server a/b' : could not resolve address 'b', disabling.",
            "config_error",
            "warning",
            None,
        ),
        ("[WARNING]  (1) : config : missing timeouts for frontend 'a'.", "none", "warning", None),
        (
            "[ALERT]    (1) : sendmsg()/writev() failed in logger #1: Connection refused (errno=111)",
            "none",
            "fatal",
            None,
        ),
        ("[NOTICE]   (1) : Loading success.", "none", "info", None),
    ],
)
def test_messages(text, class_, level, mark):
    event = read(text)

    assert event is not None
    assert (class_of(event).id, event.level, event.mark) == (class_, level, mark)


@pytest.mark.parametrize(
    ("text", "class_"),
    [
        ("a/1: Connection closed during SSL handshake", "client_tls_handshake"),
        ("a/1: Timeout during SSL handshake", "client_tls_handshake"),
        ("a/1: SSL client certificate not trusted", "client_tls_handshake"),
        ("a/1: Too many SSL connections", "gateway_overload"),
        ("a/1: Out of memory when initializing an SSL connection", "gateway_out_of_memory"),
        ("a/1: Received an invalid PROXY protocol header", "bad_client_request"),
        ("a~ 1/1 34/000000000A00009C/0/0/0 -/TLSv1.3/(NONE)", "client_tls_handshake"),
        ("a~ 1/1 15/0000000000000000/0/0/0 -/-/-", "bad_client_request"),
        ("a~ 1/1 2/0000000000000000/0/0/0 -/-/-", "gateway_fd_exhausted"),
        ("a~ 1/1 0/0000000000000000/0/0/0 -/-/-", "none"),
    ],
)
def test_connections_without_a_request(text, class_):
    event = read(f"10.0.0.9:1 [20/Nov/2026:08:37:48.098] {text}")

    assert event is not None
    assert event.claim == class_


def test_a_time_that_stands_in_front_is_read():
    event = read("2026-11-20 08:37:48 [WARNING]  (8) : Server a/b is UP, reason: Layer4 check passed.")

    assert event is not None
    assert event.at == 1795163868.0


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Server is DOWN",
        "server started",
        "backend a is fine",
        "10.0.0.9:1 [20/Nov/2026:08:37:48.098] a/1: ",
        "[WARNING] something else",
        "a stack trace\n  in two lines",
        "x" * 100_000,
    ],
)
def test_what_haproxy_did_not_say_is_none(line):
    assert read(line) is None
