"""logfmt: go-kit, slog, others."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.logfmt import LOGFMT
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return LOGFMT.read(line, Clock())


def test_a_request_as_slog_writes_it():
    line = (
        'time=2026-11-20T08:37:48.500Z level=ERROR msg=request err="Get \\"http://a/\\": dial tcp 10.0.0.2:80: EOF" '
        "method=GET path=/orders/7?key=s3cret status=502 duration=12ms remote_addr=203.0.113.7:4711"
    )

    assert read(line) == Event(
        at=1795163868.5,
        kind=Kind.ACCESS,
        level="error",
        message='request: Get "http://a/": dial tcp 10.0.0.2:80: EOF',
        status=502,
        duration_ms=12.0,
        upstream="10.0.0.2:80",
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
    )


@pytest.mark.parametrize(
    ("line", "at", "class_"),
    [
        (
            'level=error ts=2026-11-20T08:37:48.5Z caller=main.go:82 msg="proxy error" err="context canceled"',
            1795163868.5,
            "client_canceled",
        ),
        ("ts=1795163868.5 caller=main.go:82 level=info msg=listening timeout=30s", 1795163868.5, "none"),
        (
            't=2026-11-20T08:37:48+0000 lvl=eror msg=x error="dial tcp 10.0.0.2:80: connect: connection refused"',
            1795163868.0,
            "upstream_dial_refused",
        ),
        ('ts=x level=warn traceID=5 msg="GET /api/push (504) 30.0s"', None, "upstream_response_timeout"),
        ("method=GET path=/x status=404", None, "bad_client_request"),
        ('msg="half a', None, None),
    ],
)
def test_keys_in_any_order(line, at, class_):
    event = read(line)

    assert (event and event.at, event and class_of(event).id) == (at, class_)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a=b c=d",
        "two words msg=x",
        'time="2026-11-20T08:37:48Z" level=error msg=x',  # logrus
        "remote_addr=10.0.0.9 status=502 request_time=0.1 upstream_addr=-",  # nginx
        "at=info method=GET path=/ dyno=web.1 status=200",  # Heroku
    ],
)
def test_what_is_no_logfmt_or_has_a_format_of_its_own_is_none(line):
    assert read(line) is None
