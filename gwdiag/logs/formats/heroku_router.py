"""Heroku's router: logfmt whose `code` says why a request failed.

Source: devcenter.heroku.com "HTTP Routing" (fields), "Heroku Error Codes". `connect` and `service` are milliseconds.
"""

from gwdiag.error_classes import of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import first_address, host_of, path_as_it_is, path_of, status_of, word
from gwdiag.logs.formats._golang import duration
from gwdiag.logs.formats._logrus import FIELD
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

BEGIN = pattern(r"(?:sock=\w+ )?at=(?:info|warning|error) ")

CLASSES = {
    "H10": "upstream_closed",
    "H11": "gateway_overload",
    "H12": "upstream_response_timeout",
    "H13": "upstream_closed",
    "H14": "no_healthy_upstream",
    "H15": "upstream_response_timeout",
    "H17": "upstream_protocol",
    "H18": "upstream_closed",
    "H19": "upstream_dial_timeout",
    "H20": "no_healthy_upstream",
    "H21": "upstream_dial_refused",
    "H22": "gateway_overload",
    "H25": "upstream_protocol",
    "H26": "bad_client_request",
    "H27": "client_canceled",
    "H28": "client_canceled",
    "H82": "quota_exceeded",
    "H99": "gateway_internal",
}


def read(line: str, _: Clock) -> Event | None:
    if not BEGIN.match(line) or " dyno=" not in line:
        return None
    fields = {key: quoted or bare for key, quoted, bare in FIELD.findall(line)}
    status, code = status_of(fields.get("status")), word(fields.get("code"))
    answered = duration(fields.get("service"))
    return Event(
        at=None,
        kind=Kind.ACCESS,
        level=fields["at"],
        claim=CLASSES.get(code or "") or (of_status(status, upstream_answered=code is None).id if status else None),
        status=status,
        duration_ms=None if answered is None else answered + (duration(fields.get("connect")) or 0.0),
        upstream_ms=answered,
        upstream=word(fields.get("dyno")),
        client=host_of(fields.get("fwd", "").partition(",")[0]),
        method=word(fields.get("method")),
        path=path_of(fields.get("path")),
        flag=code,
        detail=word(fields.get("desc")),
        request_id=word(fields.get("request_id")),
    )


HEROKU_ROUTER = LogFormat(
    title="Heroku router",
    read=read,
    scan=Keyed(
        time="",
        took=Took(field="connect+service", unit_ms=None),
        client="fwd",
        path="path",
        decides=("at", "method", "status", "code", "desc", "dyno"),
        failures=True,
        query=True,
        chained=True,
        client_of=first_address,
        path_of=path_as_it_is,
    ),
    recorded="written after the documentation of Heroku",
    cannot_tell="no time of its own: syslog's around it; no API",
)
