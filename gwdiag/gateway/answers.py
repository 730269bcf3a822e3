"""Answers of upstreams on their way to the client: which headers stay, and how the body is framed.

Sources: RFC 9112 6; net/http's server (chunkWriter.writeHeader) of Go 1.26; Tyk 5.14's reverse proxy.
"""

import time
from enum import Enum
from functools import lru_cache
from typing import Protocol

from gwdiag.gateway.go_words import status_line
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.sniff import LONGEST, content_type
from gwdiag.gateway.unpacker import Unpacker

HELD = 4096
"""Bytes of an answer with a length that wait for more, as in net/http's buffers."""
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


NO_BODY, BY_LENGTH, IN_CHUNKS = Framing.NONE, Framing.LENGTH, Framing.CHUNKED


class Client(Protocol):
    """What of the client's request matters for the answer."""

    method: str
    is_http10: bool
    wants_close: bool


_date = (0, b"")


def date_line() -> bytes:
    """RFC 9110 5.6.7, made once a second."""
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = now, time.strftime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n", time.gmtime(now)).encode()
    return _date[1]


@lru_cache(1024)
def is_event_stream(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == b"text/event-stream"


class Answer:
    """An answer on its way to the client, piece by piece: `add` what comes, `take` what is to be written.

    `flushes`: each piece goes out as it comes; otherwise what `is_due` says. `holds`: whether something waits.
    `upstream_length` of the body as it comes: None for chunks, -1 where only the connection's end ends it.
    """

    __slots__ = (
        "_guesses_type",
        "_head",
        "_held",
        "_held_size",
        "_trailers",
        "_unpacker",
        "closes",
        "flushes",
        "framing",
        "upstream_length",
    )

    def __init__(self, framing: Framing, upstream_length: int | None, *, closes: bool) -> None:
        self.framing, self.upstream_length, self.closes = framing, upstream_length, closes
        self.flushes = self._guesses_type = False
        self._head = b""
        self._held: list[bytes | memoryview] = []
        self._held_size = 0
        self._unpacker: Unpacker | None = None
        self._trailers: frozenset[bytes] = frozenset()

    @classmethod
    def whole(cls, data: bytes, *, closes: bool) -> "Answer":
        """One that needs nothing more."""
        made = cls(NO_BODY, 0, closes=closes)
        made._held.append(data)
        return made

    @property
    def holds(self) -> bool:
        return bool(self._held)

    @property
    def is_due(self) -> bool:
        """Whether what is held is to be written now."""
        return bool(self._held) and (self.flushes or self._held_size > HELD)

    def begin(self, first: bytes | memoryview = b"") -> None:
        """The head is to be written, and no longer waits for the `first` bytes of the body."""
        if not self._head:
            return
        if self._guesses_type and first:
            self._head += b"Content-Type: %b\r\n" % content_type(bytes(first[:LONGEST]))
        head, self._head = self._head + b"\r\n", b""
        self._held.append(head)
        self._held_size += len(head)

    def add(self, data: bytes | memoryview) -> None:
        """A piece of the body. Raises Fault."""
        if self._unpacker is not None:
            data = self._unpacker.unpacked(data)
            if not data:
                return
        if self.framing is NO_BODY:
            return
        if self._head:
            self.begin(data)
        self._held.append(chunk(data) if self.framing is IN_CHUNKS else data)
        self._held_size += len(data)

    def end(self, trailers: Headers) -> None:
        """The body is whole. Raises Fault."""
        if self._unpacker is not None:
            self._unpacker.end()
        if self._head:
            self.begin()
        if self.framing is IN_CHUNKS:
            self._held.append(last_chunk([one for one in trailers if one[0].lower() in self._trailers]))

    def cut(self) -> None:
        """No more of it comes. With chunks it looks whole all the same; with a length the connection is closed."""
        self.begin()
        if self.framing is IN_CHUNKS:
            self._held.append(last_chunk([]))
        elif self.framing is BY_LENGTH:
            self.closes = True

    def take(self) -> bytes | memoryview:
        """What is to be written now; it is no longer held."""
        held = self._held
        self._held, self._held_size = [], 0
        return held[0] if len(held) == 1 else b"".join(held)


def from_upstream(status: int, headers: Headers, client: Client, *, asked_gzip: bool, closes: bool) -> Answer:
    """An upstream's answer. `closes`: the gateway closes client connections after each answer."""
    parts: list[bytes] = [status_line(status, is_http10=client.is_http10)]
    length, has_type, has_date, is_stream, is_chunked = -1, False, False, False, False
    encoding = connection = trailer = b""
    for name, value in headers:
        kind = kind_of(name)
        if kind is None:
            parts += (name, b": ", value, b"\r\n")
        elif kind == DATE:
            has_date = True
            parts += (name, b": ", value, b"\r\n")
        elif kind == TYPE:
            has_type = True
            is_stream = is_event_stream(value)
            parts += (name, b": ", value, b"\r\n")
        elif kind == LENGTH:
            length = int(value)
        elif kind == CONNECTION:
            connection = b"%b,%b" % (connection, value) if connection else value
        elif kind == CODING:
            is_chunked = True
        elif kind == ENCODING:
            encoding = value
        elif kind == TRAILER:
            trailer = b"%b, %b" % (trailer, value) if trailer else value
    if connection and connection.lower() not in PLAIN_CONNECTIONS:
        parts = _without_named(parts, connection)
    unpacks = asked_gzip and length != 0 and encoding.lower() == b"gzip"
    if encoding and not unpacks:
        parts += (b"Content-Encoding: ", encoding, b"\r\n")
    upstream_length = None if is_chunked else length
    if unpacks or (is_chunked and client.method != "HEAD"):
        length = -1
    if trailer and is_chunked:
        parts += (b"Trailer: ", trailer, b"\r\n")
    parts.append(NO_LIMITS)
    if not has_date:
        parts.append(date_line())
    framing, line, closes = _framed(status, length, client, closes=closes)
    parts.append(line)
    answer = Answer(framing, upstream_length, closes=closes)
    answer._head = b"".join(parts)
    answer.flushes = is_stream or length < 0
    answer._guesses_type = not has_type and not encoding and framing is BY_LENGTH
    if unpacks:
        answer._unpacker = Unpacker()
    if trailer:
        answer._trailers = frozenset(one.strip().lower() for one in trailer.split(b","))
    if answer.flushes:
        answer.begin()
    return answer


def chunk(data: bytes | memoryview) -> bytes:
    return b"".join((b"%x\r\n" % len(data), data, b"\r\n"))


def last_chunk(trailers: Headers) -> bytes:
    return b"0\r\n" + b"".join(b"%b: %b\r\n" % one for one in trailers) + b"\r\n"


def _framed(status: int, length: int, client: Client, *, closes: bool) -> tuple[Framing, bytes, bool]:
    """The framing, its header lines with that of the connection, and whether the connection closes behind it."""
    closes = closes or client.wants_close
    if status in WITHOUT_BODY:
        return NO_BODY, connection_line(client, is_closed=closes), closes
    line = b"Content-Length: %d\r\n" % length if length >= 0 else b""
    if client.method == "HEAD":
        return NO_BODY, line + connection_line(client, is_closed=closes), closes
    if length >= 0:
        return BY_LENGTH, line + connection_line(client, is_closed=closes), closes
    if client.is_http10:
        return Framing.CLOSE, b"", True
    return IN_CHUNKS, b"Transfer-Encoding: chunked\r\n" + connection_line(client, is_closed=closes), closes


def connection_line(client: Client, *, is_closed: bool) -> bytes:
    """HTTP/1.0 is told that the connection stays, HTTP/1.1 that it does not."""
    if client.is_http10:
        return b"" if is_closed else b"Connection: keep-alive\r\n"
    return b"Connection: close\r\n" if is_closed else b""


def _without_named(parts: list[bytes], connection: bytes) -> list[bytes]:
    """A Connection header names what is for this hop only."""
    named = {one.strip().lower() for one in connection.split(b",")}
    lines = [parts[at : at + 4] for at in range(1, len(parts), 4)]
    return [parts[0], *(part for line in lines if line[0].lower() not in named for part in line)]
