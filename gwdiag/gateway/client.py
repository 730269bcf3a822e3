"""One client's connection: requests come one after another, and each is answered before the next begins.

Source: net/http's server of Go 1.26: when it gives up waiting, what it answers itself, when it closes.
"""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, cast

from gwdiag.gateway import own_answers
from gwdiag.gateway.exchange import Exchange
from gwdiag.gateway.guards import Refusal
from gwdiag.gateway.heads import Refused
from gwdiag.gateway.request import Request
from gwdiag.gateway.request_reader import END, LARGEST_DISCARD, BadBody, RequestReader
from gwdiag.gateway.sweep import NEVER

if TYPE_CHECKING:
    from gwdiag.gateway.gateway import Gateway

LARGEST_PENDING = 1 << 16
LINGER = 0.5
"""Seconds in which a refused client may still send, so that it gets to read why."""
EMPTY_LINE = b"\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Early:
    """An answer that is given without the body: it waits until the body has been passed over."""

    __slots__ = ("closes", "data", "refusal")

    def __init__(self, data: bytes, *, closes: bool, refusal: Refusal | None = None) -> None:
        self.data, self.closes, self.refusal = data, closes, refusal


class ClientConnection(asyncio.Protocol):
    """`ip` and `remote` are the peer's, without and with its port; `logged_...` as the access log writes them.

    What comes is the head of a request, or a body, or waits in the buffer until the request before is answered.
    """

    __slots__ = (
        "_begun",
        "_buffer",
        "_early",
        "_exchange",
        "_gateway",
        "_has_posted",
        "_is_closing",
        "_is_draining",
        "_is_running",
        "_is_tunnel",
        "_paused",
        "_reader",
        "_request",
        "_write_timer",
        "deadline",
        "ip",
        "ip_bytes",
        "logged_ip",
        "logged_remote",
        "remote",
        "transport",
    )

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._reader = RequestReader()
        self._buffer = b""
        self._request: Request | None = None
        self._exchange: Exchange | None = None
        self._early: Early | None = None
        self._begun = 0.0
        self._write_timer: asyncio.TimerHandle | None = None
        self._has_posted = self._is_closing = self._is_draining = self._is_running = False
        self._is_tunnel = self._paused = False

    # ---- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        ip, port = transport.get_extra_info("peername")[:2]
        self.ip, self.ip_bytes = ip, ip.encode()
        self.remote = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
        self.logged_ip, self.logged_remote = map(self._gateway.log.encode, (ip, self.remote))
        self._gateway.connections.add(self)
        self.deadline = monotonic() + self._gateway.read_limit

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._is_closing = True
        self._gateway.connections.discard(self)
        if self._write_timer is not None:
            self._write_timer.cancel()
        self._gone()

    def eof_received(self) -> None:
        """A client that has said all is taken for gone, and is still told what it gets for that."""
        self._is_draining = True
        self._gone()

    def _gone(self) -> None:
        if self._awaits_body:
            self._body_failed()
        elif self._exchange is not None:
            self._exchange.canceled()

    def late(self, now: float) -> None:  # noqa: ARG002
        """read_timeout has passed: between requests, in a head or in a body."""
        self.deadline = NEVER
        if self._awaits_body:
            self._body_failed()
        elif self._exchange is None:
            self.abort()

    @property
    def _awaits_body(self) -> bool:
        return self._reader.body is not None and not self._reader.is_whole

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
        if self._request is not None:
            self._received_more(data, self._request)
        elif self._write_timer is not None:
            self._keep(data)
        elif self._buffer:
            self._buffer += data
            self._run()
        elif 0 < data.find(END) == len(data) - 4 and data[0] not in EMPTY_LINE:
            # One whole head and nothing else, as most come.
            try:
                self._take_head(data, b"")
            except Refused as refused:
                self._refuse(refused)
        else:
            self._buffer = data
            self._run()
            if self._buffer and self._request is None:  # from its first byte on a head has as long as idling
                self.deadline = monotonic() + self._gateway.read_limit

    def _received_more(self, data: bytes, request: Request) -> None:
        """There is a request already: this belongs to its body, to what it became, or to the next one."""
        if self._is_tunnel:
            if self._exchange is not None:
                self._exchange.from_client(data)
        elif not self._reader.is_whole:
            self._feed_body(data, request)
        else:
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        """Its turn has not come yet."""
        self._buffer += data
        if len(self._buffer) > LARGEST_PENDING and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def _run(self) -> None:
        """Takes requests from the buffer as long as they are answered at once, and the answers are taken."""
        if self._is_running:
            return
        self._is_running = True
        while self._buffer and self._request is None and self._write_timer is None and not self._is_closing:
            try:
                if not self._next():
                    break
            except Refused as refused:
                self._refuse(refused)
        self._is_running = False
        is_in_head = self._request is None and self._write_timer is None  # it may be longer than what else waits
        if self._paused and not self._is_closing and (is_in_head or len(self._buffer) <= LARGEST_PENDING):
            self._paused = False
            self.transport.resume_reading()

    def _next(self) -> bool:
        """Whether there was a whole head. Raises Refused."""
        data = self._buffer
        if data[0] in EMPTY_LINE:
            data = self._without_empty_line(data)
            if not data:
                return False
        end = self._reader.head_end(data)
        if end < 0:
            return False
        self._take_head(data[:end], data[end:])
        return True

    def _take_head(self, head: bytes, rest: bytes) -> None:
        """A head is whole; it ends there, or before where lines end in other ways. Raises Refused."""
        self._begun = monotonic()
        request = self._reader.plain(head, self._gateway.ways)
        if request is None:
            request, end = self._reader.odd(head, self._gateway.ways)
            rest = head[end:] + rest
        self._buffer = rest
        self._request = request
        self._begin(request)

    def _without_empty_line(self, data: bytes) -> bytes:
        """Some old clients send an empty line behind the body of a POST. Raises Refused."""
        if not self._has_posted:
            raise Refused(400)
        self._buffer = data[:4].lstrip(EMPTY_LINE) + data[4:]
        self._has_posted = False
        return self._buffer

    def _refuse(self, refused: Refused) -> None:
        """The connection is closed behind it; what still comes is read for a moment, so that the answer arrives."""
        self._gateway.metrics.refused[int(refused.answer[9:12])] += 1
        self._last_words(refused.answer)

    def _last_words(self, data: bytes) -> None:
        self._is_closing = True
        self._request = self._reader.body = None
        self.deadline = NEVER
        self.transport.write(data)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._gateway.later(LINGER, self.transport.close)

    # ---- where it goes

    def _begin(self, request: Request) -> None:
        """Raises Refused."""
        way = request.way
        self._has_posted = way.method == "POST"
        if request.length == 0 and way.is_usual and not request.fields.expects:
            self._reader.is_whole = True
            self.deadline = NEVER
            self._find(request)
        else:
            self._begin_unusual(request)

    def _begin_unusual(self, request: Request) -> None:
        """With a body, or something else out of the ordinary. Raises Refused."""
        gateway, way = self._gateway, request.way
        if b"expect" in request.noted and request.noted[b"expect"].lower() not in (b"", b"100-continue"):
            request.wants_close = True
            self._answer(own_answers.own(417, b"", b"", request, closes=True), has_body=False)
            return
        if request.length == 0:
            self._reader.is_whole = True
            self.deadline = NEVER
        else:
            self._reader.begin_body(request)
            self.deadline = self._begun + gateway.read_limit
        if way.is_special and self._answer_special(request):
            return
        if request.length != 0 and gateway.settings.max_request_body_size > 0:
            if (request.length or 0) > gateway.settings.max_request_body_size:
                self._too_large(request)
            else:
                self._take_body(request)  # it is read before anything else is looked at
        else:
            self._find(request)

    def _answer_special(self, request: Request) -> bool:
        """Whether a line out of the ordinary is answered already. Raises Refused."""
        way = request.way
        if way.is_bad:
            raise Refused(400)
        if way.host:
            request.noted = {**request.noted, b"host": way.host}
        if way.is_server_wide:
            self._answer(own_answers.own(200, b"", b"", request, closes=self._closes()))
        return way.is_server_wide

    def _too_large(self, request: Request) -> None:
        is_huge = (request.length or 0) > LARGEST_DISCARD
        closes = self._closes() or is_huge
        answer = own_answers.plain_error(413, b"Request Entity Too Large", request, closes=closes)
        if is_huge:
            self._last_words(answer[0])
        else:
            self._answer(answer)

    def _closes(self) -> bool:
        return self._gateway.closes_connections or self._is_draining

    def _find(self, request: Request) -> None:
        way = request.way
        if way.api is None:
            self._find_nothing(request)
            return
        exchange = self._exchange = Exchange(self._gateway, self, way.api, request, self._begun)
        refusal = exchange.refusal() if way.guards else None
        if refusal is not None:
            self._early = Early(b"", closes=False, refusal=refusal)
            if self._reader.is_whole:
                self._give_early(closes=False)
            else:
                self._pass_over(request)
        elif self._reader.is_whole:
            exchange.start()
        else:
            self._take_body(request)

    def _find_nothing(self, request: Request) -> None:
        """No API: another path, a page of the gateway's own, or 404."""
        gateway, way, closes = self._gateway, request.way, self._closes()
        if way.location:
            self._answer(own_answers.moved(way.location, request, closes=closes))
            return
        if own := gateway.own_page(way.url.path):
            self._answer(own_answers.own(200, own[0], own[1], request, closes=closes))
            return
        if gateway.settings.track_404_logs:
            line = f"{way.method} {way.target} {way.version}"
            gateway.log.message("error", "Not Found", host=request.host, origin=self.remote, request=line)
        self._answer(own_answers.not_found(request, closes=closes))

    def _answer(self, answer: tuple[bytes, bool], *, has_body: bool = True) -> None:
        """An answer that no API has a part in."""
        data, closes = answer
        if self._reader.is_whole or not has_body:
            self.transport.write(data)
            self.done(monotonic(), closes=closes)
        elif self._request is not None:
            self._early = Early(data, closes=closes)
            self._pass_over(self._request)

    def _pass_over(self, request: Request) -> None:
        """Nobody wants the body; the answer goes out behind it."""
        self._reader.discards = True
        if b"expect" in request.noted and request.length is None:
            self._give_early(closes=True)
        else:
            self._feed_pending(request)

    def _give_early(self, *, closes: bool) -> None:
        early, self._early = self._early, None
        request = self._request
        assert early is not None
        assert request is not None
        self._reader.is_whole = True
        self._reader.body = None
        if closes and not early.closes:
            early.data = early.data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
        if early.refusal is not None and self._exchange is not None:
            request.wants_close |= closes
            self._exchange.refuse(early.refusal)
            return
        self.transport.write(early.data)
        self.done(monotonic(), closes=closes or early.closes)

    # ---- the body

    def _take_body(self, request: Request) -> None:
        if b"expect" in request.noted and not request.is_http10:
            self.transport.write(CONTINUE)
        self._feed_pending(request)

    def _feed_pending(self, request: Request) -> None:
        data, self._buffer = self._buffer, b""
        if data:
            self._feed_body(data, request)

    def _feed_body(self, data: bytes, request: Request) -> None:
        """What is behind the end of the body waits in the buffer."""
        reader, most = self._reader, self._gateway.settings.max_request_body_size
        try:
            self._buffer = reader.feed(data)
        except BadBody:
            self._body_failed()
            return
        if reader.discards_too_much:
            self._give_early(closes=True)
        elif self._early is None and self._exchange is None and reader.body is not None and reader.body.size > most > 0:
            reader.body.close()
            reader.body = None
            reader.is_whole = request.wants_close = True
            self._answer(own_answers.plain_error(413, b"Request Entity Too Large", request, closes=True))
        elif reader.is_whole:
            self._body_done(request)

    def _body_done(self, request: Request) -> None:
        self.deadline = NEVER
        if self._early is not None:
            self._give_early(closes=False)
            return
        request.body = self._reader.take_body(request)
        if self._exchange is not None:
            self._exchange.start()
        else:  # max_request_body_size: the body was read before the request was looked at
            self._find(request)

    def _body_failed(self) -> None:
        self.deadline = NEVER
        reader, request = self._reader, self._request
        assert request is not None
        reader.is_whole = True
        body, reader.body = reader.body, None
        if body is not None:
            body.close()
        if self._early is not None:
            self._give_early(closes=True)
        elif self._exchange is not None:
            is_cut = self._is_draining and request.length is not None
            self._exchange.body_failed(says_close=not is_cut)
        else:
            request.wants_close = True
            self._answer(own_answers.plain_error(500, b"Internal Server Error", request, closes=True))

    # ---- what goes

    def write(self, data: bytes | memoryview) -> None:
        self.transport.write(data)

    def tunnel(self, data: bytes) -> None:
        """From here on bytes go through as they are."""
        self._is_tunnel = True
        self.write(data)
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
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
        if self._request is None and self._buffer:
            self._run()

    def done(self, now: float, *, closes: bool) -> None:
        """The answer has been written."""
        self._exchange = self._request = self._reader.body = None
        self._reader.is_whole = False
        if closes or self._is_draining or self._is_closing:
            self._is_closing = True
            self.transport.close()
            return
        self.deadline = now + self._gateway.read_limit
        if self._buffer or self._paused:
            self._run()
