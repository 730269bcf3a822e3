"""oauth2-proxy: requests, log-ins and its own messages, each with the time in brackets.

Source: oauth2-proxy.github.io "Logging": `<client> - <request id> - <user> [2026/11/20 08:37:48] <host> GET <upstream>
"/x" HTTP/1.1 "<user agent>" 502 0 0.003`, seconds; there is no request id before 7.1. The time is in the node's zone.
"""

import re

from gwdiag.error_classes import of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    client_as_it_is,
    host_of,
    milliseconds,
    origin,
    path_as_it_is,
    path_of,
    status_of,
    word,
)
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

TIME = r"\[(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\]"
HEAD = rf"(\S{{1,64}}(?: \(\S{{1,64}}\))?) - (?:(\S{{1,64}}) - )?(\S{{1,256}}) {TIME} "
REQUEST = pattern(
    rf'{HEAD}(\S{{1,256}}) ([A-Z]{{3,20}}) (\S{{1,512}}) "((?:[^"\\]++|\\.)*+)" HTTP/\S{{1,4}} "(?:[^"\\]++|\\.)*+"'
    r" (\d{3}) (\d+) (\d+\.\d+)$"
)
LOG_IN = pattern(rf"{HEAD}\[(Auth\w+)\] (.*)$", re.DOTALL)
MESSAGE = pattern(rf"{TIME} \[([\w.-]+\.go:\d+)\] (.*)$", re.DOTALL)

FAILED_LOG_IN = "AuthFailure"


def read(line: str, clock: Clock) -> Event | None:
    if seen := MESSAGE.match(line):
        return Event(at=clock.read(seen[1]), kind=Kind.NOTICE, message=seen[3])
    if seen := REQUEST.match(line):
        return _request(seen, clock)
    if seen := LOG_IN.match(line):
        client, request_id, _, at, result, message = seen.groups()
        return Event(
            at=clock.read(at),
            kind=Kind.NOTICE,
            level="warning" if result == FAILED_LOG_IN else "info",
            message=message,
            claim="auth_failed" if result == FAILED_LOG_IN else None,
            client=host_of(client.partition(" ")[0]),
            request_id=word(request_id),
        )
    return None


def _request(seen: re.Match[str], clock: Clock) -> Event:
    client, request_id, _, begun, _, method, upstream, target, status_text, _, took = seen.groups()
    status, duration, start = status_of(status_text), milliseconds(took, 1000), clock.read(begun)
    return Event(
        at=start if start is None else start + (duration or 0.0) / 1000,
        kind=Kind.ACCESS,
        claim=of_status(status).id if status else None,
        status=status,
        duration_ms=duration,
        upstream=origin(upstream),
        client=host_of(client.partition(" ")[0]),
        method=method,
        path=path_of(target),
        request_id=word(request_id),
    )


SCAN = Placed(
    templates=('{client} - {_} - {_} [{time}] {_} {method} {upstream} "{path}" HTTP/{_} "{*_}" {status} {-_} {took}',),
    time="time",
    begins=True,
    took=Took(field="took", unit_ms=1000),
    client="client",
    path="path",
    decides=("method", "upstream", "status"),
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

OAUTH2_PROXY = LogFormat(
    title="oauth2-proxy",
    read=read,
    scan=SCAN,
    recorded="written after the documentation of oauth2-proxy 7",
    cannot_tell="no zone; why a request failed; whether a 5xx is the upstream's",
)
