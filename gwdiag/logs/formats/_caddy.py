"""What Caddy's records mean, as JSON or on a console: access records, errors of requests, everything else.

Source: caddyserver.com "How logging works", Caddy's source (modules/caddyhttp), and what Caddy 2.6.2 and 2.11.9 wrote
under each fault. The cause of a failure is not in the access record but in a message of the logger `http.log.error`.
"""

from collections.abc import Mapping

from gwdiag.error_classes import of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import answer_of, host_of, milliseconds, path_of, status_of, whole, word
from gwdiag.logs.formats._fields import level_of
from gwdiag.logs.formats._golang import duration, peer
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark

Fields = Mapping[str, object]

APPS = frozenset(("http", "admin", "tls", "pki", "events", "caddy", "config", "watcher", "storage", "layer4"))
"""The first part of the names of Caddy's loggers."""

UNNAMED = (
    *("using provided configuration", "using config from file", "using adjacent Caddyfile", "adapted config to JSON"),
    *("Caddyfile input is not formatted", "autosaved config", "serving initial configuration", "resumed", "maxprocs: "),
    *("GOMEMLIMIT is ", "shutting down", "exiting; byeee", "shutdown complete", "redirected default logger"),
    *(
        "config is unchanged",
        "define an email",
        "cleaned up ",
        "unclean shutdown",
        "reloading config",
        "successfully reloaded config",
    ),
)
"""How the messages of the logger without a name begin."""

MARKS = (
    ("serving initial configuration", Mark.START),
    ("load complete", Mark.RELOAD),
    ("successfully reloaded config", Mark.RELOAD),
    ("shutting down", Mark.SHUTDOWN),
    ("exiting; byeee", Mark.SHUTDOWN),
    ("host is up", Mark.HOST_UP),
)

ACCESS = "handled request"
UNHANDLED = "NOP"
CUT_ANSWER = "aborting with incomplete response"
EARLIER_WORDS_OF_A_CUT_ANSWER = "reading from backend"

OF_ANSWERS = ("Via", "Date", "Content-Length", "Last-Modified", "Etag")
"""Headers that an upstream's answer has, and the empty one that Caddy makes of an error has not."""

SERVICE_UNAVAILABLE = 503


def is_caddy(fields: Fields) -> bool:
    """Whether an object with these fields is a record of Caddy's. Other programs on zap name the caller."""
    message, logger = fields.get("msg"), fields.get("logger")
    if not isinstance(message, str) or "caller" in fields or "level" not in fields:
        return False
    if logger is None:
        return message.startswith(UNNAMED)
    return isinstance(logger, str) and logger.partition(".")[0] in APPS


def event(fields: Fields, clock: Clock) -> Event:
    """The event of a record with these fields."""
    return _access(fields, clock) if "status" in fields and _is_access(fields) else _message(fields, clock)


def _is_access(fields: Fields) -> bool:
    return fields.get("msg") in (ACCESS, UNHANDLED) or str(fields.get("logger")).startswith("http.log.access")


def _access(fields: Fields, clock: Clock) -> Event:
    status = status_of(fields.get("status"))
    took = _duration(fields.get("duration"))
    return _about_request(fields, clock)._replace(
        kind=Kind.ACCESS,
        claim=_class_of(fields, status),
        status=status,
        # Of an answer that broke off it is 0, whatever the request took.
        duration_ms=took or None,
    )


def _class_of(fields: Fields, status: int | None) -> str:
    if status is None:
        # Nothing was answered: the client was gone (up to 2.6). Where no handler wants a request Go answers 200.
        return NONE if fields.get("msg") == UNHANDLED else "client_canceled"
    headers = fields.get("resp_headers")
    answered = _has_answered(headers, whole(fields.get("size"))) if isinstance(headers, Mapping) else None
    if status == SERVICE_UNAVAILABLE and answered is False:
        return "no_healthy_upstream"
    return of_status(status, upstream_answered=answered).id


def _has_answered(headers: Fields, size: int | None) -> bool | None:
    if any(name in headers for name in OF_ANSWERS):
        return True
    return False if size == 0 else None


def _message(fields: Fields, clock: Clock) -> Event:
    message, reason = str(fields.get("msg", "")), word(fields.get("error"))
    status = status_of(fields.get("status"))
    found = _about_request(fields, clock)
    is_error = str(fields.get("logger", "")).startswith("http.log.error")
    is_cut = message == CUT_ANSWER
    return found._replace(
        kind=Kind.REQUEST if is_error or is_cut else Kind.NOTICE,
        message=_telling(message, reason),
        claim=_claim_of(message, reason),
        status=status,
        duration_ms=_duration(fields.get("duration")) if is_error else None,
        answers="cut" if is_cut else answer_of(status) if is_error else None,
        upstream=word(fields.get("upstream")) or _checked_host(fields) or peer(reason or message),
        mark=next((mark for text, mark in MARKS if message.startswith(text)), None),
        request_id=word(fields.get("err_id")),
    )


def _telling(message: str, reason: str | None) -> str:
    """The words that decide the class. Of a cut answer only the reason does, for both sides can cut it."""
    if not reason:
        return message
    return reason if message in (CUT_ANSWER, EARLIER_WORDS_OF_A_CUT_ANSWER) else f"{message}: {reason}"


def _claim_of(message: str, reason: str | None) -> str | None:
    if message == CUT_ANSWER and reason and reason.startswith("writing: "):
        return "client_canceled"
    return None


def _checked_host(fields: Fields) -> str | None:
    return word(fields.get("host")) if "health_checker" in str(fields.get("logger")) else None


def _about_request(fields: Fields, clock: Clock) -> Event:
    """What the request in a record says; up to 2.4 its address has a port and the client has no key of its own."""
    request = fields.get("request")
    request = request if isinstance(request, Mapping) else {}
    client = word(request.get("client_ip")) or word(request.get("remote_ip")) or word(request.get("remote_addr"))
    return Event(
        at=clock.read(str(fields.get("ts", ""))),
        kind=Kind.NOTICE,
        level=level_of(fields.get("level")),
        client=host_of(client),
        method=word(request.get("method")),
        path=path_of(word(request.get("uri"))),
    )


def _duration(value: object) -> float | None:
    """Seconds as Caddy writes them unless told otherwise, always a fraction; a whole number may be of any unit."""
    return milliseconds(value, 1000) if isinstance(value, float) else duration(value)
