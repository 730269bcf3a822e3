""".NET's console: headers with the message below, Serilog."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.dotnet_console import DOTNET_CONSOLE
from gwdiag.logs.records import records
from gwdiag.model.event import Event, Kind

FORWARDER = "Yarp.ReverseProxy.Forwarder.HttpForwarder[48]"


def read(line: str) -> Event | None:
    return DOTNET_CONSOLE.read(line, Clock())


def test_a_header_with_its_message_on_the_same_line():
    line = f"2026-11-20T08:37:48.500Z warn: {FORWARDER} RequestTimedOut: The request timed out."

    assert read(line) == Event(
        at=1795163868.5,
        kind=Kind.REQUEST,
        level="warning",
        message="RequestTimedOut: The request timed out.",
        claim="upstream_response_timeout",
        detail=FORWARDER,
    )


def test_the_message_and_the_exception_stand_below():
    lines = [
        f"warn: {FORWARDER}",
        "      Request: An error was encountered before receiving a response.",
        "      System.Net.Http.HttpRequestException: Connection refused (localhost:5001)",
        "       ---> System.Net.Sockets.SocketException (111): Connection refused",
        "         at System.Net.Http.Y()",
        "info: Yarp.ReverseProxy.Forwarder.HttpForwarder[9]",
        "      Proxying to http://localhost:5001/ HTTP/2",
        f"info: {FORWARDER}",
        "      RequestCanceled: The request was canceled before receiving a response.",
    ]

    found = [record.event for record in records(iter(enumerate(lines, 1)), Clock())]

    assert [class_of(event).id for event in found] == ["upstream_dial_refused", "none", "client_canceled"]
    assert [event.kind for event in found] == [Kind.REQUEST, Kind.NOTICE, Kind.REQUEST]


@pytest.mark.parametrize(
    ("line", "at", "level", "class_"),
    [
        ("[2026-11-20 08:37:48 INF] HTTP GET /orders responded 200 in 12 ms", 1795163868.0, "info", "none"),
        (
            "[08:37:48 ERR] System.Net.Http.HttpRequestException: Connection refused (a:80)",
            None,
            "error",
            "upstream_dial_refused",
        ),
        ("[2026-11-20 09:37:48.500 +01:00 FTL] x", 1795163868.5, "fatal", "none"),
        ("2026-11-20 09:37:48.500 +01:00 [WRN] Connection reset by peer", 1795163868.5, "warning", "upstream_reset"),
        (f"fail: {FORWARDER} NoAvailableDestinations: x", None, "error", "no_healthy_upstream"),
        ("crit: Microsoft.AspNetCore.Server.Kestrel[0]", None, "fatal", "none"),
        ("info: A.B[1] RequestCanceled: not of the proxy", None, "info", "none"),
    ],
)
def test_odd_lines(line, at, level, class_):
    event = read(line)

    assert (event.at, event.level, class_of(event).id) == (at, level, class_)


@pytest.mark.parametrize(
    "line",
    ["", "info: x", "warning: A.B[1]", "info: A.B[x]", "[08:37:48 ERROR] x", "System.Exception: x", "fail: A.B[1"],
)
def test_what_dotnet_did_not_write_is_none(line):
    assert read(line) is None
