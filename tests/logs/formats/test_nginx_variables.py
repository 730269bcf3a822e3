"""What nginx's variables mean, whatever line they stand in."""

import pytest

from gwdiag.error_classes import Claim
from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._nginx import event, with_full_names
from gwdiag.model.event import Event, Kind

UPSTREAM = "10.20.0.31:9001"


def test_every_variable_that_is_looked_at():
    values = {
        "time_iso8601": "2026-11-20T14:07:10+01:00",
        "hostname": "edge-1",
        "remote_addr": "10.20.0.9",
        "http_x_forwarded_for": "203.0.113.7",
        "request_method": "PUT",
        "request_uri": "/orders/1?key=s3cret",
        "status": "201",
        "request_time": "0.041",
        "upstream_scheme": "https",
        "upstream_addr": UPSTREAM,
        "upstream_status": "201",
        "upstream_response_time": "0.040",
        "proxy_upstream_name": "shop-orders-8080",
        "pid": "28796",
        "connection": "44",
        "request_id": "1acdd3f1e94962f54f3b5e0004d02606",
    }

    assert event(values, Clock()) == Event(
        at=1795180030.0,
        kind=Kind.ACCESS,
        claim="none",
        status=201,
        duration_ms=41.0,
        upstream_ms=40.0,
        host="edge-1",
        api="shop-orders-8080",
        upstream="https://10.20.0.31:9001",
        client="10.20.0.9",
        method="PUT",
        path="/orders/1",
        request_id="28796*44",
    )


@pytest.mark.parametrize(
    ("status", "address", "us", "connect", "header", "claimed"),
    [
        ("502", UPSTREAM, "502", "-", "-", "upstream_connect_failed"),
        ("504", UPSTREAM, "504", "-", "-", "upstream_dial_timeout"),
        ("502", UPSTREAM, "502", "0.000", "-", "upstream_closed"),
        ("504", UPSTREAM, "504", "0.000", "-", "upstream_response_timeout"),
        ("502", UPSTREAM, "502", "0.000", "0.012", "upstream_5xx"),
        ("500", UPSTREAM, "500", "0.000", "0.012", "upstream_5xx"),
        ("504", UPSTREAM, "504", "0.000", "0.012", "upstream_response_timeout"),
        ("502", "orders", "502", "-", "-", "no_healthy_upstream"),
        ("502", f"{UPSTREAM}, orders", "502, 502", "-, -", "-, -", "no_healthy_upstream"),
        ("502", f"{UPSTREAM}, 10.20.0.32:9001", "504, 502", "-, 0.000", "-, 0.020", "upstream_5xx"),
        ("200", f"{UPSTREAM}, 10.20.0.32:9001", "504, 200", "-, 0.000", "-, 0.020", "none"),
        ("200", f"{UPSTREAM} : 10.20.0.32:9001", "502 : 200", "- : 0.000", "- : 0.020", "none"),
        ("499", UPSTREAM, "-", "0.000", "-", "client_canceled"),
        ("404", UPSTREAM, "404", "0.000", "0.002", "bad_client_request"),
        ("009", UPSTREAM, "200", "0.000", "0.002", "upstream_protocol"),
        ("500", "-", "-", "-", "-", "gateway_internal"),
        ("502", "-", "-", "-", "-", "dns_failure"),
        ("503", "-", "-", "-", "-", "rate_limited"),
        ("504", "-", "-", "-", "-", "upstream_response_timeout"),
        ("505", "-", "-", "-", "-", "bad_client_request"),
        ("404", "-", "-", "-", "-", "gateway_route_not_found"),
        ("405", "-", "-", "-", "-", "bad_client_request"),
        ("413", "-", "-", "-", "-", "body_too_large"),
        ("500", "", "-", "-", "-", "gateway_internal"),  # no socket could be had for it
    ],
)
def test_whether_the_upstream_answered_decides(status, address, us, connect, header, claimed):
    values = {
        "status": status,
        "upstream_addr": address,
        "upstream_status": us,
        "upstream_connect_time": connect,
        "upstream_header_time": header,
    }

    assert event(values, Clock()).claim == claimed


@pytest.mark.parametrize(
    ("values", "claimed", "confidence"),
    [
        ({"upstream_status": "502"}, "upstream_5xx", 0.4),  # the upstream's or nginx's own
        ({"upstream_status": "503"}, "upstream_5xx", 0.95),  # nginx makes none of it
        ({"upstream_status": "502", "upstream_response_length": "20"}, "upstream_5xx", 0.95),
        ({"upstream_status": "502", "upstream_response_length": "0"}, "upstream_5xx", 0.4),
        ({}, "upstream_5xx", 0.4),
    ],
)
def test_where_the_line_does_not_tell_the_status_does_and_is_less_sure(values, claimed, confidence):
    seen = event({"status": "502", "upstream_addr": UPSTREAM, **values} if values else {"status": "502"}, Clock())

    assert class_of(seen) == Claim(claimed, confidence)


@pytest.mark.parametrize(
    ("address", "status", "upstream", "tried"),
    [
        (UPSTREAM, "200", UPSTREAM, ()),
        ("a:1, b:2, c:3", "502, 502, 200", "c:3", ("a:1", "b:2")),
        ("a:1 : b:2", "200 : 200", "b:2", ()),  # sent on by the first one's answer
        ("[::1]:80, [2001:db8::7]:80", "502, 200", "[2001:db8::7]:80", ("[::1]:80",)),
        ("unix:/run/orders.sock", "200", "unix:/run/orders.sock", ()),
        ("-", "-", None, ()),
        ("", "", None, ()),
    ],
)
def test_the_upstreams_that_were_asked_in_turn(address, status, upstream, tried):
    seen = event({"status": "200", "upstream_addr": address, "upstream_status": status}, Clock())

    assert (seen.upstream, seen.tried) == (upstream, tried)


@pytest.mark.parametrize(
    ("values", "client"),
    [
        ({"remote_addr": "10.20.0.9", "http_x_forwarded_for": "203.0.113.7"}, "10.20.0.9"),
        ({"http_x_forwarded_for": "203.0.113.7, 10.20.0.9"}, "203.0.113.7"),
        ({"remote_addr": "-"}, None),
        ({}, None),
    ],
)
def test_the_client_is_the_peer_or_the_first_that_was_forwarded(values, client):
    assert event(values, Clock()).client == client


def test_names_that_people_give_to_variables():
    fields = {"rt": 0.041, "ua": None, "status": 502, "Client": "10.20.0.9", "urt": "-", "other": "x"}

    assert with_full_names(fields) == fields | {
        "request_time": "0.041",
        "rt": "0.041",
        "upstream_addr": "-",
        "ua": "-",
        "status": "502",
        "remote_addr": "10.20.0.9",
        "upstream_response_time": "-",
    }


def test_a_variable_s_own_name_goes_before_an_alias():
    assert with_full_names({"rt": "1", "request_time": "2"})["request_time"] == "2"
