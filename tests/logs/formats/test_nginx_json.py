"""nginx's access log as JSON, and as what is nearly JSON."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.nginx_json import NGINX_JSON
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return NGINX_JSON.read(line, Clock())


def test_a_502_of_the_upstream_s_own():
    line = (
        '{"time_iso8601":"2026-11-20T14:07:10+00:00","hostname":"edge-1","remote_addr":"10.20.0.9",'
        '"request":"POST /orders/items?a=1 HTTP/1.1","status":502,"body_bytes_sent":1511,"request_time":0.023,'
        '"upstream_addr":"10.20.0.31:9001","upstream_status":"502","upstream_header_time":"0.022",'
        '"upstream_response_time":"0.023","pid":"7","connection":"9"}'
    )

    assert read(line) == Event(
        at=1795183630.0,
        kind=Kind.ACCESS,
        claim="upstream_5xx",
        status=502,
        duration_ms=23.0,
        upstream_ms=23.0,
        host="edge-1",
        upstream="10.20.0.31:9001",
        client="10.20.0.9",
        method="POST",
        path="/orders/items",
        request_id="7*9",
    )


@pytest.mark.parametrize(
    ("line", "claimed", "duration"),
    [
        ('{"@timestamp":"2026-11-20T14:07:10Z","remote_addr":"a","status":"200","request_time":"0.1"}', "none", 100.0),
        ('{"time_local":"x","status":499,"upstream_response_time":-,"request_time":0.1}', "client_canceled", 100.0),
        (
            '{"status":502,"upstream_addr":"a:1, b:2","upstream_connect_time":-, -,"request_time":3.1}',
            "upstream_connect_failed",
            3100.0,
        ),
        ('{"status":200,"http_user_agent":"a \\x22b\\x22","request_time":0.1}', "none", 100.0),
        ('{"status":200,"request_time":0.1,"upstream_addr":"10.2', "none", 100.0),  # cut
        ('{"status":200,"upstream_addr":null,"request_time":null}', "none", None),
    ],
)
def test_other_lines(line, claimed, duration):
    seen = read(line)

    assert (seen.claim, seen.duration_ms) == (claimed, duration)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        '{"status":200}',
        '{"remote_addr":"10.20.0.9","status":200}',
        '{"level":"info","msg":"x","remote_addr":"10.20.0.9","request_time":1,"status":200}',
        '{"upstream_addr":"a:1","status":null}',
        '["upstream_addr"]',
    ],
)
def test_what_another_logger_wrote_is_none(line):
    assert read(line) is None
