"""Which class claims a message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.error_classes import LONGEST, Claim, claim, error_classes, of_status
from gwdiag.explain import explained
from tests import tyk_log

# What Go and Tyk print after `http: proxy error: `, and the class of it.
GO_ERRORS = [
    ("context canceled", "client_canceled"),
    ("net/http: request canceled", "client_canceled"),
    ("http2: stream closed", "client_canceled"),
    ("net/http: timeout awaiting response headers", "upstream_response_timeout"),
    ("read tcp 10.20.0.11:40112->10.20.0.31:9001: i/o timeout", "upstream_response_timeout"),
    ("read tcp 10.20.0.11:40112->10.20.0.31:9001: read: connection timed out", "upstream_response_timeout"),
    ("dial tcp 10.20.0.31:9001: i/o timeout", "upstream_dial_timeout"),
    ("dial tcp [fd00::31]:9001: i/o timeout", "upstream_dial_timeout"),
    ("dial tcp 10.20.0.31:9001: connect: connection timed out", "upstream_dial_timeout"),
    ("dial tcp 10.20.0.31:9001: connect: operation timed out", "upstream_dial_timeout"),
    ("dial tcp 10.20.0.11:0->10.20.0.31:9001: i/o timeout", "upstream_dial_timeout"),
    ("dial tcp 10.20.0.31:9001: context deadline exceeded", "upstream_dial_timeout"),
    ("dial tcp 10.20.0.31:9001: connect: connection refused", "upstream_dial_refused"),
    ("dial tcp [::1]:9001: connect: connection refused", "upstream_dial_refused"),
    ("dial unix /run/orders.sock: connect: connection refused", "upstream_dial_refused"),
    ("proxyconnect tcp: dial tcp 10.20.0.8:3128: connect: connection refused", "upstream_dial_refused"),
    ("dial tcp 10.20.0.31:9001: connect: no route to host", "upstream_unreachable"),
    ("dial tcp 10.20.0.31:9001: connect: network is unreachable", "upstream_unreachable"),
    ("dial tcp 10.20.0.31:9001: connect: host is down", "upstream_unreachable"),
    ("dial tcp: lookup orders.internal on 10.20.0.53:53: no such host", "dns_not_found"),
    ("dial tcp: lookup orders.internal: no such host", "dns_not_found"),
    ("dial tcp: lookup orders.internal: i/o timeout", "dns_timeout"),
    (
        "dial tcp: lookup orders.internal on 10.20.0.53:53: read udp 10.20.0.11:4711->10.20.0.53:53: i/o timeout",
        "dns_timeout",
    ),
    ("dial tcp: lookup orders.internal on 10.20.0.53:53: server misbehaving", "dns_failure"),
    ("dial tcp: lookup orders.internal: Temporary failure in name resolution", "dns_failure"),
    (
        "dial tcp: lookup orders.internal on 10.20.0.53:53: dial udp 10.20.0.53:53: connect: network is unreachable",
        "dns_failure",
    ),
    ("dial tcp 10.20.0.31:9001: socket: too many open files", "gateway_fd_exhausted"),
    (
        "dial tcp: lookup orders.internal on 10.20.0.53:53: dial udp 10.20.0.53:53: socket: too many open files",
        "gateway_fd_exhausted",
    ),
    ("dial tcp: lookup orders.internal: too many open files: no such host", "gateway_fd_exhausted"),
    ("dial tcp 10.20.0.31:9001: connect: cannot assign requested address", "gateway_port_exhausted"),
    ("read tcp 10.20.0.11:40112->10.20.0.31:9001: read: connection reset by peer", "upstream_reset"),
    ("write tcp 10.20.0.11:40112->10.20.0.31:9001: write: broken pipe", "upstream_reset"),
    ("stream error: stream ID 3; INTERNAL_ERROR; received from peer", "upstream_reset"),
    ("EOF", "upstream_closed"),
    ("unexpected EOF", "upstream_closed"),
    ("http: server closed idle connection", "upstream_closed"),
    ("http2: client connection lost", "upstream_closed"),
    ("http2: server sent GOAWAY and closed the connection; LastStreamID=3, ErrCode=NO_ERROR", "upstream_closed"),
    (
        (
            "readfrom tcp 10.20.0.11:40112->10.20.0.31:9001: write tcp 10.20.0.11:40112->10.20.0.31:9001: "
            "use of closed network connection"
        ),
        "upstream_closed",
    ),
    (
        'net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00"',
        "upstream_protocol",
    ),
    ("net/http: HTTP/1.x transport connection broken: unexpected EOF", "upstream_closed"),
    ("tls: first record does not look like a TLS handshake", "tls_handshake"),
    ("http: server gave HTTP response to HTTPS client", "tls_handshake"),
    ("net/http: TLS handshake timeout", "tls_handshake"),
    ("remote error: tls: handshake failure", "tls_handshake"),
    ("remote error: tls: bad certificate", "tls_handshake"),
    ("Certificate public key pinning error. Public keys do not match.", "tls_handshake"),
    ("x509: certificate signed by unknown authority", "tls_unknown_authority"),
    ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "tls_unknown_authority"),
    (
        (
            "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: "
            "current time 2026-11-20T08:40:41Z is after 2026-11-19T00:00:00Z"
        ),
        "tls_cert_expired",
    ),
    (
        (
            "tls: failed to verify certificate: x509: certificate is valid for a.example.com, b.example.com, "
            "not orders.internal"
        ),
        "tls_hostname_mismatch",
    ),
    (
        (
            "tls: failed to verify certificate: x509: cannot validate certificate for 10.20.0.31 because it doesn't "
            "contain any IP SANs"
        ),
        "tls_hostname_mismatch",
    ),
    ('unsupported protocol scheme ""', "config_error"),
    ("can't switch protocols using non-Hijacker ResponseWriter type *http.timeoutWriter", "gateway_internal"),
]

# Printed by anything but Tyk it is the one, in a record of Tyk's own the other: the definition's limit.
DEADLINE = "context deadline exceeded"

FAMOUS = ("client_canceled", "upstream_dial_timeout", "upstream_dial_refused", "upstream_response_timeout")

WRAPPED = {
    "alone": "{}",
    "Go's log": "2026/11/20 08:41:03 http: proxy error: {}",
    "Tyk, text, 5.8": 'time="Nov 20 08:41:03" level=error msg="http: proxy error: {}" api_id=a1 prefix=proxy',
    "Tyk, JSON": '{{"level":"error","msg":"http: proxy error: {}","prefix":"proxy","time":"2026-11-20T08:41:03Z"}}',
    "an HTTP client": 'Post "http://orders.internal:9001/items": {}',
    "another program": "orders gateway: request 17 failed: {}",
    "Kubernetes": "2026-11-20T08:41:03.000000001Z stderr F 2026/11/20 08:41:03 http: proxy error: {}",
    "syslog": "Nov 20 08:41:03 gw-1 tyk[731]: 2026/11/20 08:41:03 http: proxy error: {}",
}


def class_of(line: str) -> str:
    [one] = explained([(1, line)])
    return one.class_


@pytest.mark.parametrize(("error", "name"), GO_ERRORS)
def test_an_error_of_go_has_one_class(error, name):
    assert claim(error) == Claim(name, 0.97)
    assert claim(f"http: proxy error: {error}") == Claim(name, 0.97)


@pytest.mark.parametrize("wrapping", WRAPPED.values(), ids=WRAPPED.keys())
@pytest.mark.parametrize(("error", "name"), [row for row in GO_ERRORS if row[1] in FAMOUS])
def test_the_famous_four_are_told_apart_whatever_is_around_them(error, name, wrapping):
    assert class_of(wrapping.format(error)) == name


def test_a_deadline_is_an_enforced_timeout_in_tyks_own_record_and_a_response_timeout_elsewhere():
    assert class_of(tyk_log.proxy_error(0, DEADLINE)) == "enforced_timeout"
    assert class_of(WRAPPED["Tyk, text, 5.8"].format(DEADLINE)) == "enforced_timeout"
    assert class_of(WRAPPED["Tyk, JSON"].format(DEADLINE)) == "enforced_timeout"
    assert class_of(WRAPPED["Go's log"].format(DEADLINE)) == "upstream_response_timeout"
    assert class_of(WRAPPED["an HTTP client"].format(DEADLINE)) == "upstream_response_timeout"
    assert class_of(DEADLINE) == "upstream_response_timeout"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("2026/11/20 08:41:03 http: TLS handshake error from 203.0.113.7:4711: EOF", "client_tls_handshake"),
        (
            (
                "2026/11/20 08:41:03 http: TLS handshake error from 203.0.113.7:4711: read tcp 10.20.0.9:443->"
                "203.0.113.7:4711: i/o timeout"
            ),
            "client_tls_handshake",
        ),
        (
            (
                "2026/11/20 08:41:03 http: Accept error: accept tcp [::]:8080: accept4: too many open files; "
                "retrying in 1s"
            ),
            "gateway_fd_exhausted",
        ),
        ("listen tcp :8080: bind: cannot assign requested address", "config_error"),
        ("listen tcp :8080: bind: permission denied", "config_error"),
        ("Error trying to get value:dial tcp 10.20.0.60:6379: i/o timeout", "storage_down"),
        ("redis: connection pool timeout", "storage_down"),
    ],
)
def test_the_same_words_elsewhere_mean_another_class(line, name):
    assert class_of(line) == name


@pytest.mark.parametrize(
    "message",
    [
        "",
        "API reload complete",
        "Tyk API Gateway v5.14.0",
        "Loading API configurations.",
        "Initialised API Definitions",
        "--> Listening on port: 8080",
        "GET /items/504 200",
        "the canceled subscription was archived",
        "circuit breaker is half-open",
        "redis: nil",
        "timeout=30s max_idle=100",
        "EOFException handling enabled",
    ],
)
def test_what_reports_no_failure_is_claimed_by_none(message):
    assert claim(message) == Claim("none", 0.0)


def test_no_two_classes_have_an_equal_right_to_an_error_so_their_order_does_not_matter():
    tied = [error for error, _ in GO_ERRORS if claim(error).confidence < 0.97]

    assert tied == []


def test_two_classes_with_an_equal_right_make_the_claim_unsure():
    both = claim("connection refused; no route to host")

    assert both == Claim("upstream_dial_refused", 0.5)


@pytest.mark.parametrize(("error", "name"), [GO_ERRORS[0], GO_ERRORS[6], GO_ERRORS[12]])
def test_an_error_at_either_end_of_a_long_line_is_found(error, name):
    filler = "x" * 3 * LONGEST

    assert claim(f"http: proxy error: {error} {filler}").id == name
    assert claim(f"{filler} http: proxy error: {error}").id == name
    assert claim(f"{filler} http: proxy error: {error} {filler}").id == "none"


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1])
def test_the_length_at_which_the_middle_is_left_out(length):
    error = " context canceled "
    half = "x" * ((length - len(error)) // 2)
    message = (half + error + half).ljust(length, "x")

    assert len(message) == length
    assert claim(message).id == ("client_canceled" if length <= LONGEST else "none")


@pytest.mark.parametrize("port", [1, 40112, 65535])
def test_ports_and_times_decide_nothing(port):
    error = f"2026/11/20 08:41:0{port % 10} read tcp 10.20.0.11:{port}->10.20.0.31:9001: read: connection reset by peer"

    assert claim(error) == Claim("upstream_reset", 0.97)


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_has_a_claim(text):
    found = claim(text)

    assert found.id == "none" or found.id in error_classes()
    assert found.confidence in ((0.0,) if found.id == "none" else (0.5, 0.97))


@given(
    # Hypothesis takes words from the source, too, and ENETUNREACH is an error itself.
    before=st.text(st.characters(codec="ascii", categories=("Lu", "Nd")), max_size=30).filter(
        lambda before: claim(before).id == "none"
    ),
    row=st.sampled_from(GO_ERRORS),
)
@settings(max_examples=200, deadline=None)
def test_words_before_an_error_do_not_change_its_class(before, row):
    error, name = row

    assert claim(f"{before}: {error}").id == name


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (100, Claim("none", 0.9)),
        (200, Claim("none", 0.9)),
        (304, Claim("none", 0.9)),
        (399, Claim("none", 0.9)),
        (400, Claim("bad_client_request", 0.7)),
        (401, Claim("auth_failed", 0.7)),
        (403, Claim("auth_failed", 0.7)),
        (404, Claim("bad_client_request", 0.7)),
        (413, Claim("body_too_large", 0.7)),
        (422, Claim("bad_client_request", 0.7)),
        (429, Claim("rate_limited", 0.7)),
        (499, Claim("client_canceled", 0.7)),
        (500, Claim("upstream_5xx", 0.4)),
        (502, Claim("upstream_5xx", 0.4)),
        (504, Claim("upstream_response_timeout", 0.7)),
    ],
)
def test_a_status_alone(status, found):
    assert of_status(status) == found


@pytest.mark.parametrize(
    ("status", "answered", "routed", "found"),
    [
        (500, True, True, Claim("upstream_5xx", 0.7)),
        (503, True, True, Claim("upstream_5xx", 0.7)),
        (500, False, True, Claim("upstream_connect_failed", 0.4)),
        (504, True, True, Claim("upstream_response_timeout", 0.7)),
        (404, None, False, Claim("gateway_route_not_found", 0.7)),
        (401, None, False, Claim("auth_failed", 0.7)),
        (404, True, True, Claim("bad_client_request", 0.7)),
    ],
)
def test_a_status_with_what_is_known_of_the_upstream(status, answered, routed, found):
    assert of_status(status, upstream_answered=answered, routed=routed) == found
