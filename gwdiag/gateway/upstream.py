"""One connection to an upstream: a request goes out, an answer comes back, and perhaps the next."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

from gwdiag.gateway import faults
from gwdiag.gateway.answer_reader import AnswerReader, Taker
from gwdiag.gateway.faults import Fault, broken_answer
from gwdiag.gateway.tls import TlsSide

if TYPE_CHECKING:
    import ssl

    from gwdiag.gateway.body import Body

SETTLING = 0.002
PIECE = 1 << 16


class Keeper(Protocol):
    """Is told when a connection is free, and when it is gone."""

    def free(self, upstream: "Upstream") -> None: ...
    def gone(self, upstream: "Upstream") -> None: ...


class Upstream(asyncio.Protocol):
    """Over TLS where `secured` is given. Only `keeper` may hand it to somebody else."""

    __slots__ = (
        "_body",
        "_handshake",
        "_is_paused",
        "_is_written",
        "_keeper",
        "_lost",
        "_reader",
        "_secured",
        "_source",
        "_tls",
        "created",
        "idle_since",
        "is_closed",
        "local",
        "now",
        "peer",
        "served",
        "transport",
    )

    def __init__(self, secured: "ssl.SSLContext | None", keeper: Keeper, created: float) -> None:
        self._keeper, self.created = keeper, created
        self.idle_since = self.now = created
        self.served = 0
        self.is_closed = False
        self._secured = secured
        self._tls: TlsSide | None = None
        self._lost: Fault | None = None
        self._handshake: asyncio.Future[None] | None = None
        self._reader = AnswerReader()
        self._body: Body | None = None
        self._is_written = True
        self._is_paused = False
        self._source: asyncio.ReadTransport | None = None  # of what goes through after an upgrade

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
        self._keeper.gone(self)
        fault = faults.of_connection(exc, self.local, self.peer) if isinstance(exc, OSError) else None
        self._lost = self._lost or fault
        self._shaken(fault or faults.EOF)
        reader = self._reader
        taker, reader.taker = reader.taker, None
        if taker is None:
            return
        taker.now = monotonic()
        if reader.has_answered:
            if reader.is_unframed and fault is None:
                taker.ended([])
            else:
                taker.failed(fault or faults.UNEXPECTED_EOF, may_repeat=False)
        elif reader.has_begun:
            taker.failed(_broken(fault or faults.UNEXPECTED_EOF), may_repeat=False)
        else:
            taker.failed(fault or faults.EOF, may_repeat=self.served > 1)

    def abort(self) -> None:
        """Gives the connection up; nobody is told."""
        self._reader.taker = None
        self.is_closed = True
        self.transport.abort()

    def close(self) -> None:
        """It is not used again."""
        self.is_closed = True
        self.transport.close()

    def free(self) -> None:
        """Nobody needs it at the moment."""
        self._keeper.free(self)

    def pause(self) -> None:
        """The one whom the answer is for does not keep up."""
        self._is_paused = True
        if not self.is_closed:
            self.transport.pause_reading()

    def resume(self) -> None:
        self._is_paused = False
        if not self.is_closed:
            self.transport.resume_reading()

    # ---- the request

    def send(self, taker: Taker, head: bytes, body: "Body | None") -> None:
        if self.is_closed:
            asyncio.get_running_loop().call_soon(self._tell, taker)
            return
        self.served += 1
        self._reader.begin(taker)
        if body is None or not (body.size or body.is_chunked):
            self._write(head)
            return
        if body.is_small:
            self._write(head + body.whole())
            return
        self._write(head)
        body.rewind()
        self._body, self._is_written = body, False
        self._pump()

    def _tell(self, taker: Taker) -> None:
        taker.now = monotonic()
        taker.failed(self._lost or faults.EOF, may_repeat=self.served > 0)

    def tunnel(self, data: bytes, source: asyncio.ReadTransport) -> None:
        """Bytes of another protocol, after an upgrade; no more of them are read while these are not taken."""
        self._source = source
        self._write(data)

    def _pump(self) -> None:
        """As much of a large body as the connection takes; `resume_writing` goes on."""
        while self._body is not None and not self.is_closed:
            piece = self._body.piece(PIECE)
            if not piece:
                self._body, self._is_written = None, True
                return
            self._write(piece)
            if self.transport.get_write_buffer_size() > PIECE:
                return

    def pause_writing(self) -> None:
        if self._source is not None:  # a body waits by itself
            self._source.pause_reading()

    def resume_writing(self) -> None:
        self._pump()
        if self._source is not None:
            self._source.resume_reading()

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
            data = self._decrypted(self._tls, data)
            if not data:
                return
        reader = self._reader
        taker = reader.taker
        now = self.now = monotonic()
        if taker is None:  # nobody asked: whatever this is, no answer may follow it
            self.transport.abort()
            return
        taker.now = now
        if reader.left >= len(data):  # more of a body whose length is known, as most of what comes
            reader.left -= len(data)
            reader.is_done = not reader.left
            taker.more(data)
            if reader.is_done and reader.taker is not None:
                self._complete()
            return
        try:
            reader.feed(data)
        except Fault as fault:
            self._fail(fault)
            return
        if reader.taker is None:  # given up meanwhile
            return
        if reader.is_done:
            self._complete()
        else:
            taker.flush()

    def _decrypted(self, tls: TlsSide, data: bytes) -> bytes:
        """What was in it for the reader, perhaps nothing."""
        if not tls.is_ready:
            self._shake(data)
            return b""
        try:
            data = tls.decrypted(data)
        except Fault as fault:
            self._fail(fault)
            return b""
        self._shaken(None)
        if tls.is_ended:  # TLS says so before TCP does, and may wait for us
            self.close()
        return data

    def _complete(self) -> None:
        """The answer is whole: the connection is free for the next request, unless something speaks against it."""
        reader = self._reader
        taker, whole = reader.finish()
        if self._is_paused:  # its last bytes were too many for the one it was for; the next one is another
            self.resume()
        if reader.is_kept and self._is_written and not reader.has_more and not self.is_closed:
            self._keeper.free(self)
        else:
            self._body = None
            self.close()
        if whole is not None:
            taker.whole(*whole)
        else:
            taker.ended(reader.trailers)

    def _fail(self, fault: Fault) -> None:
        taker, self._reader.taker = self._reader.taker, None
        self._lost = fault
        self._shaken(fault)
        self.transport.abort()
        self.is_closed = True
        if taker is not None:
            taker.failed(fault, may_repeat=False)


def _broken(fault: Fault) -> Fault:
    return Fault(broken_answer(fault.text).text, fault.flag, fault.details)


def _shown(address: tuple[str, int]) -> str:
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"
