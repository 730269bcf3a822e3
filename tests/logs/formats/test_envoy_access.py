"""Envoy's access log as text: its default, Istio's columns, flags, details, and reasons of failed connections."""

import time

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.envoy_access import ENVOY_ACCESS
from gwdiag.model.event import Event, Kind

START = "[2026-11-20T08:37:48.118Z]"
HEADERS = '"198.51.100.7" "okhttp/4.12.0" "5c0cf9f0" "shop.example.com"'
CLUSTER = "outbound|8080||orders.shop.svc.cluster.local"
ISTIO = (
    START + ' "GET /orders/42?token=secret HTTP/1.1" {status} {flags} {details} - "{reason}" 0 98 12 - '
    f'{HEADERS} "{{host}}" {CLUSTER} - 10.0.0.1:8080 10.0.0.2:0 - default'
)
EARLY = "upstream_reset_before_response_started"


def read(line: str) -> Event | None:
    return ENVOY_ACCESS.read(line, Clock())


def istio(status: str, flags: str, details: str, reason: str = "-", host: str = "10.0.0.3:8080") -> Event:
    event = read(ISTIO.format(status=status, flags=flags, details=details, reason=reason, host=host))
    assert event is not None
    return event


def test_a_refused_connection():
    reason = "delayed_connect_error:_Connection_refused"

    assert istio("503", "UF", f"{EARLY}{{remote_connection_failure|{reason}}}", reason) == Event(
        at=1795163868.13,
        kind=Kind.ACCESS,
        message="delayed connect error: Connection refused",
        claim="upstream_dial_refused",
        status=503,
        duration_ms=12.0,
        api="orders.shop.svc.cluster.local",
        upstream="10.0.0.3:8080",
        client="198.51.100.7",
        method="GET",
        path="/orders/42",
        flag="UF",
        detail=f"{EARLY}{{remote_connection_failure|{reason}}}",
        request_id="5c0cf9f0",
    )


VERIFY = "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"


@pytest.mark.parametrize(
    ("flags", "details", "reason", "class_"),
    [
        (
            "UF",
            f"{EARLY}{{connection_failure,delayed_connect_error:_111}}",
            "delayed_connect_error:_111",
            "upstream_dial_refused",
        ),
        ("URX,UF", f"{EARLY}{{connection_timeout}}", "-", "upstream_dial_timeout"),
        ("UF", f"{EARLY}{{connection_failure,delayed_connect_error:_110}}", "-", "upstream_dial_timeout"),
        ("UF", f"{EARLY}{{connection_failure,delayed_connect_error:_113}}", "-", "upstream_unreachable"),
        ("UF", "-", "immediate_connect_error:_Network_is_unreachable", "upstream_unreachable"),
        ("UF", "-", "immediate_connect_error:_Cannot_assign_requested_address", "gateway_port_exhausted"),
        ("UF", "-", f"{VERIFY}:TLS_error_end", "tls_unknown_authority"),
        ("UF", "-", f"{VERIFY}:verify_cert_failed:_certificate_has_expired:TLS_error_end", "tls_cert_expired"),
        (
            "UF",
            "-",
            f"{VERIFY}:verify_cert_failed:_SAN_matcher,_certificate_SANs_are_[a]:TLS_error_end",
            "tls_hostname_mismatch",
        ),
        ("UF", "-", f"{VERIFY}:verify_cert_failed:_verify_SAN_list:TLS_error_end", "tls_hostname_mismatch"),
        (
            "UF",
            "-",
            "TLS_error:|268436501:SSL_routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED",
            "tls_handshake",
        ),
        ("UF", "-", "TLS error: Secret is not supplied by SDS", "tls_handshake"),
        ("UF", "-", "-", "upstream_connect_failed"),
        ("UC", f"{EARLY}{{connection_termination}}", "-", "upstream_closed"),
        ("UC", f"{EARLY}{{connection termination}}", "-", "upstream_closed"),
        ("UC", f"{EARLY}{{connection_termination|TLS_error:_x}}", "TLS_error:|1:SSL_routines:x", "tls_handshake"),
        ("UR", f"{EARLY}{{remote_reset}}", "-", "upstream_reset"),
        ("LR", f"{EARLY}{{local_reset}}", "-", "upstream_reset"),
        ("UPE", f"{EARLY}{{protocol_error}}", "-", "upstream_protocol"),
        ("UT", "response_timeout", "-", "upstream_response_timeout"),
        ("URX,UT", "upstream_per_try_timeout", "-", "upstream_response_timeout"),
        ("UO", f"{EARLY}{{overflow}}", "-", "gateway_overload"),
        ("UH", "no_healthy_upstream", "-", "no_healthy_upstream"),
        ("NR", "route_not_found", "-", "gateway_route_not_found"),
        ("NC", "cluster_not_found", "-", "config_error"),
        ("DC", "downstream_remote_disconnect", "-", "client_canceled"),
        ("DPE", "http1.codec_error", "-", "bad_client_request"),
        ("UAEX", "ext_authz_denied", "-", "auth_failed"),
        ("RL", "local_rate_limited", "-", "rate_limited"),
        ("SI", "stream_idle_timeout", "-", "enforced_timeout"),
        ("UMSDR", "upstream_max_stream_duration_reached", "-", "enforced_timeout"),
        ("OM", "overload", "-", "gateway_overload"),
        ("DF", "dns_resolution_failure{cares_norecords:Domain_name_not_found}", "-", "dns_not_found"),
        ("DF", "dns_resolution_failure{cares:Timeout_while_contacting_DNS_servers}", "-", "dns_timeout"),
        ("DF", "dns_resolution_failure", "-", "dns_failure"),
        ("-", "max_duration_timeout", "-", "enforced_timeout"),
        ("-", "lua_response", "-", "gateway_internal"),
        ("-", "some_filter_of_ours", "-", "gateway_internal"),
        ("-", "direct_response", "-", "config_error"),
        ("-", "via_upstream", "-", "upstream_5xx"),
        ("URX", "via_upstream", "-", "upstream_5xx"),
    ],
)
def test_flags_details_and_reasons(flags, details, reason, class_):
    assert istio("503", flags, details, reason).claim == class_


@pytest.mark.parametrize(
    ("status", "details", "host", "class_"),
    [
        ("200", "via_upstream", "10.0.0.3:8080", "none"),
        ("301", "direct_response", "-", "none"),
        ("404", "via_upstream", "10.0.0.3:8080", "bad_client_request"),
        ("404", "direct_response", "-", "gateway_route_not_found"),
        ("403", "rbac_access_denied_matched_policy[none]", "-", "auth_failed"),
        ("401", "jwt_authn_access_denied{Jwt_is_missing}", "-", "auth_failed"),
        ("408", "request_header_timeout", "-", "bad_client_request"),
        ("413", "request_payload_too_large", "-", "body_too_large"),
        ("429", "via_upstream", "10.0.0.3:8080", "rate_limited"),
        ("504", "via_upstream", "10.0.0.3:8080", "upstream_response_timeout"),
    ],
)
def test_statuses_without_a_flag(status, details, host, class_):
    assert istio(status, "-", details, host=host).claim == class_


def test_without_a_host_the_upstream_is_the_service():
    assert istio("503", "UH", "no_healthy_upstream", host="-").upstream == "orders.shop.svc.cluster.local:8080"


@pytest.mark.parametrize(
    ("line", "claim", "kind"),
    [
        (f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 {HEADERS} "10.0.0.3:80"', "none", Kind.ACCESS),
        (f'{START} "GET /a HTTP/1.1" 500 - 0 5 4 3 {HEADERS} "10.0.0.3:80"', "upstream_5xx", Kind.ACCESS),
        (
            f'{START} "GET /a HTTP/1.1" 503 UF 0 91 501 - {HEADERS} "10.0.0.3:80"',
            "upstream_connect_failed",
            Kind.ACCESS,
        ),
        (
            f'{START} "POST /a.B/C HTTP/2" 200 UT 0 0 998 - {HEADERS} "10.0.0.3:80"',
            "upstream_response_timeout",
            Kind.ACCESS,
        ),
        (f'{START} "GET /a HTTP/1.1" 0 - 0 0 998 - {HEADERS} "10.0.0.3:80"', "client_canceled", Kind.ACCESS),
        (f'{START} "- - -" 0 - 77 69 5 - "-" "-" "-" "-" "10.0.0.3:80"', "none", Kind.ACCESS),
        (f'{START} "- - -" 0 UF,URX 0 0 5 - "-" "-" "-" "-" "10.0.0.3:80"', "upstream_connect_failed", Kind.ACCESS),
        (
            f'{START} "- - HTTP/1.1" 0 - - - "-" 94 155 11 - "-" "-" "-" "-" "-" - - 10.0.0.1:80 10.0.0.2:4 - -',
            "none",
            Kind.NOTICE,
        ),
        (f'{START} "- - HTTP/1.1" 408 - 0 22 1000 - "-" "-" "-" "-" "-"', "bad_client_request", Kind.NOTICE),
        (f'ACCESS {START} "GET /a HTTP/1.1" 404 NR 0 0 0 - {HEADERS} "-"', "gateway_route_not_found", Kind.ACCESS),
    ],
)
def test_the_default_format(line, claim, kind):
    event = read(line)

    assert event is not None
    assert (event.claim, event.kind) == (claim, kind)


@pytest.mark.parametrize(
    ("columns", "upstream", "claim"),
    [
        ('200 - "-" "-" 31 16 2 1', "10.0.0.3:80", "none"),
        ('503 UAEX "-" 131 0 30 -', "10.0.0.3:80", "auth_failed"),
        ('503 UF,URX "delayed connect error: 111" 0 91 16 -', "10.0.0.3:80", "upstream_dial_refused"),
        (
            f"503 UF {EARLY}{{connection_failure,delayed_connect_error:_111}} 0 145 0 -",
            "10.0.0.3:80",
            "upstream_dial_refused",
        ),
    ],
)
def test_columns_of_other_releases(columns, upstream, claim):
    event = read(f'{START} "GET /a HTTP/1.1" {columns} {HEADERS} "tcp://{upstream}" {CLUSTER} - - 10.0.0.2:1 - -')

    assert event is not None
    assert (event.claim, event.upstream) == (claim, upstream)


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        (f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 "203.0.113.9, 10.0.0.2" "a" "b" "c" "d:1"', "client", "203.0.113.9"),
        (f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 "-" "x "y" z" "id" "c" "d:1"', "request_id", "id"),
        (f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 "-" "x "y" z" "id" "c" "d:1"', "upstream", "d:1"),
        (f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 "-" "a" "b" "c" "[2001:db8::1]:80"', "upstream", "[2001:db8::1]:80"),
        (
            f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 "-" "a" "b" "c" "envoy://connect_originate/10.0.0.3:80"',
            "upstream",
            "10.0.0.3:80",
        ),
        ('[2026-11-20 08:37:48] "GET /a HTTP/1.1" 200 - 0 5 4 3 "-" "a" "b" "c" "d"', "at", 1795163868.004),
        (
            f'{START} default "GET /a HTTP/1.1" 200 - 0 5 4 3 "-" "a" "t" "id" "h" "s" "d" "10.0.0.2" "10.0.0.3:80"',
            "request_id",
            "id",
        ),
        (
            f'{START} "GET /a HTTP/1.1" 503 UF 0 5 4 - "-" "a" "b" "c" "d" "TLS_error:|1:SSL_routines:x"',
            "claim",
            "tls_handshake",
        ),
    ],
)
def test_odd_columns(line, field, expected):
    assert getattr(read(line), field) == expected


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        (f'{START} "GET /a HTTP/1.1" 504 UT', "upstream_response_timeout"),
        (f'{START} "GET /a HTTP/1.1" 200 -', "none"),
        (f'{START} "GET /a HTTP/1.1" 503 UF {EARLY}{{connection_timeout}} - "-" 0 9', "upstream_dial_timeout"),
        ('PUT /a?b=c HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "198.51.100.7"', "gateway_route_not_found"),
        (
            '"GET /v1 HTTP/1.1" 503 UC upstream_reset_before_response_started{connection_termination} - "-" 0 9',
            "upstream_closed",
        ),
        ('$ HTTP/2" 503 UF,URX "-" "TLS error: 1:SSL routines:x"', "tls_handshake"),
    ],
)
def test_cut_lines_and_fragments(line, claim):
    event = read(line)

    assert event is not None
    assert event.claim == claim


@pytest.mark.parametrize(
    "line",
    [
        "",
        START,
        f'{START} "GET /a HTTP/1.1" 20',
        f'{START} "GET /a HTTP/1.1" 200 12 "-" "curl/8"',
        '10.0.0.9 - - [20/Nov/2026:08:37:48 +0000] "GET /a HTTP/1.1" 200 - "-" "curl/8"',
        '"GET /a HTTP/1.1" 200 - "-" "curl/8"',
        "[2026-11-20 08:37:48.118][7][info][main] [source/server/server.cc:1] x",
    ],
)
def test_what_is_no_access_line_is_none(line):
    assert read(line) is None


def test_a_huge_line_takes_no_longer_than_it_is():
    begin = time.perf_counter()
    for filling in ('" "' * 66_000, "{" * 200_000, "UF," * 66_000, "a " * 100_000):
        read(f'{START} "GET /a HTTP/1.1" 503 UF {filling}')
        read(f'{START} "GET /a HTTP/1.1" 200 - 0 5 4 3 "{filling}')
        read(f'"GET /{filling} HTTP/1.1" 503 UF {filling}')

    assert time.perf_counter() - begin < 3
