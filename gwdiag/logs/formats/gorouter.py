"""Cloud Foundry's gorouter, access log. Its other log is JSON (lager), which the format for JSON reads.

Source: cloudfoundry/gorouter accesslog/schema (the fields), handlers and proxy/round_tripper (`x_cf_routererror`). The
time is the begin of the request, `response_time` seconds.
"""

import re

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    first_address,
    host_of,
    method_and_path,
    milliseconds,
    origin,
    path_as_it_is,
    status_of,
    word,
)
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(\S{1,256}) - \[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^]]{1,20})\] "
    r'"((?:[^"\\]++|\\.)*+)" (\d{3}|"?-"?) (?:\d+|"?-"?) (?:\d+|"?-"?) "(?:[^"\\]++|\\.)*+" "(?:[^"\\]++|\\.)*+" '
    r'"([^"]{0,64})" "([^"]{0,64})" (.*)$',
    re.DOTALL,
)
FIELD = pattern(r'(?<!\S)([a-z_]{1,40}):(?:"((?:[^"\\]++|\\.)*+)"|(\S*))')

ERRORS = (
    ("unknown_route", "gateway_route_not_found"),
    ("no_endpoints", "no_healthy_upstream"),
    ("Connection Limit Reached", "gateway_overload"),
    ("empty_host", "bad_client_request"),
    ("route_service", "gateway_internal"),
)


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    _, begun, request, status_text, client, endpoint, rest = seen.groups()
    fields = {key: quoted or bare for key, quoted, bare in FIELD.findall(rest)}
    start, took = clock.read(begun), milliseconds(fields.get("response_time"), 1000)
    method, path = method_and_path(request)
    status, failure = status_of(status_text), word(fields.get("x_cf_routererror"))
    forwarded = word(fields.get("x_forwarded_for"))
    return Event(
        at=start if start is None else start + (took or 0.0) / 1000,
        kind=Kind.ACCESS,
        message=failure or "",
        claim=_class_of(status, failure),
        status=status,
        duration_ms=took,
        upstream_ms=milliseconds(fields.get("backend_time"), 1000),
        upstream=origin(endpoint),
        client=host_of(forwarded.partition(",")[0] if forwarded else client),
        method=method,
        path=path,
        detail=failure,
        request_id=word(fields.get("vcap_request_id")),
    )


def _class_of(status: int | None, failure: str | None) -> str | None:
    """What the router says of the failure; without a word of it the application answered."""
    if failure is None:
        return None if status is None else of_status(status, upstream_answered=True).id
    named = next((id_ for words, id_ in ERRORS if failure.startswith(words)), None)
    if named or claim(failure).id != NONE:
        return named
    return of_status(status, upstream_answered=False).id if status else None


BEHIND = (
    ' x_forwarded_proto:"{_}" vcap_request_id:"{_}" response_time:{took} gorouter_time:{_} app_id:"{_}"'
    ' app_index:"{_}" instance_id:"{_}" x_cf_routererror:"{failure}"'
)
REQUEST = '{_} - [{time}] "{method} {path} {_}" {status} {#_} {#_} "{_}" "{*_}"'

SCAN = Placed(
    templates=(
        f'{REQUEST} "{{client}}:{{#_}}" "{{endpoint}}" x_forwarded_for:"-"{BEHIND}',
        f'{REQUEST} "{{_}}" "{{endpoint}}" x_forwarded_for:"{{client}}"{BEHIND}',
    ),
    time="time",
    begins=True,
    took=Took(field="took", unit_ms=1000),
    client="client",
    path="path",
    decides=("method", "status", "endpoint", "failure"),
    failures=True,
    query=True,
    client_of=first_address,
    path_of=path_as_it_is,
)

GOROUTER = LogFormat(
    title="Cloud Foundry gorouter access log",
    read=read,
    scan=SCAN,
    recorded="written after the source of gorouter 0.330",
    cannot_tell="no API; the cause of a failure only as its Go error",
)
