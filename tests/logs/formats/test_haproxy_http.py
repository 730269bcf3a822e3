"""HAProxy's option httplog and httpslog: the states, the timers, what stands in braces."""

import time

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.haproxy_http import HAPROXY_HTTP
from gwdiag.model.event import Event, Kind

LINE = (
    "198.51.100.7:60524 [20/Nov/2026:08:37:48.633] api_in~ {backend} {timers} {status} 55 - - {state} "
    '1/1/0/0/{retries} 0/0 {{shop.example.com|k6 (#22load#22; x)}} {{}} "GET /orders/42?token=secret HTTP/1.1"'
)
USUAL = {"backend": "orders_be/o1", "timers": "0/0/1/99/100", "status": "200", "state": "----", "retries": "0"}


def read(line: str) -> Event | None:
    return HAPROXY_HTTP.read(line, Clock())


def of(**changed: str) -> Event:
    event = read(LINE.format(**USUAL | changed))
    assert event is not None
    return event


def test_an_answer_that_broke_off():
    assert of(state="SD--") == Event(
        at=1795163868.733,
        kind=Kind.ACCESS,
        claim="upstream_closed",
        status=200,
        duration_ms=100.0,
        upstream_ms=99.0,
        upstream="orders_be/o1",
        client="198.51.100.7",
        method="GET",
        path="/orders/42",
        flag="SD--",
    )


@pytest.mark.parametrize(
    ("state", "status", "backend", "timers", "class_"),
    [
        ("----", "200", "orders_be/o1", "0/0/1/99/100", "none"),
        ("--VN", "301", "orders_be/o1", "0/0/1/99/100", "none"),
        ("----", "500", "orders_be/o1", "0/0/1/99/100", "upstream_5xx"),
        ("----", "504", "orders_be/o1", "0/0/1/99/100", "upstream_response_timeout"),
        ("----", "404", "orders_be/o1", "0/0/1/99/100", "bad_client_request"),
        ("----", "403", "orders_be/o1", "0/0/1/99/100", "auth_failed"),
        ("LR--", "302", "api_in/<NOSRV>", "0/-1/-1/-1/0", "none"),
        ("LR--", "404", "gone_be/<NOSRV>", "0/-1/-1/-1/0", "gateway_route_not_found"),
        ("LR--", "401", "api_in/<NOSRV>", "0/-1/-1/-1/0", "auth_failed"),
        ("SC--", "503", "orders_be/o1", "0/3003/-1/-1/3003", "upstream_dial_refused"),
        ("SCDN", "503", "orders_be/<NOSRV>", "0/-1/-1/-1/0", "no_healthy_upstream"),
        ("SC--", "503", "orders_be/**<NOSRV>** ", "0/-1/-1/-1/0", "no_healthy_upstream"),
        ("sC--", "503", "orders_be/o1", "0/0/-1/-1/4003", "upstream_dial_timeout"),
        ("sH--", "504", "orders_be/o1", "0/0/0/-1/3002", "upstream_response_timeout"),
        ("sD--", "200", "orders_be/o1", "0/0/0/3/3002", "upstream_response_timeout"),
        ("SH--", "502", "orders_be/o1", "0/0/0/-1/10", "upstream_closed"),
        ("sQ--", "503", "orders_be/<NOSRV>", "0/500/-1/-1/500", "gateway_overload"),
        ("PC--", "503", "orders_be/o1", "0/0/-1/-1/0", "gateway_overload"),
        ("RC--", "503", "orders_be/o1", "0/0/-1/-1/0", "gateway_port_exhausted"),
        ("PH--", "502", "orders_be/o1", "0/0/0/-1/45", "upstream_protocol"),
        ("PH--", "400", "orders_be/o1", "0/0/0/-1/45", "bad_client_request"),
        ("PH--", "500", "orders_be/o1", "0/0/0/-1/45", "gateway_internal"),
        ("PD--", "200", "orders_be/o1", "0/0/0/3/45", "upstream_protocol"),
        ("PR--", "401", "api_in/<NOSRV>", "0/-1/-1/-1/0", "auth_failed"),
        ("PR--", "400", "api_in/<NOSRV>", "-1/-1/-1/-1/0", "bad_client_request"),
        ("PR--", "413", "api_in/<NOSRV>", "0/-1/-1/-1/0", "body_too_large"),
        ("PR--", "429", "api_in/<NOSRV>", "0/-1/-1/-1/0", "rate_limited"),
        ("PR--", "503", "api_in/<NOSRV>", "0/-1/-1/-1/0", "rate_limited"),
        ("PR--", "500", "api_in/<NOSRV>", "0/-1/-1/-1/0", "gateway_internal"),
        ("PR--", "-1", "api_in/<NOSRV>", "-1/-1/-1/-1/0", "auth_failed"),
        ("PR--", "200", "api_in/<NOSRV>", "0/-1/-1/-1/0", "none"),
        ("PT--", "500", "api_in/<NOSRV>", "-1/301/-1/-1/300", "auth_failed"),
        ("CR--", "400", "api_in/<NOSRV>", "-1/-1/-1/-1/101", "client_canceled"),
        ("CH--", "-1", "orders_be/o1", "0/0/0/-1/101", "client_canceled"),
        ("CC--", "503", "orders_be/o1", "0/0/-1/-1/101", "client_canceled"),
        ("CQ--", "503", "orders_be/<NOSRV>", "0/101/-1/-1/101", "client_canceled"),
        ("CD--", "200", "orders_be/o1", "0/0/0/3/101", "client_canceled"),
        ("cD--", "200", "orders_be/o1", "0/0/0/3/101", "client_canceled"),
        ("cR--", "408", "api_in/<NOSRV>", "-1/-1/-1/-1/1001", "bad_client_request"),
        ("cH--", "408", "orders_be/o1", "0/0/0/-1/1001", "bad_client_request"),
        ("IH--", "500", "orders_be/o1", "0/0/0/-1/1", "gateway_internal"),
        ("DD--", "200", "orders_be/o1", "0/0/0/1/5", "no_healthy_upstream"),
        ("KD--", "200", "orders_be/o1", "0/0/0/1/5", "none"),
        ("UD--", "200", "orders_be/o1", "0/0/0/1/5", "none"),
    ],
)
def test_the_termination_states(state, status, backend, timers, class_):
    assert class_of(of(state=state, status=status, backend=backend, timers=timers)).id == class_


@pytest.mark.parametrize(
    ("changed", "field", "expected"),
    [
        ({"backend": "orders_be/<NOSRV>", "state": "SC--", "status": "503"}, "upstream", "orders_be"),
        ({"backend": "api_in/<NOSRV>", "state": "PR--", "status": "403"}, "upstream", None),
        ({"status": "-1", "state": "CH--"}, "status", None),
        ({"timers": "0/0/0/-1/3002"}, "upstream_ms", None),
        ({"timers": "0/0/0/4/+4"}, "duration_ms", None),
        ({"timers": "0/0/0/4/+4"}, "at", 1795163868.637),
        ({"timers": "0/0/0/0/440/671"}, "duration_ms", 671.0),
        ({"retries": "3"}, "detail", "retries 3"),
        ({"retries": "+1"}, "detail", "retries +1"),
    ],
)
def test_the_odd_fields(changed, field, expected):
    assert getattr(of(**changed), field) == expected


ESCAPED_BY_SYSLOG_NG = r"- ---- 1/1/0/0/0 0/0 \"GET https://shop.example.com/a?b#c HTTP/2.0\""
TLS_COLUMNS = "0/0000000000000000/0/0/0 -/TLSv1.3/TLS_AES_256_GCM_SHA384"
REST = '200 76 - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"'


@pytest.mark.parametrize(
    ("line", "client", "path"),
    [
        (f"haproxy[7321]: 10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 {REST}", "10.0.0.9", "/a"),
        (f"2001:db8::9:4711 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 {REST}", "2001:db8::9", "/a"),
        (f"::ffff:10.0.0.9:4711 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 {REST}", "10.0.0.9", "/a"),
        (f"unix:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 {REST}", None, "/a"),
        (f"fe~ be/s 0/0/0/0/0 {REST}", None, "/a"),
        (
            f"10.0.0.9:1 [20/Nov/2026:08:37:48] fe be/s 0/0/0/0/0 200 +76 SESS=a {ESCAPED_BY_SYSLOG_NG}",
            "10.0.0.9",
            "/a",
        ),
        (f"10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe~ be/s 0/0/0/0/0 {REST} {TLS_COLUMNS}", "10.0.0.9", "/a"),
        (
            '10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"',
            "10.0.0.9",
            None,
        ),
        ("10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 200 76 - - ----", "10.0.0.9", None),
    ],
)
def test_odd_lines(line, client, path):
    event = read(line)

    assert event is not None
    assert (event.client, event.path) == (client, path)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 200 76 - - ---",
        "10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 1/0/1 69 -- 1/1/0/0/0 0/0",
        "10.0.0.9:1 [20/Nov/2026:08:37:48.633] fe be/s 0/0/0/0/0 200 76 - - XYZ- 1/1/0/0/0 0/0",
        '10.0.0.9 - - [20/Nov/2026:08:37:48 +0000] "GET / HTTP/1.1" 200 76 "-" "curl/8"',
    ],
)
def test_what_is_no_http_log_is_none(line):
    assert read(line) is None


def test_a_huge_line_takes_no_longer_than_it_is():
    begin = time.perf_counter()
    for filling in ("{" * 200_000, "a/" * 100_000, '"' * 200_000, "0/" * 100_000):
        read(LINE.format(**USUAL)[:90] + filling)
        read(LINE.format(**USUAL) + filling)

    assert time.perf_counter() - begin < 2
