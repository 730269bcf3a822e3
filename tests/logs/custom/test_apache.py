"""Apache's LogFormat strings, and those of a configuration."""

import time

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.apache import formats_of_conf, from_format
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Problem

CONF = r"""
LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" combined
# LogFormat "%>s" commented
  logformat "%{X-Forwarded-For}i %t \"%r\" %>s \
%D" with_duration
LogFormat "%{Referer}i" referer
LogFormat "%>s"
CustomLog logs/access.log combined
"""


def read(format_: str, line: str) -> Event | None:
    return from_format(format_, "x").read(line, Clock())


def test_the_formats_of_a_configuration():
    assert {name: one.cannot_tell for name, one in formats_of_conf(CONF).items()} == {
        "combined": "no duration",
        "with_duration": "",
        "default": "no time, no duration",
    }


def test_a_line_with_the_start_of_the_request():
    line = '203.0.113.7, 10.20.0.9 [20/Nov/2026:14:07:10 +0000] "GET /a?key=s3cret HTTP/1.1" 502 3001402'

    assert formats_of_conf(CONF)["with_duration"].read(line, Clock()) == Event(
        at=1795183633.001402,
        kind=Kind.ACCESS,
        status=502,
        duration_ms=3001.402,
        client="203.0.113.7",
        method="GET",
        path="/a",
    )


@pytest.mark.parametrize(
    ("format_", "line", "at", "duration"),
    [
        ("%t %>s %T", "[20/Nov/2026:14:07:10 +0000] 200 3", 1795183633.0, 3000.0),
        ("%t %>s %{ms}T", "[20/Nov/2026:14:07:10 +0000] 200 3001", 1795183633.001, 3001.0),
        ("%t %>s %T/%D", "[20/Nov/2026:14:07:10 +0000] 200 3/3001402", 1795183633.001402, 3001.402),
        ("%{sec}t %>s", "1795183630 200", 1795183630.0, None),
        ("%{usec}t %>s", "1795183630123456 200", 1795183630.123456, None),
        ("%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t %>s", "2026-11-20T15:07:10.123+0100 200", 1795183630.123, None),
        ("%{%d/%b/%Y %T}t.%{usec_frac}t %>s", "20/Nov/2026 14:07:10.123456 200", 1795183630.123456, None),
        ("%{end:sec}t %>s %T", "1795183633 200 3", 1795183633.0, 3000.0),
        ("%{begin:%F %T}t %>s %T", "2026-11-20 14:07:10 200 3", 1795183633.0, 3000.0),
        ("%>s %D", "200 -", None, None),
    ],
)
def test_times_and_durations(format_, line, at, duration):
    seen = read(format_, line)

    assert (seen.at, seen.duration_ms) == (at, duration)


@pytest.mark.parametrize(
    ("format_", "line", "status", "method", "path"),
    [
        ("%>s %m %U%q", "200 GET /a?b=1", 200, "GET", "/a"),
        ("%s %m %U", "200 GET /a b", 200, "GET", "/a b"),
        (r"\"%r\" %>s", '"GET /a\\"b HTTP/1.1" 200', 200, "GET", '/a\\"b'),
        (r"%r %>s", "GET /a HTTP/1.1 200", 200, "GET", "/a"),
        ("%400,501{User-Agent}i %!200,304{Referer}i %<s %>s", "- - 404 200", 200, None, None),
        (r'LogFormat "%h \"%r\" %>s" mine', '10.20.0.9 "-" 408', 408, None, None),
        (r"%>s\t%r", "200\tGET / HTTP/1.1", 200, "GET", "/"),
    ],
)
def test_requests_and_statuses(format_, line, status, method, path):
    seen = read(format_, line)

    assert (seen.status, seen.method, seen.path) == (status, method, path)


@pytest.mark.parametrize(
    ("format_", "line", "expected"),
    [
        ("%a %>s %X", "2001:db8::7 200 X", {"client": "2001:db8::7", "claim": "client_canceled", "flag": "X"}),
        ("%a %>s %X", "10.20.0.9 502 X", {"client": "10.20.0.9", "claim": None, "flag": None}),
        ("%{c}a %>s %X", "10.20.0.9 200 +", {"client": "10.20.0.9", "claim": None}),
        ("%>s %{BALANCER_WORKER_NAME}e", "200 http://10.20.0.31:9001", {"upstream": "http://10.20.0.31:9001"}),
        ("%>s %{BALANCER_WORKER_NAME}e", "200 -", {"upstream": None}),
        ("%>s %P %{tid}P", "200 2042 2055", {"request_id": "2042:2055"}),
        ("%>s %{UNIQUE_ID}e", "200 aR8", {"request_id": "aR8"}),
    ],
)
def test_what_else_a_line_may_have(format_, line, expected):
    seen = read(format_, line)

    assert {name: getattr(seen, name) for name in expected} == expected


@pytest.mark.parametrize(("format_", "line"), [("%t %>s", "[x] 200"), ("a %>s", "b 200"), (r"\"%r\" %>s", '"GET')])
def test_a_line_of_another_format_is_none(format_, line):
    assert read(format_, line) is None


@pytest.mark.parametrize("format_", ["", "%h %t", "%%>s", "%{Referer}i", "%{Referer}i -> %U"])
def test_a_format_that_tells_nothing_is_a_problem(format_):
    with pytest.raises(Problem, match="--format: it has nothing that tells of a request, such as %r or %>s"):
        from_format(format_, "--format")


def test_a_format_that_is_too_long_is_a_problem():
    with pytest.raises(Problem, match="--format: it is longer than the 8192 characters that are read"):
        from_format("%>s" * 9000, "--format")


@pytest.mark.parametrize(
    ("format_", "line"),
    [
        ("%r %{a}i %{b}i %{c}i %>s %D", "1 " * 130_000),
        (r"\"%r\" \"%{a}i\" %>s", '\\"' * 130_000),
        ("%{a}i" * 500 + " %>s", "x" * 260_000),
        ("%{X-Forwarded-For}i %>s", "1, " * 80_000),
    ],
)
def test_no_format_and_no_line_take_long(format_, line):
    one = from_format(format_, "x")
    begin = time.perf_counter()
    one.read(line, Clock())

    assert time.perf_counter() - begin < 2
