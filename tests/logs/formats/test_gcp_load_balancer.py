"""Google Cloud's load balancer."""

import json

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.gcp_load_balancer import GCP_LOAD_BALANCER
from gwdiag.model.event import Event, Kind

RECORD = {
    "httpRequest": {
        "latency": "0.250s",
        "remoteIp": "203.0.113.7",
        "requestMethod": "GET",
        "requestUrl": "https://orders.example.org/orders/7?key=s3cret",
        "serverIp": "10.128.0.9",
        "status": 502,
    },
    "jsonPayload": {"statusDetails": "failed_to_connect_to_backend"},
    "resource": {"labels": {"backend_service_name": "orders-backend"}},
    "severity": "WARNING",
    "timestamp": "2026-11-20T08:37:48.500Z",
}


def read(record: dict[str, object]) -> Event | None:
    return GCP_LOAD_BALANCER.read(json.dumps(record), Clock())


def test_a_request_whose_backend_was_not_reached():
    assert read(RECORD) == Event(
        at=1795163868.5,
        kind=Kind.ACCESS,
        level="warning",
        claim="upstream_connect_failed",
        status=502,
        duration_ms=250.0,
        upstream="10.128.0.9",
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
        detail="failed_to_connect_to_backend",
    )


@pytest.mark.parametrize(
    ("status", "details", "claim"),
    [
        (200, "response_sent_by_backend", "none"),
        (503, "response_sent_by_backend", "upstream_5xx"),
        (404, "response_sent_by_backend", "bad_client_request"),
        (502, "failed_to_pick_backend", "no_healthy_upstream"),
        (0, "client_disconnected_before_any_response", "client_canceled"),
        (502, "of_a_new_kind", "upstream_connect_failed"),
        (0, "of_a_new_kind", None),
        (200, "response_from_cache", "none"),
    ],
)
def test_who_answered(status, details, claim):
    request = RECORD["httpRequest"] | {"status": status}

    assert read(RECORD | {"httpRequest": request, "jsonPayload": {"statusDetails": details}}).claim == claim


def test_without_an_address_the_service_is_named():
    request = {key: value for key, value in RECORD["httpRequest"].items() if key != "serverIp"}

    assert read(RECORD | {"httpRequest": request}).upstream == "orders-backend"
    assert read(RECORD | {"httpRequest": request, "resource": "x"}).upstream is None


@pytest.mark.parametrize("field", ["httpRequest", "jsonPayload"])
def test_other_entries_are_none(field):
    assert read({key: value for key, value in RECORD.items() if key != field}) is None
    assert read(RECORD | {field: "x"}) is None
