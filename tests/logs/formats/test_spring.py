"""Java logs: Spring Boot, logback, log4j."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.spring import SPRING
from gwdiag.logs.records import records
from gwdiag.model.event import Event, Kind

FAILED = (
    "2026-11-20T08:37:48.500Z ERROR 1 --- [gateway] [ctor-http-nio-2] a.w.r.e.AbstractErrorWebExceptionHandler : "
    '[2f1c8e11-9]  500 Server Error for HTTP GET "/orders/7?key=s3cret"'
)


def read(line: str) -> Event | None:
    return SPRING.read(line, Clock())


def test_a_request_that_was_not_answered():
    assert read(FAILED) == Event(
        at=1795163868.5,
        kind=Kind.REQUEST,
        level="error",
        message='[2f1c8e11-9]  500 Server Error for HTTP GET "/orders/7?key=s3cret"',
        claim="upstream_5xx",
        status=500,
        answers="5xx",
        method="GET",
        path="/orders/7",
    )


def test_the_exception_below_says_why():
    lines = [
        FAILED,
        "",
        "io.netty.channel.AbstractChannel$AnnotatedConnectException: Connection refused: orders/10.0.0.4:8080",
        "\tat io.netty.channel.Channel.x(Channel.java:1)",
        "Caused by: java.net.ConnectException: Connection refused",
        "2026-11-20T08:37:49.000Z  INFO 1 --- [gateway] [main] c.e.Gateway : ready",
    ]

    failed, ready = records(iter(enumerate(lines, 1)), Clock())

    assert class_of(failed.event).id == "upstream_dial_refused"
    assert (ready.line, class_of(ready.event).id) == (6, "none")


@pytest.mark.parametrize(
    ("line", "at", "level", "message"),
    [
        (
            "2026-11-20 08:37:48.500  WARN [a,b,c,false] 1 --- [x] o.s.Y     : No servers",
            1795163868.5,
            "warning",
            "No servers",
        ),
        ("2026-11-20 08:37:48,500 INFO  [main] c.n.z.ZuulServer - Starting", 1795163868.5, "info", "Starting"),
        ("08:37:48.500 [epoll-12] ERROR c.e.Handler - failed", None, "error", "failed"),
        ("2026-11-20 09:37:48.500+0100 DEBUG [x] [HttpClient] [id: 1] ok", 1795163868.5, "debug", "ok"),
        ("[2026-11-20 08:37:48.500] [WARN] [main] a.B - odd - one", 1795163868.5, "warning", "odd - one"),
        ("2026-11-20 08:37:48.500 ERROR : no logger", 1795163868.5, "error", ": no logger"),
        ("2026-11-20 08:37:48.500 FATAL ", 1795163868.5, "fatal", ""),
    ],
)
def test_layouts(line, at, level, message):
    event = read(line)

    assert (event.at, event.level, event.message) == (at, level, message)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026-11-20 08:37:48.500 NOTE x",
        "2026-11-20 08:37:48 ERROR x",
        "java.net.UnknownHostException: orders",
        "2026-11-20T08:37:48.500Z stderr F 2026-11-20 08:37:48.500 ERROR x",
    ],
)
def test_what_has_another_shape_is_none(line):
    assert read(line) is None
