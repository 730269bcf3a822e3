"""AWS Classic Load Balancer."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.aws_elb import AWS_ELB
from gwdiag.model.event import Event, Kind

BEGIN = "2026-11-20T08:37:48.118234Z shop-elb 198.51.100.7:43328"
ASKED = '"GET http://shop.example.com:80/orders?token=secret HTTP/1.1" "curl/8.5.0" - -'


def read(line: str) -> Event | None:
    return AWS_ELB.read(line, Clock())


def test_an_error_of_the_backend():
    assert read(f"{BEGIN} 10.0.0.31:80 0.0001 0.004 0.0001 503 503 566 326 {ASKED}") == Event(
        at=1795163868.118234,
        kind=Kind.ACCESS,
        claim="upstream_5xx",
        status=503,
        duration_ms=4.2,
        upstream_ms=4.0,
        upstream="10.0.0.31:80",
        client="198.51.100.7",
        method="GET",
        path="/orders",
    )


@pytest.mark.parametrize(
    ("columns", "class_"),
    [
        ("10.0.0.31:80 0.00008 0.0006 0.00005 200 200", "none"),
        ("- -1 -1 -1 503 0", "no_healthy_upstream"),
        ("10.0.0.31:80 0.00008 -1 -1 504 0", "upstream_response_timeout"),
        ("10.0.0.31:80 -1 -1 -1 502 0", "upstream_connect_failed"),
        ("- -1 -1 -1 408 0", "bad_client_request"),
        ("10.0.0.31:80 0.00008 9e-06 1.1e-05 - -", "none"),
        ("10.0.0.31:80 -1 -1 -1 - -", "upstream_connect_failed"),
        ("- -1 -1 -1 - -", "no_healthy_upstream"),
    ],
)
def test_the_classes(columns, class_):
    for line in (f"{BEGIN} {columns} 0 0 {ASKED}", f"{BEGIN} {columns}"):
        event = read(line)

        assert event is not None
        assert event.claim == class_


@pytest.mark.parametrize("line", ["", BEGIN, f"{BEGIN} 10.0.0.31:80 0.1 0.1", f"{BEGIN} - - - - - -"])
def test_what_is_none_of_its_lines_is_none(line):
    assert read(line) is None
