"""gorouter's access log."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.gorouter import GOROUTER
from gwdiag.model.event import Event, Kind


def line(status: int = 502, endpoint: str = "10.0.4.5:61012", failure: str = "-") -> str:
    return (
        f'a.example.org - [2026-11-20T08:37:48.500Z] "GET /orders/7?key=s3cret HTTP/1.1" {status} 0 67 "-" '
        f'"curl/8.5 \\"x\\"" "10.0.0.9:40222" "{endpoint}" x_forwarded_for:"203.0.113.7, 10.0.0.9" '
        'x_forwarded_proto:"https" vcap_request_id:"4630f6ba" response_time:0.250 gorouter_time:0.0001 app_id:"a1" '
        f'app_index:"0" instance_id:"i1" backend_time:0.2 x_cf_routererror:"{failure}"'
    )


def read(text: str) -> Event | None:
    return GOROUTER.read(text, Clock())


def test_a_request_whose_application_was_not_there():
    failure = "endpoint_failure (dial tcp 10.0.4.5:61012: connect: connection refused)"

    assert read(line(failure=failure)) == Event(
        at=1795163868.75,
        kind=Kind.ACCESS,
        message=failure,
        status=502,
        duration_ms=250.0,
        upstream_ms=200.0,
        upstream="10.0.4.5:61012",
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
        detail=failure,
        request_id="4630f6ba",
    )


@pytest.mark.parametrize(
    ("status", "endpoint", "failure", "class_"),
    [
        (200, "10.0.4.5:61012", "-", "none"),
        (500, "10.0.4.5:61012", "-", "upstream_5xx"),
        (404, "10.0.4.5:61012", "-", "bad_client_request"),
        (404, "-", "unknown_route", "gateway_route_not_found"),
        (503, "-", "no_endpoints", "no_healthy_upstream"),
        (503, "10.0.4.5:61012", "Connection Limit Reached", "gateway_overload"),
        (499, "10.0.4.5:61012", "endpoint_failure (context canceled)", "client_canceled"),
        (502, "10.0.4.5:61012", "endpoint_failure (EOF)", "upstream_closed"),
        (502, "10.0.4.5:61012", "endpoint_failure (of a new kind)", "upstream_connect_failed"),
    ],
)
def test_what_the_router_says_of_a_failure(status, endpoint, failure, class_):
    event = read(line(status, endpoint, failure))

    assert class_of(event).id == class_
    assert event.upstream == (None if endpoint == "-" else endpoint)


def test_a_cut_line_has_what_was_left():
    event = read(line(status=200).partition(" response_time")[0])

    assert (event.status, event.duration_ms, event.at) == (200, None, 1795163868.5)


@pytest.mark.parametrize(
    "text", ["", line()[:60], line().replace("2026-11-20T08:37:48.500Z", "20/Nov/2026:08:37:48 +0000")]
)
def test_what_gorouter_did_not_write_is_none(text):
    assert read(text) is None
