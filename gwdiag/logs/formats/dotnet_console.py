""".NET: the console logger of ASP.NET Core (YARP), and Serilog's console.

Source: learn.microsoft.com "Console log formatting": `fail: Category[48]`, the message on the next, indented line;
serilog-sinks-console: `[08:37:48 ERR] message`; serilog-sinks-file: `2026-11-20 08:37:48.118 +01:00 [ERR] message`.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._below import with_words
from gwdiag.logs.formats._fields import level_of
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

LEVELS = {"trce": "trace", "dbug": "debug", "info": "info", "warn": "warning", "fail": "error", "crit": "fatal"}
HEADER = pattern(
    r"(?:(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S{0,14}|\d\d:\d\d:\d\d) )?"
    rf"({'|'.join(LEVELS)}): ([A-Za-z_][\w.`+<>-]{{0,255}})\[(\d{{1,10}})\](?:\s+(.*))?$",
    re.DOTALL,
)
SERILOG_LEVEL = r"(VRB|DBG|INF|WRN|ERR|FTL)"
SERILOG = pattern(
    r"\[?((?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(?:\.\d{1,7})?)(?: ?([+-]\d\d:\d\d))?"
    rf"(?:(?<!\]) \[{SERILOG_LEVEL}\]| {SERILOG_LEVEL}\]) (.*)$",
    re.DOTALL,
)

EXCEPTION = pattern(r"(?:-+> )?(?:[A-Z]\w*\.){1,8}[A-Z]\w*Exception\b")

PROXYING = pattern(r"(?:Yarp|Microsoft)\.ReverseProxy\b")

FORWARDER_ERROR = pattern(r"(\w+): ")
CLASSES = {
    **dict.fromkeys(
        (
            *("RequestCanceled", "RequestBodyCanceled", "RequestBodyClient", "ResponseBodyCanceled"),
            *("ResponseBodyClient", "UpgradeRequestCanceled", "UpgradeRequestClient", "UpgradeResponseCanceled"),
            "UpgradeResponseClient",
        ),
        "client_canceled",
    ),
    "RequestTimedOut": "upstream_response_timeout",
    "NoAvailableDestinations": "no_healthy_upstream",
    "ResponseHeaders": "upstream_protocol",
}
ERRORS = frozenset((*CLASSES, "Request", "RequestBodyDestination", "ResponseBodyDestination", "RequestCreation"))
"""YARP's names of what went wrong (ForwarderError). Of those without a class the exception below says it."""


def read(line: str, clock: Clock) -> Event | None:
    if seen := HEADER.match(line):
        at, level, category, number, message = seen.groups()
        header = Event(
            at=clock.read(at) if at else None,
            kind=Kind.NOTICE,
            level=LEVELS[level],
            detail=f"{category}[{number}]",
        )
        return _worded(header, message or f"{category}[{number}]")
    if seen := SERILOG.match(line):
        at, zone, in_a_file, on_a_console, message = seen.groups()
        level = level_of(in_a_file or on_a_console)
        return Event(at=clock.read(at + (zone or "")), kind=Kind.NOTICE, level=level, message=message)
    return None


def _worded(header: Event, message: str) -> Event:
    """The event with its message. One of YARP's that begins with the name of an error is about a request."""
    named = FORWARDER_ERROR.match(message) if PROXYING.match(header.detail or "") else None
    if not named or named[1] not in ERRORS:
        return header._replace(message=message)
    return header._replace(kind=Kind.REQUEST, message=message, claim=CLASSES.get(named[1]))


def below(event: Event, line: str) -> Event | None:
    """The message stands below its header, indented; an exception below that."""
    text = line.strip()
    if line[:1].isspace() and event.message == event.detail:
        return _worded(event, text)
    return with_words(event, text) if line[:1].isspace() or EXCEPTION.match(text) else None


DOTNET_CONSOLE = LogFormat(
    title=".NET console (YARP, Serilog)",
    read=read,
    below=below,
    recorded="written after the documentation of .NET 8 and Serilog",
    cannot_tell="no time unless it was asked for; no status, no API",
)
