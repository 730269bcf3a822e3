"""The access log of gin, on which KrakenD and many Go services run, and the errors that it prints below a line.

Source: gin-gonic/gin logger.go: `[GIN] 2026/11/20 - 08:37:48 | 500 | 1.2ms | 10.0.0.9 | GET "/x"`; the path was not
quoted before 1.6. The errors of a request follow as lines of their own, `Error #01: ...`. Times are in the node's zone.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import client_as_it_is, host_of, path_as_it_is, path_of, status_of, word
from gwdiag.logs.formats._below import with_words
from gwdiag.logs.formats._golang import duration, uncoloured
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"\[GIN(?:-\w{1,16})?\] (\d{4}/\d\d/\d\d) - (\d\d:\d\d:\d\d) ?\| *(\d{1,3}) ?\| *([^\s|]{1,32}) ?\|"
    r" *([^\s|]{0,64}) ?\| *([A-Z]{1,20}) *(?:\"((?:[^\"\\]++|\\.)*+)\"|(\S*+))\s*(?:Error ?# ?\d{1,3}: (.*))?$",
    re.DOTALL,
)
DEBUG = pattern(r"\[GIN-debug\] (?:\[(\w{4,8})\] )?(.*)$", re.DOTALL)
ERROR = pattern(r"Error ?# ?\d{1,3}: (.*)$", re.DOTALL)


def read(line: str, clock: Clock) -> Event | None:
    if said := DEBUG.match(line):
        level = (said[1] or "debug").lower()
        return Event(at=None, kind=Kind.NOTICE, level=level, message=said[2])
    seen = LINE.match(uncoloured(line))
    if not seen:
        return None
    day, time, status_text, took, client, method, quoted, bare, failure = seen.groups()
    status = status_of(status_text)
    event = Event(
        at=clock.read(f"{day} {time}"),
        kind=Kind.ACCESS,
        claim=NONE if status is not None and status < 400 else None,
        status=status,
        duration_ms=duration(took),
        client=host_of(client),
        method=word(method),
        path=path_of(quoted or bare),
    )
    return with_words(event, failure) if failure else event


def below(event: Event, line: str) -> Event | None:
    seen = ERROR.match(line)
    return with_words(event, seen[1]) if seen and event.kind is Kind.ACCESS else None


def _moment(text: str) -> str:
    return text.replace(" - ", " ").rstrip()


SCAN = Placed(
    templates=('[GIN] {time}| {status} | {>took} | {>client} | {method} {>_}"{path}"',),
    time="time",
    took=Took(field="took", unit_ms=None),
    client="client",
    path="path",
    decides=("method", "status"),
    failures=True,
    query=True,
    moment_of=_moment,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

GIN = LogFormat(
    title="gin (KrakenD, Go services)",
    read=read,
    scan=SCAN,
    below=below,
    recorded="recorded: gin 1.9 and 1.12",
    cannot_tell="no zone, no upstream; whether a 5xx is the program's own or an upstream's",
)
