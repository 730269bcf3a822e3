"""AWS Application Load Balancer: its own status and the target's, what it did, and why."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.aws_alb import AWS_ALB
from gwdiag.model.event import Event, Kind

LINE = (
    "https 2026-11-20T08:37:51.500000Z app/shop-alb/4cfe8bd2b0fa0d1c 198.51.100.7:2817 {target} {times} {statuses} "
    '34 366 "GET https://shop.example.com:443/orders/42?token=secret HTTP/1.1" "k6 \\"x\\"" ECDHE TLSv1.2 '
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/orders/73e2d6bc24d8a067 "
    '"Root=1-5833-36d2" "shop.example.com" "-" 0 2026-11-20T08:37:48.500000Z "{actions}" "-" "{reason}" "{targets}" '
    '"-" "-" "-"'
)
USUAL = {
    "target": "10.0.0.31:8080",
    "times": "0.000 0.001 0.000",
    "statuses": "200 200",
    "actions": "forward",
    "reason": "-",
    "targets": "10.0.0.31:8080",
}


def read(line: str) -> Event | None:
    return AWS_ALB.read(line, Clock())


def of(**changed: str) -> Event:
    event = read(LINE.format(**USUAL | changed))
    assert event is not None
    return event


def test_a_target_that_closed_the_connection():
    assert of(times="0.001 0.003 -1", statuses="502 -") == Event(
        at=1795163871.5,
        kind=Kind.ACCESS,
        claim="upstream_closed",
        status=502,
        duration_ms=3000.0,
        upstream_ms=3.0,
        api="orders",
        upstream="10.0.0.31:8080",
        client="198.51.100.7",
        method="GET",
        path="/orders/42",
        detail="forward",
        request_id="Root=1-5833-36d2",
    )


@pytest.mark.parametrize(
    ("target", "times", "statuses", "actions", "reason", "class_"),
    [
        ("10.0.0.31:8080", "0.000 0.001 0.000", "200 200", "forward", "-", "none"),
        ("-", "-1 -1 -1", "301 -", "redirect", "-", "none"),
        ("10.0.0.31:8080", "0.000 0.001 0.000", "500 500", "forward", "-", "upstream_5xx"),
        ("10.0.0.31:8080", "0.000 0.001 0.000", "404 404", "forward", "-", "bad_client_request"),
        ("10.0.0.31:8080", "0.000 0.001 0.000", "502 200", "forward", "-", "upstream_protocol"),
        ("10.0.0.31:8080", "-1 -1 -1", "502 -", "forward", "-", "upstream_connect_failed"),
        ("10.0.0.31:8080", "0.000 -1 -1", "504 -", "forward", "-", "upstream_response_timeout"),
        ("-", "-1 -1 -1", "503 -", "forward", "-", "no_healthy_upstream"),
        ("-", "-1 -1 -1", "460 -", "forward", "-", "client_canceled"),
        ("-", "-1 -1 -1", "400 -", "-", "-", "bad_client_request"),
        ("-", "-1 -1 -1", "403 -", "waf", "-", "auth_failed"),
        ("-", "-1 -1 -1", "404 -", "fixed-response", "-", "gateway_route_not_found"),
        ("-", "-1 -1 -1", "503 -", "fixed-response", "-", "config_error"),
        ("-", "-1 -1 -1", "401 -", "authenticate", "AuthInvalidCookie", "auth_failed"),
        ("-", "-1 -1 -1", "500 -", "authenticate", "AuthTokenEpRequestTimeout", "upstream_response_timeout"),
        ("-", "-1 -1 -1", "561 -", "authenticate", "-", "auth_failed"),
        ("-", "0.0 3.0 -1", "502 -", "forward", "LambdaInvalidResponse", "upstream_protocol"),
        ("-", "0.0 3.0 -1", "502 -", "forward", "LambdaUnhandled", "upstream_5xx"),
        ("-", "0.0 3.0 -1", "502 -", "forward", "LambdaAccessDenied", "config_error"),
        ("-", "-1 -1 -1", "500 -", "waf-failed", "WAFConnectionTimeout", "upstream_dial_timeout"),
    ],
)
def test_the_classes(target, times, statuses, actions, reason, class_):
    found = of(target=target, times=times, statuses=statuses, actions=actions, reason=reason, targets=target)

    assert found.claim == class_


@pytest.mark.parametrize(
    ("changed", "field", "expected"),
    [
        ({"times": "-1 -1 -1"}, "upstream_ms", None),
        ({"times": "0.086 0.048 0.037"}, "duration_ms", 171.0),
        ({"targets": "10.0.0.30:8080 10.0.0.31:8080"}, "tried", ("10.0.0.30:8080",)),
        ({"target": "-", "targets": "-"}, "upstream", None),
        ({"reason": "LambdaThrottling", "statuses": "502 -"}, "flag", "LambdaThrottling"),
    ],
)
def test_odd_columns(changed, field, expected):
    assert getattr(of(**changed), field) == expected


def test_a_cut_line_still_tells_its_statuses():
    event = read(LINE.format(**USUAL | {"statuses": "504 -"}).partition(" 34 ")[0])

    assert event is not None
    assert (event.claim, event.path) == ("upstream_response_timeout", None)


@pytest.mark.parametrize(
    "line", ["", "http", "http 2026-11-20T08:37:51.500000Z app/a/b 1.2.3.4:1 - -1 -1", "https://a/b"]
)
def test_what_is_none_of_its_lines_is_none(line):
    assert read(line) is None
