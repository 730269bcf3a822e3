"""What Kong's logging plugins write."""

import json

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.kong_log import KONG_LOG
from gwdiag.model.event import Event, Kind

TRY = {"ip": "10.20.0.31", "port": 9001, "balancer_latency": 0}
ENTRY = {
    "request": {"id": "b7b5", "method": "GET", "uri": "/orders/1?key=s3cret"},
    "response": {"status": 200},
    "latencies": {"kong": 2, "proxy": 34, "request": 37},
    "tries": [TRY],
    "route": {"name": "orders-route"},
    "service": {"name": "orders", "protocol": "http", "host": "orders.internal", "port": 9001},
    "client_ip": "10.20.0.9",
    "started_at": 1795183630000,
    "source": "upstream",
}


def read(entry: object) -> Event | None:
    return KONG_LOG.read(json.dumps(entry), Clock())


def test_a_success():
    assert read(ENTRY) == Event(
        at=1795183630.037,
        kind=Kind.ACCESS,
        claim="none",
        status=200,
        duration_ms=37.0,
        upstream_ms=34.0,
        api="orders",
        upstream="http://10.20.0.31:9001",
        client="10.20.0.9",
        method="GET",
        path="/orders/1",
        flag="upstream",
        request_id="b7b5",
    )


@pytest.mark.parametrize(
    ("changed", "claimed"),
    [
        ({"response": {"status": 500}}, "upstream_5xx"),
        ({"response": {"status": 502}, "source": "kong"}, "upstream_connect_failed"),
        ({"response": {"status": 504}, "source": "kong"}, "upstream_response_timeout"),
        ({"response": {"status": 503}, "source": "kong", "tries": []}, "no_healthy_upstream"),
        ({"response": {"status": 500}, "source": "kong", "tries": None}, "gateway_internal"),
        ({"response": {"status": 404}, "source": "kong", "route": None, "service": None}, "gateway_route_not_found"),
        ({"response": {"status": 404}}, "bad_client_request"),
        ({"response": {"status": 401}, "source": "kong"}, "auth_failed"),
        ({"response": {"status": 499}}, "client_canceled"),
        ({"response": {"status": 503}, "source": None}, "upstream_5xx"),
        ({"response": {"status": 502}, "source": None, "latencies": {"proxy": -1}}, "upstream_connect_failed"),
        ({"response": {}}, None),
        ({"response": "x", "tries": "x", "request": 7}, None),
    ],
)
def test_the_class(changed, claimed):
    assert read(ENTRY | changed).claim == claimed


def test_addresses_that_were_tried_before():
    seen = read(ENTRY | {"tries": [TRY | {"ip": "10.20.0.30", "state": "failed", "code": 502}, TRY]})

    assert (seen.upstream, seen.tried) == ("http://10.20.0.31:9001", ("http://10.20.0.30:9001",))


@pytest.mark.parametrize("entry", [{}, [], "x", {"latencies": 1, "started_at": 1}, {"latencies": {}}])
def test_what_kong_did_not_write_is_none(entry):
    assert read(entry) is None
