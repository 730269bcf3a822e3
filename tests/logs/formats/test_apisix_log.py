"""What APISIX's logger plugins write."""

import json

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.apisix_log import APISIX_LOG
from gwdiag.model.event import Event, Kind

ENTRY = {
    "request": {"method": "GET", "uri": "/orders/1?key=s3cret"},
    "response": {"status": 200},
    "server": {"hostname": "edge-1", "version": "3.13.0"},
    "upstream": "10.20.0.31:9001, 10.20.0.32:9001",
    "service_id": "",
    "route_id": "orders",
    "client_ip": "10.20.0.9",
    "start_time": 1795183630000,
    "latency": 37.0,
    "upstream_latency": 34,
    "apisix_latency": 3.0,
}


def read(entry: object) -> Event | None:
    return APISIX_LOG.read(json.dumps(entry), Clock())


def test_a_success_at_the_second_address():
    assert read(ENTRY) == Event(
        at=1795183630.037,
        kind=Kind.ACCESS,
        claim="none",
        status=200,
        duration_ms=37.0,
        upstream_ms=34.0,
        host="edge-1",
        api="orders",
        upstream="10.20.0.32:9001",
        client="10.20.0.9",
        method="GET",
        path="/orders/1",
        tried=("10.20.0.31:9001",),
    )


@pytest.mark.parametrize(
    ("changed", "claimed", "api"),
    [
        (
            {"response": {"status": 404}, "upstream": None, "route_id": None, "service_id": "a.example"},
            "gateway_route_not_found",
            None,
        ),
        ({"response": {"status": 401}, "upstream": None}, "auth_failed", "orders"),
        ({"response": {"status": 499}}, "client_canceled", "orders"),
        ({"response": {"status": 502}}, None, "orders"),
        ({"service_id": "s1"}, "none", "s1"),
        ({"response": {}, "request": "x", "server": None}, None, "orders"),
    ],
)
def test_other_entries(changed, claimed, api):
    seen = read(ENTRY | changed)

    assert (seen.claim, seen.api) == (claimed, api)


@pytest.mark.parametrize("entry", [{}, [], "apisix_latency", {"apisix_latency": 1}])
def test_what_apisix_did_not_write_is_none(entry):
    assert read(entry) is None
