"""Answers of upstreams on their way to the client: which headers stay, and how the body is framed.

Sources: RFC 9112 6; net/http's server (chunkWriter.writeHeader) of Go 1.26; Tyk 5.14's reverse proxy.
"""

import time
from enum import Enum
from functools import lru_cache
from typing import Protocol

from gwdiag.gateway.answer_head import (
    CONNECTION,
    DATE,
    ENCODING,
    LENGTH,
    TRAILER,
    TYPE,
    UNTIL_CLOSED,
    AnswerHead,
)
from gwdiag.gateway.go_words import HTTP11_LINES, status_line
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.sniff import LONGEST, content_type
from gwdiag.gateway.unpacker import Unpacker

HELD = 4096
"""Bytes of an answer with a length that wait for more, as in net/http's buffers."""
NO_LIMITS = b"X-Ratelimit-Limit: 0\r\nX-Ratelimit-Remaining: 0\r\nX-Ratelimit-Reset: 0\r\n"

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

    @property
    def method(self) -> str: ...
    @property
    def is_http10(self) -> bool: ...
    @property
    def wants_close(self) -> bool: ...


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

    `head` lacks a Content-Type where one is guessed (`guesses_type`). `flushes`: each piece goes
    out as it comes; otherwise what `is_due` says. `trailers`: names of those that are announced.
    `upstream_length` of the body as it comes: None for chunks, or `UNTIL_CLOSED`.
    """

    __slots__ = (
        "_head",
        "_held",
        "_held_size",
        "closes",
        "flushes",
        "framing",
        "guesses_type",
        "trailers",
        "unpacker",
        "upstream_length",
    )

    def __init__(self, framing: Framing, head: bytes, upstream_length: int | None, *, closes: bool) -> None:
        self.framing, self.upstream_length, self.closes = framing, upstream_length, closes
        self.flushes = self.guesses_type = False
        self._head = head
        self._held: list[bytes | memoryview] = []
        self._held_size = 0
        self.unpacker: Unpacker | None = None
        self.trailers: frozenset[bytes] = frozenset()

    @classmethod
    def whole(cls, data: bytes, *, closes: bool) -> "Answer":
        """One that needs nothing more."""
        made = cls(NO_BODY, b"", 0, closes=closes)
        made._held.append(data)
        return made

    @property
    def is_due(self) -> bool:
        """Whether what is held is to be written now."""
        return bool(self._held) and (self.flushes or self._held_size > HELD)

    def begin(self, first: bytes | memoryview = b"") -> None:
        """The head is to be written, and no longer waits for the `first` bytes of the body."""
        head, self._head = self._head, b""
        if not head:
            return
        if self.guesses_type and first:
            head = b"%bContent-Type: %b\r\n\r\n" % (head[:-2], content_type(bytes(first[:LONGEST])))
        self._held.append(head)
        self._held_size += len(head)

    def lets_pass(self, size: int) -> bool:
        """Whether as many bytes of the body would go on as they are, and at once."""
        return size > HELD and self.framing is BY_LENGTH and self.unpacker is None and not self._held and not self._head

    def add(self, data: bytes | memoryview) -> None:
        """A piece of the body. Raises Fault."""
        if self.unpacker is not None:
            data = self.unpacker.unpacked(data)
            if not data:
                return
        framing = self.framing
        if framing is NO_BODY:
            return
        if self._head:
            self.begin(data)
        self._held += chunk(data) if framing is IN_CHUNKS else (data,)
        self._held_size += len(data)

    def end(self, trailers: Headers) -> None:
        """The body is whole. Raises Fault."""
        if self.unpacker is not None:
            self.unpacker.end()
        if self._head:
            self.begin()
        if self.framing is IN_CHUNKS:
            self._held.append(last_chunk([one for one in trailers if one[0].lower() in self.trailers]))

    def cut(self) -> None:
        """No more of it comes. With chunks it looks whole all the same; with a length the connection is closed."""
        self.begin()
        if self.framing is IN_CHUNKS:
            self._held.append(last_chunk([]))
        elif self.framing is BY_LENGTH:
            self.closes = True

    def take(self) -> list[bytes | memoryview]:
        """What is to be written now; it is no longer held."""
        held = self._held
        self._held, self._held_size = [], 0
        return held


def plain_head(status: int, head: AnswerHead, length: int, *, closes: bool) -> bytes | None:
    """Of an answer with a body of that length, for HTTP/1.1; None where it takes more than other lines about that."""
    noted, passed = head.noted, head.passed
    if TYPE not in noted or ENCODING in noted or TRAILER in noted:
        return None
    if CONNECTION in noted and noted[CONNECTION].lower() not in PLAIN_CONNECTIONS:
        return None
    start = b"%b%b\r\n%b" % (HTTP11_LINES[status], b"\r\n".join(passed), NO_LIMITS)
    date = b"" if DATE in noted else date_line()
    close = b"Connection: close\r\n" if closes else b""
    return b"%b%bContent-Length: %d\r\n%b\r\n" % (start, date, length, close)


def from_upstream(status: int, head: AnswerHead, client: Client, *, asked_gzip: bool, closes: bool) -> Answer:
    """An upstream's answer. `closes`: the gateway closes client connections after each answer."""
    noted, passed, is_http10 = head.noted, head.passed, client.is_http10
    upstream_length = head.length()
    closes = closes or client.wants_close
    if upstream_length and upstream_length > 0 and _framing(status, upstream_length, client) is BY_LENGTH:
        plain = None if is_http10 else plain_head(status, head, upstream_length, closes=closes)
        if plain is not None:
            answer = Answer(BY_LENGTH, plain, upstream_length, closes=closes)
            if is_event_stream(noted[TYPE]):
                answer.flushes = True
                answer.begin()
            return answer
    if CONNECTION in noted and noted[CONNECTION].lower() not in PLAIN_CONNECTIONS:
        passed = _without_named(passed, noted[CONNECTION])
    first = status_line(status, is_http10=True) if is_http10 else HTTP11_LINES[status]
    parts = [first + b"\r\n".join(passed), b"\r\n"] if passed else [first]
    length = _length_of_chunked(head, client) if upstream_length is None else upstream_length
    unpacks = False
    if ENCODING in noted:
        unpacks = asked_gzip and length != 0 and noted[ENCODING].lower() == b"gzip"
        if unpacks:
            length = -1
        else:
            parts += (b"Content-Encoding: ", noted[ENCODING], b"\r\n")
    if TRAILER in noted and upstream_length is None:
        parts += (b"Trailer: ", noted[TRAILER], b"\r\n")
    parts.append(NO_LIMITS if DATE in noted else NO_LIMITS + date_line())
    framing = _framing(status, length, client)
    closes = closes or framing is Framing.CLOSE
    if length >= 0 and status not in WITHOUT_BODY:
        parts.append(b"Content-Length: %d\r\n" % length)
    elif framing is IN_CHUNKS:
        parts.append(b"Transfer-Encoding: chunked\r\n")
    if closes or is_http10:
        parts.append(connection_line(client, is_closed=closes))
    parts.append(b"\r\n")
    answer = Answer(framing, b"".join(parts), upstream_length, closes=closes)
    if unpacks:
        answer.unpacker = Unpacker()
    if TRAILER in noted:
        answer.trailers = frozenset(one.strip().lower() for one in noted[TRAILER].split(b","))
    if length < 0 or (TYPE in noted and is_event_stream(noted[TYPE])):
        answer.flushes = True
        answer.begin()
    elif TYPE not in noted and ENCODING not in noted and framing is BY_LENGTH:
        answer.guesses_type = True
    return answer


def _length_of_chunked(head: AnswerHead, client: Client) -> int:
    """What an answer to HEAD says of a body that would come in chunks; otherwise it is not known."""
    return int(head.noted[LENGTH]) if LENGTH in head.noted and client.method == "HEAD" else UNTIL_CLOSED


def _framing(status: int, length: int, client: Client) -> Framing:
    if status in WITHOUT_BODY or client.method == "HEAD":
        return NO_BODY
    if length >= 0:
        return BY_LENGTH
    return Framing.CLOSE if client.is_http10 else IN_CHUNKS


def chunk(data: bytes | memoryview) -> tuple[bytes | memoryview, ...]:
    return b"%x\r\n" % len(data), data, b"\r\n"


def last_chunk(trailers: Headers) -> bytes:
    return b"0\r\n" + b"".join(b"%b: %b\r\n" % one for one in trailers) + b"\r\n"


def connection_line(client: Client, *, is_closed: bool) -> bytes:
    """HTTP/1.0 is told that the connection stays, HTTP/1.1 that it does not."""
    if client.is_http10:
        return b"" if is_closed else b"Connection: keep-alive\r\n"
    return b"Connection: close\r\n" if is_closed else b""


def _without_named(passed: list[bytes], connection: bytes) -> list[bytes]:
    """A Connection header names what is for this hop only."""
    named = {one.strip().lower() for one in connection.split(b",")}
    return [line for line in passed if line.partition(b":")[0].lower() not in named]
