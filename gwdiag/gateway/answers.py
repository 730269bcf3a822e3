"""Answers on their way to the client: which headers stay, how the body is framed, and the answers of the gateway's own.

Sources: RFC 9112 6; net/http's server (chunkWriter.writeHeader) of Go 1.26; Tyk 5.14's reverse proxy and error handler.
"""

import json
import time
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from gwdiag.gateway.go_words import status_line
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.sniff import content_type

NO_LIMITS = b"X-Ratelimit-Limit: 0\r\nX-Ratelimit-Remaining: 0\r\nX-Ratelimit-Reset: 0\r\n"

HOP, LIMITS, LENGTH, CODING, TYPE, ENCODING, DATE, TRAILER, CONNECTION = range(9)
NOTED_HEADERS = {
    **dict.fromkeys((b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization"), HOP),
    **dict.fromkeys((b"te", b"upgrade"), HOP),
    **dict.fromkeys((b"x-ratelimit-limit", b"x-ratelimit-remaining", b"x-ratelimit-reset"), LIMITS),
    b"content-length": LENGTH,
    b"transfer-encoding": CODING,
    b"content-type": TYPE,
    b"content-encoding": ENCODING,
    b"date": DATE,
    b"trailer": TRAILER,
    b"connection": CONNECTION,
}


@lru_cache(1024)
def kind_of(name: bytes) -> int | None:
    """What a header is to us; None: nothing, it goes on."""
    return NOTED_HEADERS.get(name.lower())


PLAIN_CONNECTIONS = frozenset({b"keep-alive", b"close", b"upgrade"})
WITHOUT_BODY = frozenset({204, 304})


class Framing(Enum):
    """How the client knows where the body ends."""

    NONE = "none"
    LENGTH = "length"
    CHUNKED = "chunked"
    CLOSE = "close"


@dataclass(slots=True)
class Client:
    """What of the client's request matters for the answer."""

    method: str
    is_http10: bool
    wants_close: bool


@dataclass(slots=True)
class Answer:
    """The head as it goes to the client but for a Content-Type that is still to be guessed, and what follows from it.

    `flushes`: each piece goes out as it comes. `unpacks`: gzip that the client did not ask for. `trailers`: which are
    announced, in lower case. `is_unframed`: at the upstream only the connection's end ends the body.
    """

    status: int
    head: bytes
    framing: Framing
    length: int
    flushes: bool
    unpacks: bool
    guesses_type: bool
    closes: bool
    is_unframed: bool = False
    trailers: frozenset[bytes] = frozenset()


_date = (0, b"")


def date_line() -> bytes:
    """RFC 9110 5.6.7, made once a second."""
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = now, time.strftime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n", time.gmtime(now)).encode()
    return _date[1]


def from_upstream(
    status: int, headers: Headers, client: Client, *, asked_gzip: bool, closes: bool, limits: bytes
) -> Answer:
    """An upstream's answer. `closes`: the gateway closes client connections after each answer."""
    parts: list[bytes] = [status_line(status, is_http10=client.is_http10)]
    length, encoding, has_type, has_date, is_stream, is_chunked = -1, b"", False, False, False, False
    connection = trailer = b""
    for name, value in headers:
        kind = kind_of(name)
        if kind is None:
            parts += (name, b": ", value, b"\r\n")
        elif kind == LENGTH:
            length = int(value)
        elif kind == TYPE:
            has_type = True
            is_stream = value.partition(b";")[0].strip().lower() == b"text/event-stream"
            parts += (name, b": ", value, b"\r\n")
        elif kind == ENCODING:
            encoding = value
        elif kind == DATE:
            has_date = True
            parts += (name, b": ", value, b"\r\n")
        elif kind == CODING:
            is_chunked = True
        elif kind == TRAILER:
            trailer = b"%b, %b" % (trailer, value) if trailer else value
        elif kind == CONNECTION:
            connection = b"%b,%b" % (connection, value) if connection else value
    if connection and connection.lower() not in PLAIN_CONNECTIONS:
        parts = _without_named(parts, connection)
    unpacks = asked_gzip and encoding.lower() == b"gzip" and length != 0
    if encoding and not unpacks:
        parts += (b"Content-Encoding: ", encoding, b"\r\n")
    is_unframed = length < 0 and not is_chunked
    if unpacks or (is_chunked and client.method != "HEAD"):
        length = -1
    if trailer and is_chunked:
        parts += (b"Trailer: ", trailer, b"\r\n")
    parts.append(limits)
    if not has_date:
        parts.append(date_line())
    framing, line, closes = _framed(status, length, client, closes=closes)
    parts.append(line)
    return Answer(
        status,
        b"".join(parts),
        framing,
        length,
        flushes=is_stream or length < 0,
        unpacks=unpacks,
        guesses_type=not has_type and not encoding and framing is Framing.LENGTH,
        closes=closes,
        is_unframed=is_unframed,
        trailers=frozenset(one.strip().lower() for one in trailer.split(b",")) if trailer else frozenset(),
    )


def with_type(answer: Answer, first: bytes) -> bytes:
    """The whole head, when the first bytes of the body are there; net/http guesses what the upstream does not say."""
    if answer.guesses_type and first:
        return answer.head + b"Content-Type: " + content_type(first) + b"\r\n\r\n"
    return answer.head + b"\r\n"


def own(
    status: int, kind: bytes, body: bytes, client: Client, *, more: bytes = b"", closes: bool
) -> tuple[bytes, bool]:
    """An answer of the gateway's own, whole, and whether the connection closes behind it."""
    is_closed = closes or client.wants_close
    head = b"".join(
        (
            status_line(status, is_http10=client.is_http10),
            b"Content-Type: " + kind + b"\r\n" if kind else b"",
            more,
            date_line(),
            b"Content-Length: %d\r\n" % len(body),
            _connection(client, is_closed=is_closed),
            b"\r\n",
        )
    )
    return head if client.method == "HEAD" else head + body, is_closed


def error(
    status: int, message: str, content_type_of_request: bytes, client: Client, *, is_signed: bool, closes: bool
) -> tuple[bytes, bool]:
    """Tyk's error answer: JSON, or XML to a request that came with XML. `is_signed`: it says who made it."""
    asked = content_type_of_request.partition(b";")[0]
    if asked in (b"application/xml", b"text/xml", b"application/soap+xml"):
        kind = asked
        body = f'<?xml version = "1.0" encoding = "UTF-8"?>\n<error>{message}</error>\n'
    else:
        kind = b"application/json"
        body = f'{{\n    "error": {json.dumps(message)}\n}}'
    more = b"X-Generator: tyk.io\r\n" if is_signed else b""
    return own(status, kind, body.encode(), client, more=more, closes=closes)


def not_found(client: Client, *, closes: bool) -> tuple[bytes, bool]:
    return own(404, b"text/plain; charset=utf-8", b"Not Found", client, closes=closes)


def plain_error(status: int, text: bytes, client: Client, *, closes: bool) -> tuple[bytes, bool]:
    """net/http's http.Error."""
    more = b"X-Content-Type-Options: nosniff\r\n"
    return own(status, b"text/plain; charset=utf-8", text + b"\n", client, more=more, closes=closes)


def moved(location: str, client: Client, *, closes: bool) -> tuple[bytes, bool]:
    more = b"Location: " + location.encode("latin-1") + b"\r\n"
    return own(301, b"", b"", client, more=more, closes=closes)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def last_chunk(trailers: Headers) -> bytes:
    return b"0\r\n" + b"".join(b"%b: %b\r\n" % one for one in trailers) + b"\r\n"


def _framed(status: int, length: int, client: Client, *, closes: bool) -> tuple[Framing, bytes, bool]:
    """The framing, its header lines with that of the connection, and whether the connection closes behind it."""
    closes = closes or client.wants_close
    if status in WITHOUT_BODY:
        return Framing.NONE, _connection(client, is_closed=closes), closes
    line = b"Content-Length: %d\r\n" % length if length >= 0 else b""
    if client.method == "HEAD":
        return Framing.NONE, line + _connection(client, is_closed=closes), closes
    if length >= 0:
        return Framing.LENGTH, line + _connection(client, is_closed=closes), closes
    if client.is_http10:
        return Framing.CLOSE, b"", True
    return Framing.CHUNKED, b"Transfer-Encoding: chunked\r\n" + _connection(client, is_closed=closes), closes


def _connection(client: Client, *, is_closed: bool) -> bytes:
    """HTTP/1.0 is told that the connection stays, HTTP/1.1 that it does not."""
    if client.is_http10:
        return b"" if is_closed else b"Connection: keep-alive\r\n"
    return b"Connection: close\r\n" if is_closed else b""


def _without_named(parts: list[bytes], connection: bytes) -> list[bytes]:
    """A Connection header names what is for this hop only."""
    named = {one.strip().lower() for one in connection.split(b",")}
    lines = [parts[at : at + 4] for at in range(1, len(parts), 4)]
    return [parts[0], *(part for line in lines if line[0].lower() not in named for part in line)]
