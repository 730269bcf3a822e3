"""AWS Application Load Balancer.

Source: AWS documentation, "Access log entries" (all columns up to classification) and "Error reason codes". `time` is
when the answer was made, `request_creation_time` when the request came.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    address_as_it_is,
    host_of,
    method_and_path,
    milliseconds,
    path_as_it_is,
    status_of,
    word,
)
from gwdiag.logs.formats._aws import class_of, columns, total
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(?:https?|h2|grpcs|wss?) (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z) \S+/\S+ "
    r"(?P<client>\S+) (?P<target>\S+) "
    r"(?P<before>-?[\d.]+) (?P<waited>-?[\d.]+) (?P<after>-?[\d.]+) (?P<status>\d{3}|-) (?P<target_status>\S+)"
    r"(?: \d+ \d+(?P<rest> .*)?)?$",
    re.DOTALL,
)

REQUEST, TARGET_GROUP, TRACE, CREATED, ACTIONS, REASON, TARGETS = 0, 4, 5, 9, 10, 12, 13
"""Places of the columns behind the byte counts."""

GROUP_NAME = pattern(r"arn:aws[\w-]*:elasticloadbalancing:.*:targetgroup/([^/]+)/")

REASONS = (
    (pattern(r"Auth\w*(?:Ep|Endpoint)RequestTimeout|WAFResponseReadTimeout"), "upstream_response_timeout"),
    (pattern(r"Auth\w*(?:Ep|Endpoint)RequestFailed"), "upstream_5xx"),
    (pattern(r"AuthUnhandled|WAFServiceError|WAFUnhandled"), "gateway_internal"),
    (pattern(r"Auth|JW"), "auth_failed"),
    (pattern(r"(?:WAF|Lambda)ConnectionTimeout"), "upstream_dial_timeout"),
    (pattern(r"(?:WAF|Lambda)ConnectionError"), "upstream_connect_failed"),
    (pattern(r"Lambda(?:InvalidResponse|ResponseTooLarge)"), "upstream_protocol"),
    (pattern(r"LambdaRequestTooLarge"), "body_too_large"),
    (pattern(r"LambdaBadRequest"), "bad_client_request"),
    (pattern(r"Lambda(?:EC2)?Throttl"), "rate_limited"),
    (pattern(r"Lambda(?:Unhandled|ServiceException)"), "upstream_5xx"),
    (pattern(r"Lambda"), "config_error"),
)
"""Error reason codes, by how they begin."""

FIXED_RESPONSE = "fixed-response"


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    more = [word(one) for one in columns(seen["rest"] or "")]
    more += [None] * (TARGETS + 1 - len(more))
    at, status, target = clock.read(seen["at"]), status_of(seen["status"]), word(seen["target"])
    waited = milliseconds(seen["waited"], 1000.0)
    created = clock.read(more[CREATED] or "")
    duration = total(seen["before"], seen["waited"], seen["after"])
    if duration is None and at is not None and created is not None:
        duration = milliseconds(round((at - created) * 1000, 3))
    method, path = method_and_path(more[REQUEST] or "")
    *tried, last = (more[TARGETS] or target or "-").split(" ")
    group = GROUP_NAME.match(more[TARGET_GROUP] or "")
    return Event(
        at=at,
        kind=Kind.ACCESS,
        claim=_claim(status, more) or class_of(status, seen["target_status"], target=target, waited=waited),
        status=status,
        duration_ms=duration,
        upstream_ms=waited,
        api=group[1] if group else None,
        upstream=word(last),
        client=host_of(seen["client"]),
        method=method,
        path=path,
        flag=more[REASON],
        detail=more[ACTIONS],
        request_id=more[TRACE],
        tried=tuple(tried),
    )


def _claim(status: int | None, more: list[str | None]) -> str | None:
    """The class that the balancer's own words decide."""
    if status is None or status < 400:
        return None
    if reason := more[REASON]:
        return next((id_ for words, id_ in REASONS if words.match(reason)), None)
    if FIXED_RESPONSE in (more[ACTIONS] or "") and (status >= 500 or status == 404):
        return "config_error" if status >= 500 else "gateway_route_not_found"
    return None


SCAN = Placed(
    templates=(
        (
            "{kind} {time} {_} {client}:{#_} {target} {before} {waited} {after} {status} {target_status} {-_} {-_}"
            ' "{method} {path} {_}" "{*_}" {_} {_} {group} "{_}" "{_}" "{_}" {#_} {_} "{actions}" "{_}" "{reason}"'
            ' "{targets}" "{_}" "{_}" "{_}"'
        ),
    ),
    time="time",
    took=Took(field="before+waited+after", unit_ms=1000),
    client="client",
    path="path",
    decides=("kind", "method", "status", "target", "target_status", "group", "actions", "reason", "targets"),
    failures=True,
    query=True,
    client_of=address_as_it_is,
    path_of=path_as_it_is,
)

AWS_ALB = LogFormat(
    title="AWS Application Load Balancer",
    read=read,
    scan=SCAN,
    recorded="written after the documentation of AWS Elastic Load Balancing",
    cannot_tell="why a target that sent no status failed: refused, reset, TLS",
)
