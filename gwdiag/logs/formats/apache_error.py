"""Apache httpd's error log, 2.4 and 2.2.

Source: httpd.apache.org, `ErrorLogFormat`: `[time] [module:level] [pid 2042:tid 2055] file.c(12): (111)Connection
refused: [client 10.20.0.9:57586] AH01114: message, referer: ...`; 2.2 has `[level]` alone, no process and no number.
Several messages of one thread tell of one failed request.
"""

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import host_of, path_of
from gwdiag.logs.formats._apache_claims import CONNECTING, INTERNAL, READING_BODY_OF_UPSTREAM, claim_of
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4})\] "
    r"\[(?:\w{0,40}:)?(emerg|alert|crit|error|warn|notice|info|debug|trace\d)\] "
    r"(?:\[pid (\d{1,10})(?::tid (\d{1,20}))?\] )?"
    r"(?:[\w./-]{1,60}\.[ch]\(\d{1,6}\): )?"
)
CAUSE = pattern(r"\((\d{1,6}|EAI -?\d{1,3}|os 0x[0-9a-f]{1,16})\)[^:\[]{1,120}: ")
PEER = pattern(r"\[(client|remote) ([^\]\s]{1,80})\] ")
NUMBER = pattern(r"(AH\d{5}): ")
UNDATED = pattern(r"(?:\(\d{1,6}\)[^:]{1,80}: )?(AH\d{5}): ")
"""What is said on the terminal, before there is a log."""

LEVELS = {"emerg": "fatal", "alert": "fatal", "crit": "fatal", "warn": "warning", "notice": "info"}

CONNECT = pattern(
    r"(\w{2,8}): attempt to connect to (?:\S+?:(\d{1,5})|[^(]{1,300}) \(([^\s():]+|\[[^\]]+\])(?::(\d+))?\)"
)
NAMED_UPSTREAM = pattern(
    r"remote server (?P<whole>[^\s,]+:\d{1,5})\b|failed to \S+?:(?P<port>\d{1,5}) \((?P<name>[^)\s]+)\)"
)
PATH = pattern(r'returned by (/\S*)(?: \(([A-Z]+)\))?|failure for "(/[^"]*)"|user \S+ not found: (/\S*)')

MARKS = {
    "AH00163": Mark.RELOAD,  # at every start as well, and no mark of one: it also ends a graceful restart
    "AH00489": Mark.RELOAD,
    "AH00098": Mark.START,  # after a process that left its pid file behind
    "AH00169": Mark.SHUTDOWN,
    "AH00170": Mark.SHUTDOWN,
    "AH00491": Mark.SHUTDOWN,
    "AH00492": Mark.SHUTDOWN,
    "AH00526": Mark.CONFIGURATION,
    "AH00959": Mark.HOST_DOWN,
}

CLIENT_S_FAULT = frozenset(("auth_failed", "bad_client_request", "body_too_large", "client_canceled"))
NOTHING = "nothing"
"""Answered to a client whose TLS handshake failed: it sent no request, so no access line is ever written."""

LONGEST = 2000


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return _undated(line)
    at, written_level, pid, tid = seen.groups()
    place, cause, side, peer, causes = seen.end(), "", "", "", ""
    for _ in range(2):  # 2.2 has the client before the cause
        if found := CAUSE.match(line, place):
            cause, causes, place = found[1], found[0], found.end()
        if found := PEER.match(line, place):
            side, peer, place = found[1], found[2], found.end()
    text = line[place : place + LONGEST].partition(", referer: ")[0]
    number = numbered[1] if (numbered := NUMBER.match(text)) else ""
    said = causes + text
    level = LEVELS.get(written_level, written_level)
    is_quiet = written_level.startswith(("debug", "trace"))
    id_ = claim_of(said, text, level=written_level, cause=cause, number=number, side=side)
    is_request = bool(side or number in CONNECTING or text.startswith("SSL Library Error"))
    method, path = _asked(text)
    return Event(
        at=clock.read(at),
        kind=Kind.REQUEST if is_request else Kind.NOTICE,
        level="debug" if is_quiet else level,
        message=said,
        claim=id_,
        answers=_answer(id_ or claim(said).id, number, cause) if is_request else None,
        upstream=_upstream(text),
        client=host_of(peer) if side == "client" else None,
        method=method,
        path=path,
        mark=MARKS.get(number),
        request_id=f"{pid}:{tid}" if tid else pid,
    )


def _undated(line: str) -> Event | None:
    seen = UNDATED.match(line)
    if not seen:
        return None
    said = line[:LONGEST]
    id_ = claim_of(said, said[seen.start(1) :], level="", cause="", number=seen[1], side="")
    return Event(at=None, kind=Kind.NOTICE, message=said, claim=id_, mark=MARKS.get(seen[1]))


def _upstream(text: str) -> str | None:
    """The upstream by the name that it has in the configuration, where the message has the name."""
    if seen := CONNECT.search(text):
        scheme, port, name, own_port = seen.groups()
        if name == "*":  # a worker without a name
            return f"{scheme.lower()}://{text[: seen.start(3) - 2].rpartition(' ')[2]}"
        port = own_port or port
        return f"{scheme.lower()}://{name}:{port}" if port else None
    if seen := NAMED_UPSTREAM.search(text):
        return seen["whole"] or f"{seen['name'].partition(':')[0]}:{seen['port']}"
    return None


def _asked(text: str) -> tuple[str | None, str | None]:
    seen = PATH.search(text)
    return (seen[2], path_of(seen[1] or seen[3] or seen[4])) if seen else (None, None)


def _answer(class_: str, number: str, cause: str) -> str | None:
    """The kind of status that the client of the request got."""
    if class_ == NONE:
        return None
    if class_ == "client_tls_handshake":
        return NOTHING
    if (number == READING_BODY_OF_UPSTREAM and cause != INTERNAL) or (class_ == "client_canceled" and not number):
        return "cut"  # in the middle of an answer
    return "4xx" if class_ in CLIENT_S_FAULT else "5xx"


APACHE_ERROR = LogFormat(
    title="Apache httpd error log",
    read=read,
    in_parts=True,
    recorded="recorded: Apache 2.4.71",
    cannot_tell="no API, no status, no duration; clients that leave; at LogLevel warn why a TLS handshake failed",
)
