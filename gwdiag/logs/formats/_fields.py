"""A record that is no more than keys and values, whichever logger wrote it and how: what happened.

A request that was answered is an access record; everything else is a message, about a request where it says so.
"""

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import (
    answer_of,
    client_as_it_is,
    host_of,
    method_and_path,
    origin,
    path_as_it_is,
    path_of,
    status_of,
    word,
)
from gwdiag.logs.formats._golang import peer
from gwdiag.logs.formats._keys import LONGEST_KEY, WANTED, Fields, Record, milliseconds_of
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

NAMED_LEVELS = {
    **dict.fromkeys(("warn", "wrn"), "warning"),
    **dict.fromkeys(("err", "eror", "severe"), "error"),
    **dict.fromkeys(("inf", "information", "notice", "default"), "info"),
    **dict.fromkeys(("dbg", "dbug", "fine", "verbose"), "debug"),
    **dict.fromkeys(("vrb", "trc"), "trace"),
    **dict.fromkeys(("crit", "critical", "alert", "emerg", "emergency", "panic", "dpanic", "ftl", "pnc"), "fatal"),
}
NUMBERED_LEVELS = {10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "fatal"}
"""bunyan and pino."""

LONGEST_LEVEL = 16

ANSWERED_WITH = pattern(r"'?([1-5]\d\d) [A-Z][A-Za-z -]{1,40}'?(?:$| caused by: |: )")
"""A message that is a status and its words: what Traefik says when it gave up on a request."""

REQUEST_IN_WORDS = pattern(r"([A-Z]{3,7}) (/\S*) \(([1-5]\d\d)\) (\S{2,20})")
"""How Grafana's programs put a request into a message: `GET /ready (200) 12.3ms`."""

LONGEST_PATH = 8192
LONGEST_MOMENT = 64
LONGEST_CLIENT = 256


def is_of_one_answer(fields: Fields) -> bool:
    """Whether the fields are of one request and say with which status it was answered."""
    record = Record(fields)
    return _is_access(record) or ANSWERED_WITH.match(record.text("message")) is not None


def is_record(fields: Fields) -> bool:
    """Whether the fields are a log's at all: they have a time or a level, and say something, or are of a request."""
    record = Record(fields)
    if record.first("at") is None and record.first("level") is None:
        return False
    return record.first("message") is not None or record.error() != "" or _is_access(record)


def event(fields: Fields, clock: Clock) -> Event:
    """The event of a record with these fields."""
    record = Record(fields)
    if request := REQUEST_IN_WORDS.fullmatch(record.text("message")):
        named = dict(zip(("method", "path", "status", "duration"), request.groups(), strict=True))
        record = Record({**fields, **named})
    return _access(record, clock) if _is_access(record) else _message(record, clock)


def level_of(value: object) -> str:
    """A level in one of logrus' words."""
    if isinstance(value, int) and not isinstance(value, bool):
        return NUMBERED_LEVELS.get(value, "")
    name = "" if value is None else str(value).lower()
    return NAMED_LEVELS.get(name, name) if len(name) < LONGEST_LEVEL else ""


def _is_access(record: Record) -> bool:
    """Whether it is of a request that was answered: it has a status, and a method or a path."""
    if status_of(record.first("status")) is None:
        return False
    return record.first("method") is not None or _target(record) is not None


def _access(record: Record, clock: Clock) -> Event:
    status, level = status_of(record.first("status")) or 0, level_of(record.first("level"))
    # Words decide only where they are about a failure; else the status does.
    is_failure = status >= 400 or record.error() != "" or level in ("error", "fatal")
    said = _said(record) if is_failure else ""
    told = said if said and claim(said).id != NONE else ""
    answered = status_of(record.first("upstream_status")) is not None or None
    return _about(record, told, clock)._replace(
        kind=Kind.ACCESS,
        level=level,
        message=told,
        claim=None if told else of_status(status, upstream_answered=answered).id,
        status=status,
        duration_ms=record.duration(),
    )


def _message(record: Record, clock: Clock) -> Event:
    said = _said(record)
    answer = ANSWERED_WITH.match(said)
    status = int(answer[1]) if answer else status_of(record.first("status"))
    about_request = answer or record.first("request_id") or _target(record) or "proxy error" in said
    by_status = of_status(status).id if status and status >= 400 and claim(said).id == NONE else None
    return _about(record, said, clock)._replace(
        kind=Kind.REQUEST if about_request else Kind.NOTICE,
        level=level_of(record.first("level")),
        message=said,
        claim=by_status,
        status=status,
        answers=answer_of(status) if about_request else None,
    )


def _about(record: Record, said: str, clock: Clock) -> Event:
    """When it was, and which request it is about."""
    method, path = method_and_path(record.text("request_line"))
    moment = record.text("at")
    return Event(
        at=clock.read(moment) if len(moment) < LONGEST_MOMENT else None,
        kind=Kind.NOTICE,
        api=word(record.first("api")),
        upstream=origin(word(record.first("upstream"))) or peer(said),
        client=_client(record),
        method=word(record.first("method")) or method,
        path=path_of(_target(record)) or path,
        request_id=word(record.first("request_id")),
    )


def _said(record: Record) -> str:
    """The message, and the error where that is not in it."""
    message, error = record.text("message"), record.error()
    if message.isdigit():
        message = ""  # a number of the event
    if not error or error in message:
        return message
    return f"{message}: {error}" if message else error


def _target(record: Record) -> str | None:
    """What was asked for, if it is a path or a URL."""
    target = record.first("path")
    if not isinstance(target, str) or len(target) > LONGEST_PATH:
        return method_and_path(record.text("request_line"))[1]
    return target if "/" in target else None


def _client(record: Record) -> str | None:
    client = record.text("client")
    is_address = len(client) < LONGEST_CLIENT and ("." in client or ":" in client)
    return host_of(client.partition(",")[0].strip()) if is_address else None


def _unit_of(key: str) -> float | None:
    return milliseconds_of(key) if len(key) <= LONGEST_KEY else None


def _client_of(text: str) -> str | None:
    return client_as_it_is(text) if len(text) < LONGEST_CLIENT and ("." in text or ":" in text) else None


def _path_of(text: str) -> str | None:
    return path_as_it_is(text) if "/" in text and len(text) <= LONGEST_PATH else None


DECIDING = ("level", "message", "error", "status", "method", "request_line", "upstream", "upstream_status", "api")
OF_AN_ERROR = ("type", "name", "message", "localizedMessage", "faultstring", "code")

SCAN = Keyed(
    time="|".join(WANTED["at"]),
    took=Took(unit_of=_unit_of),
    client="|".join(WANTED["client"]),
    path="|".join(WANTED["path"]),
    decides=tuple(
        dict.fromkeys(
            (
                *(key for meaning in DECIDING for key in WANTED[meaning]),
                *(f"{key}.{part}" for key in WANTED["error"] for part in OF_AN_ERROR),
            )
        )
    ),
    failures=True,
    query=True,
    client_of=_client_of,
    path_of=_path_of,
)
"""Of requests that were answered."""
