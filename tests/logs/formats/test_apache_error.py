"""Apache's error log, 2.4 and 2.2."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.apache_error import APACHE_ERROR
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark

TIME = "[Fri Nov 20 14:07:10.123456 2026] "
THREAD = "[pid 2042:tid 2055] "
CLIENT = "[client 10.20.0.9:57586] "
REMOTE = "[remote 10.20.0.31:9443] "


def read(line: str) -> Event | None:
    return APACHE_ERROR.read(line, Clock())


def said(message: str, level: str = "proxy:error") -> Event:
    event = read(f"{TIME}[{level}] {THREAD}{message}")
    assert event is not None
    return event


def test_a_refused_connection():
    message = (
        "(111)Connection refused: AH00957: http: attempt to connect to 10.20.0.31:9001 (claims.example.org:9001) failed"
    )

    assert said(message) == Event(
        at=1795183630.123456,
        kind=Kind.REQUEST,
        level="error",
        message=message,
        answers="5xx",
        upstream="http://claims.example.org:9001",
        request_id="2042:2055",
    )


def test_a_timeout_with_a_client_and_a_referer():
    message = (
        f"(70007)The timeout specified has expired: {CLIENT}AH01102: error reading status line from remote server a:80"
    )

    assert said(message + ", referer: https://shop.example.com/?key=s3cret") == Event(
        at=1795183630.123456,
        kind=Kind.REQUEST,
        level="error",
        message="(70007)The timeout specified has expired: AH01102: error reading status line from remote server a:80",
        claim="upstream_response_timeout",
        answers="5xx",
        upstream="a:80",
        client="10.20.0.9",
        request_id="2042:2055",
    )


@pytest.mark.parametrize(
    ("message", "claimed", "answers"),
    [
        (
            "(110)Connection timed out: AH00957: http: attempt to connect to 10.0.0.1:80 (a) failed",
            "upstream_dial_timeout",
            "5xx",
        ),
        (
            "(70007)The timeout x: AH00957: http: attempt to connect to 10.0.0.1:80 (a) failed",
            "upstream_dial_timeout",
            "5xx",
        ),
        (
            "(113)No route to host: AH00957: HTTP: attempt to connect to 10.0.0.1:80 (a) failed",
            "upstream_unreachable",
            "5xx",
        ),
        (
            "(13)Permission denied: AH00957: HTTP: attempt to connect to 10.0.0.1:80 (a) failed",
            "upstream_connect_failed",
            "5xx",
        ),
        (f"{CLIENT}AH01114: HTTP: failed to make connection to backend: a", "upstream_connect_failed", "5xx"),
        (f"(104)Connection reset by peer: {CLIENT}AH01102: error reading status line from", "upstream_reset", "5xx"),
        (f"(20014)Internal error: {CLIENT}AH01102: error reading status line from", "upstream_closed", "5xx"),
        (f"(110)Connection timed out: {CLIENT}AH01102: error reading status line", "upstream_response_timeout", "5xx"),
        (f"(104)Connection reset by peer: {CLIENT}AH01110: error reading response", "upstream_reset", "cut"),
        (f"(70008)Partial results are valid: {CLIENT}AH01110: error reading response", "upstream_closed", "cut"),
        (f"(70007)The timeout specified has expired: {CLIENT}AH01110: x", "upstream_response_timeout", "cut"),
        (f"(20014)Internal error: {CLIENT}AH01110: error reading response", "upstream_protocol", "5xx"),
        (
            f"(20014)Internal error: {CLIENT}AH01084: pass request body failed to 10.0.0.1:443 (a)",
            "tls_handshake",
            "5xx",
        ),
        (f"(32)Broken pipe: {CLIENT}AH01084: pass request body failed to 10.0.0.1:80 (a)", "upstream_reset", "5xx"),
        (f"{CLIENT}AH01097: pass request body failed to 10.0.0.1:443 (a) from 10.0.0.9 ()", "upstream_closed", "5xx"),
        (
            f"(70007)The timeout specified has expired: {CLIENT}AH01095: prefetch request body failed",
            "bad_client_request",
            "4xx",
        ),
        (f"(104)Connection reset by peer: {CLIENT}AH02608: read request body failed", "client_canceled", "4xx"),
        (f"{CLIENT}AH00898: Error reading from remote server returned by /a", "upstream_closed", "5xx"),
        (f"{CLIENT}AH00898: Error during SSL Handshake with remote server returned by /a", "tls_handshake", "5xx"),
        (
            f"(EAI 2)Name or service not known: {CLIENT}AH00898: DNS lookup failure for: a returned by /a",
            "dns_not_found",
            "5xx",
        ),
        (
            f"(EAI 3)Temporary failure in name resolution: {CLIENT}AH00898: DNS lookup failure for: a",
            "dns_failure",
            "5xx",
        ),
        (
            f"{CLIENT}AH00898: Corrupt status line returned by remote server: x returned by /a",
            "upstream_protocol",
            "5xx",
        ),
        (f"{REMOTE}AH02039: Certificate Verification: Error (10): certificate has expired", "tls_cert_expired", "5xx"),
        (
            f"{REMOTE}AH02039: Certificate Verification: Error (20): unable to get local issuer certificate",
            "tls_unknown_authority",
            "5xx",
        ),
        (f"{REMOTE}AH02039: Certificate Verification: Error (23): certificate revoked", "tls_handshake", "5xx"),
        (
            f"{CLIENT}AH02039: Certificate Verification: Error (10): certificate has expired",
            "client_tls_handshake",
            "nothing",
        ),
        (f"{REMOTE}AH02411: SSL Proxy: Peer certificate does not match for hostname a", "tls_hostname_mismatch", "5xx"),
        ("SSL Library Error: error:0A000086:SSL routines::certificate verify failed", "tls_unknown_authority", "5xx"),
        (
            "SSL Library Error: error:0A0000C7:SSL routines::peer did not return a certificate",
            "client_tls_handshake",
            "nothing",
        ),
        (f"{CLIENT}AH01630: client denied by server configuration: /var/www", "auth_failed", "4xx"),
        (f"{CLIENT}AH00128: File does not exist: /var/www/html/a", "bad_client_request", "4xx"),
        (f"{CLIENT}AH01588: Requested content-length of 5000 is larger than", "body_too_large", "4xx"),
        (f"{CLIENT}AH01171: balancer://none: No workers in balancer", "no_healthy_upstream", "5xx"),
        (f"(28)No space left on device: {CLIENT}AH10124: header size is over the limit", "upstream_protocol", "5xx"),
        (f"{CLIENT}AH01071: Got error 'PHP message: PHP Warning: connection refused'", NONE, None),
        (f"{CLIENT}AH01071: Got error 'PHP message: PHP Fatal error: Uncaught X'", "upstream_5xx", "5xx"),
        (f"(70014)End of file found: {CLIENT}AH01991: SSL input filter read failed.", NONE, None),
        (f"{CLIENT}AH01964: Connection to child 3 established (server a:443)", NONE, None),
        (f"(32)Broken pipe: {CLIENT}core_output_filter: writing data to the network", "client_canceled", "cut"),
        (f"{CLIENT}ModSecurity: Access denied with code 403 (phase 2). Matched", "auth_failed", "4xx"),
        (f'{CLIENT}ModSecurity: Warning. Matched "timed out"', NONE, None),
    ],
)
def test_what_a_message_means_and_what_the_client_got(message, claimed, answers):
    seen = said(message)

    assert (class_of(seen).id, seen.answers, seen.kind) == (claimed, answers, Kind.REQUEST)


@pytest.mark.parametrize(
    ("level", "message", "claimed"),
    [
        ("core:emerg", "AH00020: Configuration Failed, exiting", "config_error"),
        ("mpm_prefork:emerg", "(12)Cannot allocate memory: AH00155: x", "gateway_out_of_memory"),
        ("mpm_event:error", "AH00484: server reached MaxRequestWorkers setting", "gateway_overload"),
        ("core:notice", "AH00052: child pid 9 exit signal Segmentation fault (11)", "gateway_internal"),
        ("proxy:debug", "mod_proxy.c(1503): (111)Connection refused: AH00957: http: attempt to connect to", NONE),
        ("ssl:trace4", "ssl_engine_io.c(2217): connection reset by peer", NONE),
        ("ssl:warn", "AH01909: a:443:0 server certificate does NOT include an ID which matches the server name", NONE),
        ("proxy:error", "AH00959: ap_proxy_connect_backend disabling worker for (a:80) for 60s", NONE),
    ],
)
def test_what_the_server_says_of_itself(level, message, claimed):
    assert class_of(said(message, level)).id == claimed


@pytest.mark.parametrize(
    ("message", "mark"),
    [
        ("AH00489: Apache/2.4.71 (Debian) configured -- resuming normal operations", Mark.RELOAD),
        ("AH00491: caught SIGTERM, shutting down", Mark.SHUTDOWN),
        ("AH00098: pid file /run/apache2.pid overwritten -- Unclean shutdown of previous Apache run?", Mark.START),
        ("AH00959: ap_proxy_connect_backend disabling worker for (a:80) for 60s", Mark.HOST_DOWN),
        ("AH00094: Command line: 'apache2'", None),
    ],
)
def test_changes_in_the_life_of_a_server_and_of_its_upstreams(message, mark):
    assert said(message, "core:notice").mark is mark


@pytest.mark.parametrize(
    ("message", "upstream"),
    [
        ("http: attempt to connect to 10.0.0.1:80 (a.internal:8080) failed", "http://a.internal:8080"),
        ("HTTP: attempt to connect to 10.0.0.1:80 (a.internal) failed", "http://a.internal:80"),
        ("FCGI: attempt to connect to 127.0.0.1:9001 (*) failed", "fcgi://127.0.0.1:9001"),
        ("http: attempt to connect to [2001:db8::7]:80 (a.internal) failed", "http://a.internal:80"),
        ("http: attempt to connect to Unix domain socket /run/a.sock (localhost:80) failed", "http://localhost:80"),
        ("error reading status line from remote server a.internal:8080, x", "a.internal:8080"),
        ("pass request body failed to 10.0.0.1:9443 (a.internal) from 10.0.0.9 ()", "a.internal:9443"),
        ("failed to make connection to backend: a.internal", None),
    ],
)
def test_the_upstream_by_its_name(message, upstream):
    assert said(f"{CLIENT}AH00001: {message}").upstream == upstream


@pytest.mark.parametrize(
    ("message", "method", "path"),
    [
        ("AH00898: Error reading from remote server returned by /a/b?key=s3cret", None, "/a/b"),
        ("AH01106: bad HTTP/1.1 header returned by /a (POST)", "POST", "/a"),
        ('AH01617: user ana: authentication failure for "/a b": Password Mismatch', None, "/a b"),
        ("AH01618: user bob not found: /a", None, "/a"),
        ("AH01630: client denied by server configuration: /var/www", None, None),
    ],
)
def test_what_was_asked_for(message, method, path):
    seen = said(CLIENT + message)

    assert (seen.method, seen.path) == (method, path)


@pytest.mark.parametrize(
    ("line", "at", "client", "request_id", "claimed"),
    [
        (
            "[Mon Nov 15 03:09:59 2010] [error] [client 10.85.6.69] (70007)The timeout specified has expired: proxy: x",
            1289790599.0,
            "10.85.6.69",
            None,
            "upstream_response_timeout",
        ),
        (
            "[Mon Nov 15 03:09:59 2010] [error] [client ::1] File does not exist: /a",
            1289790599.0,
            "::1",
            None,
            "bad_client_request",
        ),
        (
            "[Mon Nov 15 03:09:59 2010] [error] server reached MaxClients setting",
            1289790599.0,
            None,
            None,
            "gateway_overload",
        ),
        ("[Fri Nov 20 14:07:10 2026] [:error] [pid 7] [client [2001:db8::7]:80] x", 1795183630.0, None, "7", NONE),
        (
            "(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80",
            None,
            None,
            None,
            "config_error",
        ),
        (
            "AH00558: apache2: Could not reliably determine the server's fully qualified domain name",
            None,
            None,
            None,
            NONE,
        ),
    ],
)
def test_odd_lines(line, at, client, request_id, claimed):
    seen = read(line)

    assert (seen.at, seen.client, seen.request_id, class_of(seen).id) == (at, client, request_id, claimed)


def test_a_huge_line():
    assert said(CLIENT + "AH10244: invalid URI path (" + "%2e" * 100_000 + ")").claim == "bad_client_request"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[Fri Nov 20 14:07:10 2026] Out of memory: Kill process 23386 (httpd)",  # the kernel's
        "[Fri Nov 20 14:07:10 2026] [fatal] x",
        "AH0055: x",
        "[client 10.20.0.9] x",
    ],
)
def test_what_apache_did_not_write_is_none(line):
    assert read(line) is None
