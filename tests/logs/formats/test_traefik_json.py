"""Traefik's access log as JSON."""

import json

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.traefik_json import TRAEFIK_JSON
from gwdiag.model.event import Event, Kind

RECORD = {
    "ClientAddr": "10.20.0.9:59867",
    "ClientHost": "203.0.113.7, 10.20.0.9",
    "DownstreamContentSize": 11,
    "DownstreamStatus": 502,
    "Duration": 2219087,
    "OriginContentSize": 11,
    "OriginDuration": 2015193,
    "OriginStatus": 502,
    "RequestMethod": "GET",
    "RequestPath": "/orders/7?key=s3cret",
    "RouterName": "orders@file",
    "ServiceAddr": "orders.internal:9001",
    "ServiceName": "orders@file",
    "ServiceURL": "http://orders.internal:9001/base",
    "StartUTC": "2026-11-20T08:37:48Z",
    "level": "info",
    "msg": "",
    "time": "2026-11-20T08:37:48Z",
}
URL = {"Scheme": "https", "Opaque": "", "User": None, "Host": "10.42.1.9:8443", "Path": "", "RawQuery": ""}


def read(record: dict[str, object]) -> Event | None:
    return TRAEFIK_JSON.read(json.dumps(record), Clock())


def test_a_request_that_traefik_gave_up_on():
    assert read(RECORD) == Event(
        at=1795163868.002219087,
        kind=Kind.ACCESS,
        level="info",
        claim="upstream_connect_failed",
        status=502,
        duration_ms=2.219087,
        upstream_ms=2.015193,
        api="orders@file",
        upstream="http://orders.internal:9001",
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
    )


@pytest.mark.parametrize(
    ("field", "value", "changed"),
    [
        ("ServiceURL", URL, {"upstream": "https://10.42.1.9:8443"}),
        ("ServiceURL", {"Scheme": "http"}, {"upstream": "orders.internal:9001"}),
        ("ServiceURL", None, {"upstream": "orders.internal:9001"}),
        ("DownstreamContentSize", 812, {"claim": "upstream_5xx"}),
        ("DownstreamContentSize", "x", {"claim": "upstream_5xx"}),
        ("DownstreamStatus", 200, {"status": 200, "claim": "none"}),
        ("DownstreamStatus", "504", {"status": 504, "claim": "upstream_response_timeout"}),
        ("DownstreamStatus", None, {"status": None, "claim": "none"}),
        ("DownstreamStatus", 0, {"status": None, "claim": "none"}),
        ("ClientHost", "", {"client": "10.20.0.9"}),
        ("Duration", None, {"duration_ms": None, "at": 1795163868.0}),
        ("Duration", -5, {"duration_ms": None, "at": 1795163868.0}),
        ("StartUTC", None, {"at": 1795163868.0}),
        ("RouterName", 12, {"api": "12"}),
        ("RequestPath", "", {"path": None}),
    ],
)
def test_fields_of_odd_values(field, value, changed):
    assert read(RECORD | {field: value}) == read(RECORD)._replace(**changed)


def test_what_traefik_answered_without_a_router():
    ours = ("RouterName", "ServiceName", "ServiceURL", "ServiceAddr", "OriginStatus")
    record = {key: value for key, value in RECORD.items() if key not in ours} | {"DownstreamStatus": 404}

    event = read(record)

    assert (event.claim, event.api, event.upstream, event.upstream_ms) == ("gateway_route_not_found", None, None, None)


def test_its_other_log_is_no_access_record():
    assert read({"level": "debug", "msg": "Creating server", "time": "2026-11-20T08:37:48Z"}) is None
    assert TRAEFIK_JSON.read(json.dumps(RECORD)[:-1], Clock()) is None
