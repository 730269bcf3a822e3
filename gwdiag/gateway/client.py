"""One client's connection: requests come one after another, and each is answered before the next begins.

Source: net/http's server of Go 1.26: what it accepts, what it refuses and in which words, when it gives up waiting.
"""

import asyncio
import re
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from gwdiag.gateway import answers
from gwdiag.gateway.body import Body
from gwdiag.gateway.exchange import Exchange
from gwdiag.gateway.guards import Refusal
from gwdiag.gateway.heads import (
    LONGEST_LENGTH,
    Headers,
    Refused,
    check_host,
    check_lines,
    has_bad_trailer,
    is_host,
    request_head,
    request_line,
)
from gwdiag.gateway.request import Request
from gwdiag.gateway.sweep import NEVER
from gwdiag.gateway.upstream import HEAD_END
from gwdiag.gateway.urls import DOTS, BadUrl, Url, cleaned, parse_authority, parse_request

if TYPE_CHECKING:
    from gwdiag.gateway.gateway import Gateway

LARGEST_HEAD = (1 << 20) + 4096
LARGEST_PENDING = 1 << 16
LARGEST_DISCARD = 256 << 10
"""Bytes of a body that nobody wants, up to which they are read so that the connection can go on."""
LINGER = 0.5
"""Seconds in which a refused client may still send, so that it gets to read why."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
END = b"\r\n\r\n"
END_SEARCH = re.compile(END).search
REQUEST_LINE = re.compile(rb"([!-~]+) ([!\"$-~]+) (HTTP/1\.[01])\r\n").match
"""One that needs no second look."""


class Early:
    """An answer that is given without the body: it waits until the body has been passed over."""

    __slots__ = ("closes", "data", "refusal")

    def __init__(self, data: bytes, *, closes: bool, refusal: Refusal | None = None) -> None:
        self.data, self.closes, self.refusal = data, closes, refusal


class ClientConnection(asyncio.Protocol):
    """`ip` and `remote` are the peer's, without and with its port."""

    __slots__ = (
        "_begun",
        "_body",
        "_body_left",
        "_buffer",
        "_checked",
        "_discarded",
        "_early",
        "_exchange",
        "_gateway",
        "_has_posted",
        "_headers",
        "_is_closing",
        "_is_draining",
        "_is_running",
        "_is_tunnel",
        "_message_done",
        "_paused",
        "_request",
        "_tail",
        "_trailers",
        "_write_timer",
        "deadline",
        "ip",
        "parser",
        "remote",
        "transport",
    )

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self.parser = HttpRequestParser(self)
        self.ip = self.remote = ""
        self._buffer = b""
        self._checked = 0  # of the buffer: lines of a head that is not whole
        self._tail = b""
        self._headers: Headers = []
        self._trailers: Headers = []
        self._request: Request | None = None
        self._exchange: Exchange | None = None
        self._early: Early | None = None
        self._body: Body | None = None
        self._body_left: int | None = 0
        self._discarded = 0
        self._begun = 0.0
        self.deadline = NEVER
        self._write_timer: asyncio.TimerHandle | None = None
        self._has_posted = False
        self._is_closing = self._is_draining = self._is_running = self._is_tunnel = self._message_done = (
            self._paused
        ) = False

    # ---- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.ip = peer[0]
        self.remote = f"[{peer[0]}]:{peer[1]}" if ":" in peer[0] else f"{peer[0]}:{peer[1]}"
        self._gateway.connections.add(self)
        self._gateway.sweep.connections.add(self)
        self.deadline = monotonic() + self._gateway.read_limit

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._is_closing = True
        gateway = self._gateway
        gateway.connections.discard(self)
        gateway.sweep.connections.discard(self)
        if self._write_timer is not None:
            self._write_timer.cancel()
        self._gone()

    def eof_received(self) -> None:
        """A client that has said all is taken for gone, and is still told what it gets for that."""
        self._is_draining = True
        self._gone()

    def _gone(self) -> None:
        if self._body is not None and not self._message_done:
            self._body_failed()
        elif self._exchange is not None:
            self._exchange.canceled()

    def late(self, now: float) -> None:  # noqa: ARG002
        """read_timeout has passed: between requests, in a head or in a body."""
        self.deadline = NEVER
        if self._body is not None and not self._message_done:
            self._body_failed()
        elif self._exchange is None:
            self.abort()

    def write_late(self) -> None:
        """write_timeout has passed while the client took nothing."""
        if self._exchange is not None:
            self._exchange.write_late()
        else:
            self.abort()

    def abort(self) -> None:
        self._is_closing = True
        self.transport.abort()

    def drain(self) -> None:
        """No further request on this connection."""
        self._is_draining = True
        if self._exchange is None and self._request is None and not self._buffer:
            self._is_closing = True
            self.transport.close()

    # ---- what comes

    def data_received(self, data: bytes) -> None:
        if self._is_closing:
            return
        if self._is_tunnel:
            if self._exchange is not None:
                self._exchange.from_client(data)
            return
        if self._request is not None and not self._message_done:
            self._feed_body(data)
            return
        is_first = not self._buffer
        self._buffer = data if is_first else self._buffer + data
        if self._exchange is not None or self._request is not None:
            if len(self._buffer) > LARGEST_PENDING and not self._paused:
                self._paused = True
                self.transport.pause_reading()
            return
        self._run()
        if is_first and self._buffer and self._request is None:  # from its first byte on a head has as long as idling
            self.deadline = monotonic() + self._gateway.read_limit

    def _run(self) -> None:
        """Takes requests from the buffer as long as they are answered at once."""
        if self._is_running:
            return
        self._is_running = True
        while self._buffer and self._request is None and self._exchange is None and not self._is_closing:
            if not self._next_head():
                break
        self._is_running = False
        if self._paused and len(self._buffer) <= LARGEST_PENDING and not self._is_closing:
            self._paused = False
            self.transport.resume_reading()

    def _next_head(self) -> bool:
        """Whether there was a whole head."""
        data = self._buffer
        if data[0] in b"\r\n":
            if not self._has_posted:
                self._refuse(Refused(400))
                return False
            # Some old clients send an empty line behind the body of a POST.
            data = self._buffer = data[:4].lstrip(b"\r\n") + data[4:]
            self._has_posted = False
            if not data:
                return False
        before = max(self._checked - 3, 0)
        seen = END_SEARCH(data, before) or HEAD_END.search(data, before)
        if seen is None:
            self._wait_for_head(data)
            return False
        self._checked = 0
        end = seen.end()
        try:
            self._begin(data, end)
        except Refused as refused:
            self._refuse(refused)
        return True

    def _wait_for_head(self, data: bytes) -> None:
        """Each line is looked at once, when it is whole, however slowly they come."""
        until = data.rfind(b"\n", self._checked) + 1
        try:
            if until:
                lines = data[self._checked : until]
                if not self._checked:
                    line, _, lines = lines.partition(b"\n")
                    request_line(line.removesuffix(b"\r"))
                check_lines(lines)
                self._checked = until
            if len(data) > LARGEST_HEAD:
                raise Refused(431)
        except Refused as refused:
            self._refuse(refused)

    def _begin(self, data: bytes, end: int) -> None:
        """A head is whole; it ends at `end`, or before where lines end in other ways. Raises Refused."""
        now = self._begun = monotonic()
        self._headers = []
        self._message_done = False
        head = data[:end] if end < len(data) else data
        self._buffer = data[end:] if end < len(data) else b""
        request = self._plain(head)
        if request is None:
            seen = HEAD_END.search(data)
            assert seen is not None
            self._buffer = data[seen.end() :]
            request = self._odd(data[: seen.end()])
        self._has_posted = request.method == "POST"
        self._request = request
        expects = request.noted.get(b"expect")
        if expects and expects.lower() != b"100-continue":
            self._answer(answers.own(417, b"", b"", self._client(close=True), closes=True), has_body=False)
            return
        if request.length == 0:
            self._message_done = True
            self.deadline = NEVER
        else:
            self._body = Body(is_chunked=request.length is None)
            self._body_left = request.length
            self._tail = b""
            self._discarded = 0
            self.deadline = now + self._gateway.read_limit
        self._route(request)

    def _plain(self, head: bytes) -> Request | None:
        """What the parser takes, and Go takes as well; None for everything else. Raises Refused."""
        line = REQUEST_LINE(head)
        if line is None:
            return None
        try:
            self.parser.feed_data(head)
        except (HttpParserError, HttpParserUpgrade):
            self.parser = HttpRequestParser(self)
            return None
        method, target, version = line.groups()
        request = Request(method.decode("ascii"), target.decode("latin-1"), version.decode("ascii"), self._headers)
        noted = request.noted
        host = noted.get(b"host")
        if b"host" in request.doubled:
            raise Refused(400)
        if not host or not is_host(host):
            check_host(request.headers, version, method)
        if b"content-length" in noted:
            request.length = int(noted[b"content-length"])
            if request.length >= LONGEST_LENGTH:
                raise Refused(400)
        if b"transfer-encoding" in noted:
            is_single = noted[b"transfer-encoding"].lower() == b"chunked" and not request.doubled
            if not is_single or version == b"HTTP/1.0":
                self.parser = HttpRequestParser(self)
                return None
            if has_bad_trailer(request.headers):
                raise Refused(400)
            request.length = None
            self.parser.set_dangerous_leniencies(lenient_spaces_after_chunk_size=True)
        return request

    def _odd(self, head: bytes) -> Request:
        """Raises Refused. The parser is given a head that says the same of the body."""
        read = request_head(head)
        self.parser = HttpRequestParser(self)
        framing = b"Transfer-Encoding: chunked\r\n" if read.is_chunked else b"Content-Length: %d\r\n" % read.length
        self.parser.feed_data(b"POST / HTTP/1.1\r\nHost: odd\r\n" + framing + b"\r\n")
        self._message_done = False
        if read.is_chunked:
            self.parser.set_dangerous_leniencies(lenient_spaces_after_chunk_size=True)
        method, version = read.method.decode("ascii"), read.version.decode("ascii")
        request = Request(method, read.target.decode("latin-1"), version, read.headers)
        request.length = None if read.is_chunked else read.length
        return request

    def _refuse(self, refused: Refused) -> None:
        """The connection is closed behind it; what still comes is read for a moment, so that the answer arrives."""
        self._gateway.metrics.refused[int(refused.answer[9:12])] += 1
        self._last_words(refused.answer)

    def _last_words(self, data: bytes) -> None:
        self._is_closing = True
        self.deadline = NEVER
        self.transport.write(data)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._gateway.later(LINGER, self.transport.close)

    # ---- where it goes

    def _client(self, *, close: bool = False) -> answers.Client:
        request = self._request
        assert request is not None
        return answers.Client(request.method, request.version == "HTTP/1.0", close or request.wants_close)

    def _route(self, request: Request) -> None:
        target = request.target
        try:
            is_authority = request.method == "CONNECT" and not target.startswith("/")
            url = parse_authority(target) if is_authority else parse_request(target)
        except BadUrl:
            raise Refused(400) from None
        if url.host:  # the absolute form names the host
            request.noted[b"host"] = url.host.encode("latin-1")
        if target == "*" and request.method == "OPTIONS":
            self._answer(answers.own(200, b"", b"", self._client(), closes=self._closes()))
            return
        most = self._gateway.settings.max_request_body_size
        if most > 0 and self._body is not None:
            if (request.length or 0) > most:
                self._too_large(request.length or 0)
            else:
                self._take_body()  # it is read before anything else is looked at
            return
        self._find(request, url)

    def _too_large(self, length: int) -> None:
        is_huge = length > LARGEST_DISCARD
        closes = self._closes() or is_huge
        answer = answers.plain_error(413, b"Request Entity Too Large", self._client(), closes=closes)
        if is_huge:
            self._last_words(answer[0])
        else:
            self._answer(answer)

    def _closes(self) -> bool:
        return self._gateway.settings.close_connections or self._gateway.is_draining or self._is_draining

    def _find(self, request: Request, url: Url) -> None:
        gateway, path = self._gateway, url.path
        if DOTS.search(path) or not path.startswith("/"):
            clean = cleaned(path)
            if clean != path:
                location = replace(url, path=clean, is_plain=False).written()
                self._answer(answers.moved(location, self._client(), closes=self._closes()))
                return
        api = gateway.api(path)
        if api is None:
            self._find_nothing(request, path)
            return
        exchange = Exchange(gateway, self, api, request, url, self._begun)
        refusal = exchange.refusal() if api.guards else None
        self._exchange = exchange
        if refusal is not None:
            if self._message_done:
                exchange.refuse(refusal)
            else:
                self._early = Early(b"", closes=False, refusal=refusal)
                self._pass_over()
        elif self._message_done:
            exchange.start()
        else:
            self._take_body()

    def _find_nothing(self, request: Request, path: str) -> None:
        """No API: a page of the gateway's own, or 404."""
        gateway = self._gateway
        if own := gateway.own_page(path):
            self._answer(answers.own(200, own[0], own[1], self._client(), closes=self._closes()))
            return
        if gateway.settings.track_404_logs:
            line = f"{request.method} {request.target} {request.version}"
            gateway.log.message("error", "Not Found", host=request.host, origin=self.remote, request=line)
        self._answer(answers.not_found(self._client(), closes=self._closes()))

    def _answer(self, answer: tuple[bytes, bool], *, has_body: bool = True) -> None:
        """An answer that no API has a part in."""
        data, closes = answer
        if self._message_done or not has_body:
            self.transport.write(data)
            self.done(monotonic(), closes=closes)
            return
        self._early = Early(data, closes=closes)
        self._pass_over()

    def _pass_over(self) -> None:
        """Nobody wants the body; the answer goes out behind it."""
        request = self._request
        assert request is not None
        if b"expect" in request.noted and request.length is None:
            self._give_early(closes=True)
            return
        self._feed_pending()

    def _take_body(self) -> None:
        request = self._request
        assert request is not None
        if b"expect" in request.noted and request.version != "HTTP/1.0":
            self.transport.write(CONTINUE)
        self._feed_pending()

    def _feed_pending(self) -> None:
        data, self._buffer = self._buffer, b""
        if data:
            self._feed_body(data)

    def _give_early(self, *, closes: bool) -> None:
        early, self._early = self._early, None
        assert early is not None
        self._message_done = True
        self._body = None
        if closes and not early.closes:
            early.data = early.data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        if early.refusal is not None and self._exchange is not None:
            self._exchange.client.wants_close |= closes
            self._exchange.refuse(early.refusal)
            return
        self.transport.write(early.data)
        self.done(monotonic(), closes=closes or early.closes)

    # ---- the body

    def _feed_body(self, data: bytes) -> None:
        """What is behind the end of the body waits in the buffer."""
        try:
            if self._body_left is not None:
                here = data[: self._body_left]
                self._body_left -= len(here)
                self._buffer = data[len(here) :]
                self.parser.feed_data(here)
            else:
                self._feed_chunks(data)
        except (HttpParserError, HttpParserUpgrade):
            self._message_done = True
            self._body_failed()
            return
        if self._message_done and self._request is not None:
            self._body_done()

    def _feed_chunks(self, data: bytes) -> None:
        """Chunks end with an empty line; the parser is fed up to each, so that it never begins the next request."""
        before = len(self._tail)
        window = self._tail + data
        at = before
        found = window.find(END)
        while found >= 0 and not self._message_done:
            self.parser.feed_data(window[at : found + 4])
            at = found + 4
            found = window.find(END, at)
        if not self._message_done:
            self.parser.feed_data(window[at:])
        elif self._request is not None:
            self._buffer = window[at:]
        self._tail = window[-3:]

    def _body_done(self) -> None:
        self.deadline = NEVER
        request, exchange, body = self._request, self._exchange, self._body
        if self._early is not None:
            self._give_early(closes=False)
            return
        assert request is not None
        request.body, self._body = body, None
        if exchange is not None:
            exchange.start()
            return
        # max_request_body_size: the body was read before the request was looked at.
        self._find(request, parse_request(request.target))

    def _body_failed(self) -> None:
        self.deadline = NEVER
        self._message_done = True
        request, body, self._body = self._request, self._body, None
        if body is not None:
            body.close()
        if self._early is not None:
            self._give_early(closes=True)
        elif self._exchange is not None:
            is_cut = self._is_draining and request is not None and request.length is not None
            self._exchange.body_failed(says_close=not is_cut)
        elif self._request is not None:
            self._answer(answers.plain_error(500, b"Internal Server Error", self._client(close=True), closes=True))

    # ---- what the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._body is None:
            self._headers.append((name, value))
        else:
            self._trailers.append((name, value))

    def on_body(self, data: bytes) -> None:
        body = self._body
        if body is None:
            return
        if self._early is not None:
            self._discarded += len(data)
            if self._discarded > LARGEST_DISCARD:
                self._give_early(closes=True)
            return
        body.add(data)
        most = self._gateway.settings.max_request_body_size
        if 0 < most < body.size and self._exchange is None:
            too_large = answers.plain_error(413, b"Request Entity Too Large", self._client(close=True), closes=True)
            self._message_done = True
            self._body = None
            self._answer(too_large)

    def on_message_complete(self) -> None:
        self._message_done = True
        body, trailers, self._trailers = self._body, self._trailers, []
        request = self._request
        if body is not None and trailers and request is not None and b"trailer" in request.noted:
            body.trailers = b"".join(b"%b: %b\r\n" % one for one in trailers)

    # ---- what goes

    def write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def tunnel(self, data: bytes) -> None:
        """From here on bytes go through as they are."""
        self._is_tunnel = True
        self.write(data)
        if self._buffer and self._exchange is not None:
            self._exchange.from_client(self._buffer)
            self._buffer = b""

    def pause_writing(self) -> None:
        exchange = self._exchange
        if exchange is not None and exchange.upstream is not None:
            exchange.upstream.pause()
        loop = asyncio.get_running_loop()
        late = self._begun + self._gateway.write_limit - monotonic()
        self._write_timer = loop.call_later(max(late, 0.0), self.write_late)

    def resume_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        exchange = self._exchange
        if exchange is not None and exchange.upstream is not None:
            exchange.upstream.resume()

    def done(self, now: float, *, closes: bool) -> None:
        """The answer has been written."""
        self._exchange = self._request = self._body = None
        self._message_done = False
        if closes or self._is_draining or self._is_closing:
            self._is_closing = True
            self.transport.close()
            return
        self.deadline = now + self._gateway.read_limit
        if self._buffer or self._paused:
            self._run()
