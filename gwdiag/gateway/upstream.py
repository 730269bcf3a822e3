"""One connection to an upstream: a request goes out, an answer comes back, and perhaps the next."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from gwdiag.gateway import faults
from gwdiag.gateway.faults import Fault, broken_answer
from gwdiag.gateway.heads import BadAnswer, Headers, answer_head
from gwdiag.gateway.tls import TlsSide

if TYPE_CHECKING:
    import ssl

    from gwdiag.gateway.body import Body

SETTLING = 0.002
LARGEST_HEAD = 10 << 20
"""Bytes; net/http's."""
PIECE = 1 << 16
HEAD_END = re.compile(rb"\n\r?\n")
BAD_CHUNKS = (
    ("chunk size", "invalid byte in chunk length"),
    ("Chunk size overflow", "http chunk length too large"),
    ("after chunk", "malformed chunked encoding"),
)


class Taker(Protocol):
    """Who asked, and is told what comes. `answered` gives back whether only the connection's end ends the body."""

    method: str
    now: float

    def answered(self, status: int, headers: Headers) -> bool: ...
    def body(self, data: bytes) -> None: ...
    def flush(self) -> None: ...
    def ended(self, trailers: Headers) -> None: ...
    def switched(self, head: bytes, rest: bytes) -> None: ...
    def failed(self, fault: Fault, *, may_repeat: bool) -> None: ...


class Upstream(asyncio.Protocol):
    """Over TLS where `secured` is given. `idle` and `gone` tell the pool."""

    __slots__ = (
        "_answered",
        "_body",
        "_handshake",
        "_has_more",
        "_head",
        "_headers",
        "_is_done",
        "_is_kept",
        "_is_odd",
        "_is_unframed",
        "_lost",
        "_odd_headers",
        "_parser",
        "_secured",
        "_tls",
        "_trailers",
        "_written",
        "created",
        "gone",
        "idle",
        "idle_since",
        "is_closed",
        "local",
        "now",
        "peer",
        "served",
        "taker",
        "transport",
    )

    def __init__(
        self,
        secured: "ssl.SSLContext | None",
        idle: Callable[["Upstream"], None],
        gone: Callable[["Upstream"], None],
        created: float,
    ) -> None:
        self.idle, self.gone, self.created = idle, gone, created
        self.taker: Taker | None = None
        self.served = 0
        self.idle_since = self.now = created
        self.is_closed = False
        self._secured = secured
        self._tls: TlsSide | None = None
        self._lost: Fault | None = None
        self._handshake: asyncio.Future[None] | None = None
        self._parser: HttpResponseParser | None = None
        self._head = b""
        self._is_odd = False
        self._body: Body | None = None
        self._written = True
        self._answered = False
        self._is_unframed = False
        self._is_done = self._has_more = self._is_kept = False
        self._headers: Headers = []
        self._trailers: Headers = []
        self._odd_headers: Headers | None = None

    # ---- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.local = _shown(transport.get_extra_info("sockname"))
        self.peer = _shown(transport.get_extra_info("peername"))

    async def handshake(self, name: str) -> None:
        """TLS, before anything else. Raises Fault."""
        assert self._secured is not None
        self._tls = TlsSide(self._secured, name)
        self._handshake = asyncio.get_running_loop().create_future()
        self._shake(b"")
        await self._handshake
        # A server that wants a certificate says so only after TLS 1.3 is done here, and closes: its word must be read
        # before a request meets the closed door, or it is lost.
        self._handshake = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._handshake, SETTLING)
        self._handshake = None

    def _shake(self, data: bytes) -> None:
        assert self._tls is not None
        assert self._handshake is not None
        try:
            is_done = self._tls.handshake(data)
        except Fault as fault:
            self.transport.write(self._tls.outgoing())
            self._shaken(fault)
            return
        self.transport.write(self._tls.outgoing())
        if is_done:
            self._shaken(None)

    def _shaken(self, fault: Fault | None) -> None:
        waiting, self._handshake = self._handshake, None
        if waiting and not waiting.done():
            waiting.set_exception(fault) if fault else waiting.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        self.gone(self)
        fault = faults.of_connection(exc, self.local, self.peer) if isinstance(exc, OSError) else None
        self._lost = self._lost or fault
        self._shaken(fault or faults.EOF)
        taker, self.taker = self.taker, None
        if taker is None:
            return
        taker.now = monotonic()
        if self._answered:
            if self._is_unframed and fault is None:
                taker.ended([])
            else:
                taker.failed(fault or faults.UNEXPECTED_EOF, may_repeat=False)
        elif self._head:
            taker.failed(_broken(fault or faults.UNEXPECTED_EOF), may_repeat=False)
        else:
            taker.failed(fault or faults.EOF, may_repeat=self.served > 1)

    def abort(self) -> None:
        """Gives the connection up; nobody is told."""
        self.taker = None
        self.is_closed = True
        self.transport.abort()

    def pause(self) -> None:
        """The one whom the answer is for does not keep up."""
        if not self.is_closed:
            self.transport.pause_reading()

    def resume(self) -> None:
        if not self.is_closed:
            self.transport.resume_reading()

    # ---- the request

    def send(self, taker: Taker, head: bytes, body: "Body | None") -> None:
        if self.is_closed:
            asyncio.get_running_loop().call_soon(self._tell, taker)
            return
        self.taker = taker
        self.served += 1
        self._answered = False
        self._is_unframed = False
        self._is_done = self._has_more = False
        self._head = b""
        self._is_odd = False
        if self._parser is None:
            self._parser = HttpResponseParser(self)
        if body is None:
            self._write(head)
            return
        if body.is_small:
            self._write(head + body.whole())
            return
        self._write(head)
        body.rewind()
        self._body, self._written = body, False
        self._pump()

    def _tell(self, taker: Taker) -> None:
        taker.now = monotonic()
        taker.failed(self._lost or faults.EOF, may_repeat=self.served > 0)

    def tunnel(self, data: bytes) -> None:
        """Bytes of another protocol, after an upgrade."""
        self._write(data)

    def _pump(self) -> None:
        """As much of a large body as the connection takes; `resume_writing` goes on."""
        while self._body is not None and not self.is_closed:
            piece = self._body.piece(PIECE)
            if not piece:
                self._body, self._written = None, True
                return
            self._write(piece)
            if self.transport.get_write_buffer_size() > PIECE:
                return

    def resume_writing(self) -> None:
        self._pump()

    def _write(self, data: bytes) -> None:
        if self._tls is not None:
            try:
                data = self._tls.encrypted(data)
            except Fault as fault:
                asyncio.get_running_loop().call_soon(self._fail, fault)
                return
        self.transport.write(data)

    # ---- the answer

    def data_received(self, data: bytes) -> None:
        if self._tls is not None:
            if not self._tls.is_ready:
                self._shake(data)
                return
            try:
                data = self._tls.decrypted(data)
            except Fault as fault:
                self._fail(fault)
                return
            self._shaken(None)
            if self._tls.is_ended:  # TLS says so before TCP does, and may wait for us
                self.transport.close()
            if not data:
                return
        taker = self.taker
        self.now = monotonic()
        if taker is None:  # nobody asked: whatever this is, no answer may follow it
            self.transport.abort()
            return
        taker.now = self.now
        if self._answered:
            self._feed_body(data)
        else:
            self._feed_head(data)
        if self.taker is not taker:
            return
        if self._is_done:
            self._complete()
        else:
            taker.flush()

    def _feed_head(self, data: bytes) -> None:
        assert self._parser is not None
        if not self._is_odd:
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                self._switch(self._head + data, upgrade.args[0] + len(self._head))
                return
            except HttpParserError as error:
                if self._is_done:
                    self._has_more = True
                    return
                if self._answered:
                    self._fail_body(error)
                    return
                self._is_odd = True
            if self._answered or self.taker is None:
                self._head = b""
                return
        # Not whole, or nothing for the parser: in either case what came is kept until the head is whole.
        self._head += data
        if self._head[0] in b"\r\n":
            self._fail(broken_answer('malformed HTTP response ""'))
        elif self._is_odd and HEAD_END.search(self._head):
            data, self._head, self._is_odd = self._head, b"", False
            self._feed_odd_head(data)
        elif len(self._head) > LARGEST_HEAD:
            self._fail(Fault(f"net/http: server response headers exceeded {LARGEST_HEAD} bytes; aborted"))

    def _feed_odd_head(self, data: bytes) -> None:
        """What the parser refused, as Go reads it; the parser is then given a head that says the same."""
        seen = HEAD_END.search(data)
        assert seen is not None
        assert self.taker is not None
        try:
            head = answer_head(data[: seen.end()], is_head=self.taker.method == "HEAD")
        except BadAnswer as error:
            self._fail(broken_answer(str(error)))
            return
        self._parser = HttpResponseParser(self)
        rest = data[seen.end() :]
        if 100 <= head.status < 200:
            if rest:
                self._feed_head(rest)
            return
        plain = [b"%b %d \r\n" % (head.version, head.status)]
        plain += [b"%b: %b\r\n" % one for one in head.headers if one[0].lower() == b"connection"]
        if head.is_chunked:
            plain.append(b"Transfer-Encoding: chunked\r\n")
            if self.taker.method != "HEAD":
                head.headers[:] = [one for one in head.headers if one[0].lower() != b"content-length"]
        elif head.length >= 0:
            plain.append(b"Content-Length: %d\r\n" % head.length)
        self._odd_headers = head.headers
        try:
            self._parser.feed_data(b"".join(plain) + b"\r\n" + rest)
        except (HttpParserUpgrade, HttpParserError) as error:
            if self._is_done:
                self._has_more = True
            else:
                self._fail_body(error)

    def _feed_body(self, data: bytes) -> None:
        if self._parser is None:
            if self.taker is not None:
                self.taker.body(data)
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._fail(broken_answer("unexpected upgrade"))
        except HttpParserError as error:
            if self._is_done:
                self._has_more = True
            else:
                self._fail_body(error)

    def _fail_body(self, error: Exception) -> None:
        words = str(error)
        text = next((text for seen, text in BAD_CHUNKS if seen in words), "malformed chunked encoding")
        self._fail(Fault(text))

    def _fail(self, fault: Fault) -> None:
        taker, self.taker = self.taker, None
        self._lost = fault
        self._shaken(fault)
        self.transport.abort()
        self.is_closed = True
        if taker is not None:
            taker.failed(fault, may_repeat=False)

    def _switch(self, data: bytes, offset: int) -> None:
        """101: from here on it is another protocol."""
        assert self.taker is not None
        self._answered = self._is_unframed = True
        self._parser = None
        end = data.find(b"\r\n\r\n") + 4
        self.taker.switched(data[:end], data[max(offset, end) :])

    # ---- what the parser tells

    def on_message_begin(self) -> None:
        self._headers, self._trailers = [], []
        if self._is_done:  # nobody asked for another
            self._has_more = True

    def on_header(self, name: bytes, value: bytes) -> None:
        (self._trailers if self._answered else self._headers).append((name, value))

    def on_headers_complete(self) -> None:
        taker, parser = self.taker, self._parser
        if taker is None or parser is None or self._is_done:
            return
        status = parser.get_status_code()
        if status < 200:
            return
        self._answered = True
        if self._odd_headers is not None:
            self._headers, self._odd_headers = self._odd_headers, None
        self._is_unframed = taker.answered(status, self._headers)
        if taker.method == "HEAD":  # the parser waits for a body that does not come
            self._is_done = True
            self._is_kept = parser.should_keep_alive() or self._is_unframed

    def on_body(self, data: bytes) -> None:
        if self._is_done:
            self._has_more = True
        elif self.taker is not None:
            self.taker.body(data)

    def on_message_complete(self) -> None:
        if self._answered and not self._is_done:
            self._is_done = True
            self._is_kept = self._parser is not None and self._parser.should_keep_alive()

    def _complete(self) -> None:
        """The answer is whole: the connection is free for the next request, unless something speaks against it."""
        taker, self.taker = self.taker, None
        assert taker is not None
        if taker.method == "HEAD":
            self._parser = None
        if self._is_kept and self._written and not self._has_more and not self.is_closed:
            self.idle(self)
        else:
            self._body = None
            self.is_closed = True
            self.transport.close()
        taker.ended(self._trailers)


def _broken(fault: Fault) -> Fault:
    return Fault(broken_answer(fault.text).text, fault.flag, fault.details)


def _shown(address: tuple[str, int]) -> str:
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"
