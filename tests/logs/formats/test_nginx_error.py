"""nginx's error log: the class, what the client got, who was asked."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.nginx_error import NGINX_ERROR
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark

REQUEST = ', client: 10.20.0.9, server: api.example.com, request: "GET /orders/1?key=s3cret HTTP/1.1"'
UPSTREAM = ', upstream: "http://10.20.0.31:9001/1?key=s3cret"'
HOST = ', host: "api.example.com"'


def read(line: str) -> Event | None:
    return NGINX_ERROR.read(line, Clock())


def said(message: str, level: str = "error", fields: str = REQUEST + UPSTREAM + HOST) -> Event:
    event = read(f"2026/11/20 14:07:10 [{level}] 28796#28796: *44 {message}{fields}")
    assert event is not None
    return event


def test_a_refused_connection():
    assert said("connect() failed (111: Connection refused) while connecting to upstream") == Event(
        at=1795183630.0,
        kind=Kind.REQUEST,
        level="error",
        message="connect() failed (111: Connection refused) while connecting to upstream",
        answers="5xx",
        upstream="http://10.20.0.31:9001",
        client="10.20.0.9",
        method="GET",
        path="/orders/1",
        request_id="28796*44",
    )


def test_a_notice_of_the_process():
    assert read("2026/11/20 14:07:10 [notice] 1#1: nginx/1.22.1") == Event(
        at=1795183630.0,
        kind=Kind.NOTICE,
        level="info",
        message="nginx/1.22.1",
        claim=NONE,
        mark=Mark.START,
    )


@pytest.mark.parametrize(
    ("message", "claimed", "answers"),
    [
        ("upstream timed out (110: Connection timed out) while connecting to upstream", "upstream_dial_timeout", "504"),
        ("upstream timed out (110: Connection timed out) while reading upstream", "upstream_response_timeout", "cut"),
        (
            "upstream timed out (110: Connection timed out) while reading response header from upstream",
            "upstream_response_timeout",
            "504",
        ),
        ("upstream timed out (110: Connection timed out) while SSL handshaking to upstream", "tls_handshake", "504"),
        ("connect() failed (110: Connection timed out) while connecting to upstream", "upstream_dial_timeout", "5xx"),
        ("connect() to unix:/run/a failed (2: No such file or directory) while x", "upstream_connect_failed", "5xx"),
        ("connect() to 0.0.0.1:80 failed (22: Invalid argument) while connecting", "upstream_connect_failed", "5xx"),
        ("recv() failed (104: Connection reset by peer) while proxying upgraded connection", "upstream_reset", "cut"),
        ("upstream prematurely closed connection while reading upstream", "upstream_closed", "cut"),
        ("upstream prematurely closed connection while reading response header from x", "upstream_closed", "5xx"),
        ("SSL_read() failed (SSL: x:unexpected eof while reading) while reading upstream", "upstream_closed", "cut"),
        ("upstream sent goaway with error 2 while reading response header from upstream", "upstream_closed", "5xx"),
        ("upstream rejected request with error 7 while reading upstream", "upstream_reset", "cut"),
        ("upstream sent no valid HTTP/1.0 header while reading response header", "upstream_protocol", "cut"),
        ('upstream sent duplicate header line: "A: 1", previous value: "A: 2" while x', "upstream_protocol", "5xx"),
        ("no live upstreams while connecting to upstream", "no_healthy_upstream", "5xx"),
        ("pay.internal could not be resolved (110: Operation timed out)", "dns_timeout", "5xx"),
        ('limiting requests, excess: 8.355 by zone "perclient"', "rate_limited", "5xx"),
        ('limiting requests, dry run, excess: 8.355 by zone "perclient"', NONE, None),
        ("client intended to send too large body: 153000 bytes", "body_too_large", "4xx"),
        ('open() "/usr/share/nginx/html/a" failed (2: No such file or directory)', "bad_client_request", "4xx"),
        ('open() "/usr/share/nginx/html/a" failed (13: Permission denied)', "auth_failed", "4xx"),
        ('open() "/usr/share/nginx/html/a" failed (24: Too many open files)', "gateway_fd_exhausted", "5xx"),
        ("auth request unexpected status: 502 while sending to client", "upstream_5xx", "5xx"),
        ("auth request unexpected status: 302 while sending to client", "gateway_internal", "5xx"),
        ('rewrite or internal redirection cycle while processing "/a"', "config_error", "5xx"),
        ('FastCGI sent in stderr: "PHP message: PHP Warning: timed out" while reading upstream', NONE, None),
        ('FastCGI sent in stderr: "PHP Fatal error: Uncaught X" while reading upstream', "upstream_5xx", "cut"),
        ('FastCGI sent in stderr: "Primary script unknown" while reading upstream', "bad_client_request", "cut"),
        ("[lua] plugin.lua:9: run(): limit-count exits with http status code 503", "rate_limited", "5xx"),
        ("[lua] plugin.lua:9: run(): key-auth exits with http status code 401", "auth_failed", "4xx"),
        ("[lua] plugin.lua:9: run(): fault-injection exits with http status code 500", "gateway_internal", "5xx"),
        ("[lua] balancer.lua:1: failure to get a peer from the ring-balancer", "no_healthy_upstream", "5xx"),
        ("[lua] x.lua:1: failed the initial dns/balancer resolve for 'a' with: table", "dns_failure", "5xx"),
        ("lua tcp socket connect timed out, when connecting to 10.20.0.40:6379", "storage_down", "5xx"),
        ("lua tcp socket connect timed out, when connecting to 10.20.0.40:80", "upstream_dial_timeout", "5xx"),
        ("a client request body is buffered to a temporary file /timeout/refused", NONE, None),
        ('ModSecurity: Warning. Matched "connection refused" at ARGS', NONE, None),
    ],
)
def test_what_a_message_means_and_what_the_client_got(message, claimed, answers):
    seen = said(message)

    assert (class_of(seen).id, seen.answers) == (claimed, answers)


@pytest.mark.parametrize(
    ("message", "claimed", "answers"),
    [
        (
            "epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too",
            "client_canceled",
            "499",
        ),
        ("client prematurely closed connection while reading client request headers", "client_canceled", "4xx"),
        ("recv() failed (104: Connection reset by peer) while sending to client", "client_canceled", "cut"),
        ("client timed out (110: Connection timed out) while sending to client", "client_canceled", "cut"),
        ("client timed out (110: Connection timed out) while reading client request body", "bad_client_request", "4xx"),
        ("client sent too long URI while reading client request line", "bad_client_request", "4xx"),
        ("client sent no required SSL certificate while reading client request headers", "client_tls_handshake", "4xx"),
        ("client SSL certificate verify error: (10:certificate has expired) while x", "client_tls_handshake", "4xx"),
        ("upstream timed out (110: x) while proxying upgraded connection", "upstream_response_timeout", "cut"),
        ("client timed out (110: Connection timed out) while waiting for request", NONE, None),
        ("recv() failed (104: Connection reset by peer) while keepalive", NONE, None),
        ("client 10.20.0.9 closed keepalive connection (104: Connection reset by peer)", NONE, None),
        ("[lua] balancer.lua:190: pick_server(): connection refused before", NONE, None),
        ("upstream disconnected, bytes from/to client:0/0", NONE, None),
    ],
)
def test_at_level_info_only_what_the_client_did_is_a_failure(message, claimed, answers):
    seen = said(message, level="info")

    assert (class_of(seen).id, seen.answers) == (claimed, answers)


def test_what_is_said_for_debugging_is_no_failure():
    assert said("connect() failed (111: Connection refused)", level="debug").claim == NONE


@pytest.mark.parametrize(
    ("message", "claimed"),
    [
        ('delaying request, excess: 0.9, by zone "a"', "rate_limited"),
        (
            'upstream sent more data than specified in "Content-Length" header while reading upstream',
            "upstream_protocol",
        ),
        ("upstream server temporarily disabled while connecting to upstream", NONE),
    ],
)
def test_after_a_warning_the_request_goes_on(message, claimed):
    seen = said(message, level="warn")

    assert (class_of(seen).id, seen.answers) == (claimed, None)


@pytest.mark.parametrize(
    ("message", "claimed"),
    [
        ('host not found in upstream "pay.internal" in /etc/nginx/nginx.conf:9', "config_error"),
        ("bind() to 0.0.0.0:80 failed (98: Address already in use)", "config_error"),
        ("malloc(16384) failed (12: Cannot allocate memory)", "gateway_out_of_memory"),
        ('open() "/etc/nginx/a" failed (24: Too many open files)', "gateway_fd_exhausted"),
    ],
)
def test_what_keeps_nginx_from_starting(message, claimed):
    seen = said(message, level="emerg", fields="")

    assert (seen.claim, seen.mark, seen.level, seen.kind) == (claimed, Mark.CONFIGURATION, "fatal", Kind.NOTICE)


@pytest.mark.parametrize(
    ("message", "mark"),
    [
        ("openresty/1.21.4.1", Mark.START),
        ("signal 1 (SIGHUP) received from 23, reconfiguring", Mark.RELOAD),
        ("signal 3 (SIGQUIT) received from 1, shutting down", Mark.SHUTDOWN),
        ("signal 15 (SIGTERM) received, exiting", Mark.SHUTDOWN),
        ("signal 17 (SIGCHLD) received from 29", None),
        ("gracefully shutting down", None),
        ("upstream server temporarily disabled while connecting to upstream", Mark.HOST_DOWN),
        ("[lua] healthcheck.lua:9: [healthcheck] (a) unhealthy TCP increment (2/2) for '10.0.0.1:80'", Mark.HOST_DOWN),
        ("[lua] healthcheck.lua:9: [healthcheck] (a) unhealthy TCP increment (1/2) for '10.0.0.1:80'", None),
        ("[lua] healthcheck.lua:9: [healthcheck] (a) healthy SUCCESS increment (3/3) for '10.0.0.1:80'", Mark.HOST_UP),
    ],
)
def test_changes_in_the_life_of_a_process_and_of_its_upstreams(message, mark):
    assert said(message, level="notice", fields="").mark is mark


@pytest.mark.parametrize(
    ("written", "upstream"),
    [
        ("http://search/items", "http://search"),
        ("https://[2001:db8::7]:9443/a", "https://[2001:db8::7]:9443"),
        ("http://unix:/run/orders.sock:/a/b", "http://unix:/run/orders.sock"),
        ("fastcgi://unix:/run/php/php8.2-fpm.sock:", "fastcgi://unix:/run/php/php8.2-fpm.sock"),
        ("10.20.0.31:443", "10.20.0.31:443"),
        ("http://10.20.0.31:9001/cut in the mid", "http://10.20.0.31:9001"),
    ],
)
def test_the_upstream(written, upstream):
    assert said("x", fields=REQUEST + f', upstream: "{written}"' + HOST).upstream == upstream


@pytest.mark.parametrize(
    ("fields", "client", "method", "path"),
    [
        (", client: 2001:db8::7, server: x", "2001:db8::7", None, None),
        (", client: unix:, server: x", "unix", None, None),
        (', client: a, server: , request: "\x16\x03\x01"', "a", None, None),
        (', client: a, server: , request: "GET /a"b HTTP/1.1"', "a", "GET", "/a"),
        (', client: a, server: , request: "GET /a', "a", "GET", "/a"),
        (", context: ngx.timer, client: x", None, None, None),
        ("", None, None, None),
    ],
)
def test_who_asked_for_what(fields, client, method, path):
    seen = said("x", fields=fields)

    assert (seen.client, seen.method, seen.path) == (client, method, path)


def test_kong_s_own_number_of_a_request_where_there_is_no_connection():
    line = '2026/11/20 14:07:10 [error] 7#0: x, client: a, request: "GET / HTTP/1.1", request_id: "5b6f2c0f"'

    assert read(line).request_id == "5b6f2c0f"


@pytest.mark.parametrize(
    ("line", "at", "level", "claimed"),
    [
        ('nginx: [emerg] unknown directive "a" in /etc/nginx/nginx.conf:2', None, "fatal", "config_error"),
        ('nginx: [warn] the "user" directive makes sense only if', None, "warning", NONE),
        ("nginx: configuration file /etc/nginx/nginx.conf test failed", None, "error", "config_error"),
        ("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok", None, "info", NONE),
        ("[error] 19#0: *147 client intended to send too large body: 9 bytes", None, "error", "body_too_large"),
        (
            "2026/11/20 14:07:10.123 [alert] 7#7: worker process 9 exited on signal 11",
            1795183630.123,
            "fatal",
            "gateway_internal",
        ),
        ("2026/11/31 14:07:10 [error] 7#7: x", None, "error", NONE),
        ("stack traceback:", None, "", NONE),
        ("coroutine 0:", None, "", NONE),
    ],
)
def test_odd_lines(line, at, level, claimed):
    seen = read(line)

    assert (seen.at, seen.level, class_of(seen).id) == (at, level, claimed)


def test_a_huge_line_keeps_its_words_at_both_ends():
    long = "x" * 300_000
    seen = said(f'client sent invalid header line: "{long}" while reading client request headers', level="info")

    assert (seen.claim, seen.answers) == ("bad_client_request", "4xx")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026/11/20 14:07:10 [error] x",  # Go's standard log, or Kong's command line
        "2026/11/20 14:07:10 [fatal] 7#7: x",
        "[error] x",
        "nginx: x",
        "[Fri Nov 20 14:07:10 2026] [error] [client 10.20.0.9] x",
    ],
)
def test_what_nginx_did_not_write_is_none(line):
    assert read(line) is None
