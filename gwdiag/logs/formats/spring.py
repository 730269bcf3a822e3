"""Java programs on logback or log4j: Spring Boot, Spring Cloud Gateway, Zuul; and the exceptions that they print.

Source: Spring Boot reference "Logging" (`2026-11-20T08:37:48.118Z ERROR 1 --- [app] [thread] logger : message`),
logback manual (`08:37:48.118 [thread] ERROR logger - message`), log4j 2 PatternLayout.
"""

import re

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import answer_of, path_of
from gwdiag.logs.formats._below import with_words
from gwdiag.logs.formats._fields import level_of
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

BRACKETS = r"(?:\[(?![A-Z][a-z]{2} +\d{1,2} )[^\]\n]{0,200}\] +){0,3}"
"""Threads and traces; a time in brackets is another log's, behind a collector's."""

LINE = pattern(
    r"\[?((?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d[.,]\d{3,9}(?:Z|[+-]\d\d:?\d\d)?)\]? +"
    rf"{BRACKETS}\[?(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE)\]? +"
    rf"{BRACKETS}(?:\d{{1,10}} --- {BRACKETS})?(?:([\w.$/\[\]-]{{1,200}}) *(?: : | - ))?(.*)$",
    re.DOTALL,
)
EXCEPTION = pattern(
    r"(?:Caused by: |Suppressed: |Exception in thread \S+ )?"
    r"(?:[a-z_]\w*\.){1,12}[A-Z][\w$]*(?:Exception|Error|Failure)\b"
)
SERVER_ERROR = pattern(r'(?:\[[\w/-]{1,64}\] +)*([45]\d\d) [A-Z][\w ]{1,40} for HTTP ([A-Z]{3,10}) "([^"\s]{1,2048})"')
"""Spring WebFlux's own word about a request that it could not answer; the cause is the exception below."""


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    at, level, _, message = seen.groups()
    about = SERVER_ERROR.match(message)
    status = int(about[1]) if about else None
    return Event(
        at=clock.read(at),
        kind=Kind.REQUEST if about else Kind.NOTICE,
        level=level_of(level),
        message=message,
        claim=of_status(status).id if status and claim(message).id == NONE else None,
        status=status,
        answers=answer_of(status),
        method=about[2] if about else None,
        path=path_of(about[3]) if about else None,
    )


def below(event: Event, line: str) -> Event | None:
    return with_words(event, line) if EXCEPTION.match(line) else None


SPRING = LogFormat(
    title="Java logs (Spring Boot, logback, log4j)",
    read=read,
    below=below,
    recorded="written after the documentation of Spring Boot 3 and logback",
    cannot_tell="often no date or zone; no status but in words",
)
