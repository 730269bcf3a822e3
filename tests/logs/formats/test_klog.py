"""klog: Kubernetes' own programs and controllers."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.klog import KLOG
from gwdiag.model.event import Event, Kind

HEAD = "1120 08:37:48.500000       7 file.go:12] "


def read(line: str) -> Event | None:
    return KLOG.read(line, Clock(year=2026))


def test_a_structured_record():
    line = (
        f'E{HEAD}"Proxy error" err="Get \\"http://a/\\": dial tcp 10.0.0.2:80: i/o timeout" path="/orders/7?key=s3cret"'
    )

    assert read(line) == Event(
        at=1795163868.5,
        kind=Kind.REQUEST,
        level="error",
        message='Proxy error: Get "http://a/": dial tcp 10.0.0.2:80: i/o timeout',
        upstream="10.0.0.2:80",
        path="/orders/7",
    )


def test_a_request_of_the_api_server():
    line = f'I{HEAD}"HTTP" verb="GET" URI="/api/v1/pods?limit=5" latency="60.215ms" srcIP="10.42.6.0:52136" resp=403'

    assert read(line) == Event(
        at=1795163868.5,
        kind=Kind.ACCESS,
        level="info",
        claim="auth_failed",
        status=403,
        duration_ms=60.215,
        client="10.42.6.0",
        method="GET",
        path="/api/v1/pods",
    )


@pytest.mark.parametrize(
    ("line", "level", "class_"),
    [
        (f'W{HEAD}Service "shop/cart" does not have any active Endpoint.', "warning", "no_healthy_upstream"),
        (f'I{HEAD}"Backend successfully reloaded"', "info", "none"),
        (f"F{HEAD}listen tcp :443: bind: address already in use", "fatal", "config_error"),
        (f"I{HEAD}GET /api/v1/pods: (1.2ms) 504 [kubectl/v1.18 10.0.0.1:5]", "info", "upstream_response_timeout"),
        (f'E{HEAD}"half a message', "error", "none"),
        (f"I{HEAD}", "info", "none"),
    ],
)
def test_plain_and_odd_ones(line, level, class_):
    event = read(line)

    assert (event.level, class_of(event).id) == (level, class_)


@pytest.mark.parametrize("line", ["", f"X{HEAD}x", "E1120 08:37:48 7 file.go:12] x", "E1120 08:37:48.5 7 x"])
def test_what_klog_did_not_write_is_none(line):
    assert read(line) is None


def test_a_day_that_is_none_leaves_no_time():
    assert read("E1131 08:37:48.500000       7 file.go:12] x").at is None
