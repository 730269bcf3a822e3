"""One TCP connection, in the place of asyncio's transport: it is read and sent in the rounds of `rounds`.

What protocols are told, and when they are told to pause, is as asyncio has it.
"""

import asyncio
import socket
from contextlib import suppress

from gwdiag.gateway.rounds import Rounds

LONG = 1 << 14
"""Bytes that do not wait for the end of the round to be sent."""
HIGH, LOW = 1 << 16, 1 << 14
"""Bytes that wait to be sent: from the first on the protocol is to pause, up to the second it goes on; asyncio's."""
MOST_PIECES = 1024
"""Linux's UIO_MAXIOV."""

Piece = bytes | memoryview


class Stream(asyncio.Transport):
    """Tells the protocol what comes, from now on. `goes_first`: in each round before those that do not. `peer`: its
    address, which the kernel no longer knows when it has gone at once.

    `reads`: something may come and is wanted; `is_blocked`: the kernel takes no more at the moment.
    """

    __slots__ = (
        "_descriptor",
        "_has_said_all",
        "_is_closing",
        "_is_heard",
        "_is_listed",
        "_is_over",
        "_peer",
        "_protocol",
        "_protocol_is_paused",
        "_rounds",
        "_size",
        "_socket",
        "_unsent",
        "goes_first",
        "is_blocked",
        "reads",
    )

    def __init__(
        self,
        rounds: Rounds,
        connected: socket.socket,
        peer: tuple[str, int],
        protocol: asyncio.Protocol,
        *,
        goes_first: bool = False,
    ) -> None:
        self._rounds, self._socket, self._protocol, self.goes_first = rounds, connected, protocol, goes_first
        self._peer = peer
        self._descriptor = connected.fileno()
        self._unsent: list[Piece] = []
        self._size = 0  # bytes in it
        self._is_listed = False  # for the end of this round
        self.is_blocked = False
        self._is_heard = False  # by the rounds
        self._is_closing = self._is_over = self._has_said_all = self._protocol_is_paused = False
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reads = True
        protocol.connection_made(self)
        self._listen()

    def get_extra_info(self, name: str, default: object = None) -> object:
        """`socket`, `sockname` and `peername`."""
        if name == "sockname":
            return self._socket.getsockname()
        return {"peername": self._peer, "socket": self._socket}.get(name, default)

    # ---- what comes

    def receive(self, most: int) -> bytes | OSError | None:
        """What there is, nothing at its end, or why there will be no more; None: not now."""
        try:
            return self._socket.recv(most)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            return error

    def tell(self, data: bytes | OSError) -> None:
        """The protocol, of what was received."""
        if self._is_closing:
            return
        if type(data) is bytes and data:
            self._protocol.data_received(data)
        elif isinstance(data, OSError):
            self._lose(data)
        else:
            self.reads = False
            if self._protocol.eof_received():
                self._listen()
            else:
                self.close()

    def pause_reading(self) -> None:
        self.reads = False
        self._listen()

    def resume_reading(self) -> None:
        self.reads = not self._is_closing
        self._listen()

    # ---- what goes

    def write(self, data: Piece) -> None:  # type: ignore[override]
        """At the end of the round, or at once where it is long."""
        if self._is_closing or not data:
            return
        self._unsent.append(data)
        self._size += len(data)
        if not self._is_listed:
            self._is_listed = True
            self._rounds.unsent.append(self)
        if self._size > LONG:
            if not self.is_blocked:
                self.send()
            if self._size > HIGH and not self._protocol_is_paused:
                self._protocol_is_paused = True
                self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        return self._size

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if self._is_closing or self._has_said_all:
            return
        self._has_said_all = True
        if not self._unsent:
            self._shut()

    def flush(self) -> None:
        """At the end of the round."""
        self._is_listed = False
        if self._unsent and not self.is_blocked:
            self.send()

    def send(self) -> None:
        """As much of what is unsent as the kernel takes."""
        unsent = self._unsent
        try:
            if len(unsent) == 1:
                sent = self._socket.send(unsent[0])
            elif self._size <= LONG:
                sent = self._socket.send(b"".join(unsent))
            else:
                sent = self._socket.sendmsg(unsent[:MOST_PIECES])
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._lose(error)
            return
        if sent == self._size:
            unsent.clear()
            self._size = 0
            if self.is_blocked or self._is_closing or self._has_said_all:
                self._all_sent()
        else:
            self._keep_from(sent)

    def _keep_from(self, sent: int) -> None:
        unsent = self._unsent
        self._size -= sent
        while sent >= len(unsent[0]):
            sent -= len(unsent.pop(0))
        if sent:
            unsent[0] = memoryview(unsent[0])[sent:]
        if not self.is_blocked:
            self.is_blocked = True
            self._listen()
        if self._size <= LOW:
            self._resume()

    def _all_sent(self) -> None:
        if self.is_blocked:
            self.is_blocked = False
            self._listen()
            self._resume()
            if self._unsent:  # the protocol went on at once
                return
        if self._is_closing:
            self._end(None)
        elif self._has_said_all:
            self._shut()

    def _resume(self) -> None:
        if self._protocol_is_paused:
            self._protocol_is_paused = False
            self._protocol.resume_writing()

    def _shut(self) -> None:
        with suppress(OSError):  # the peer is gone already
            self._socket.shutdown(socket.SHUT_WR)

    # ---- its end

    def close(self) -> None:
        """What was written is still sent; nothing more is read."""
        if self._is_closing:
            return
        self._is_closing, self.reads = True, False
        self._listen()
        if not self._unsent:
            self._end(None)

    def abort(self) -> None:
        """What was written may be lost."""
        self._lose(None)

    def _lose(self, error: OSError | None) -> None:
        self._is_closing = True
        self.is_blocked = self.reads = False
        self._unsent.clear()
        self._size = 0
        self._listen()
        self._end(error)

    def _end(self, error: OSError | None) -> None:
        """The protocol hears of it when it is done with what it does now."""
        if not self._is_over:
            self._is_over = True
            asyncio.get_running_loop().call_soon(self._ended, error)

    def _ended(self, error: OSError | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._socket.close()

    def _listen(self) -> None:
        is_heard = self.reads or self.is_blocked
        if is_heard or self._is_heard:
            self._is_heard = is_heard
            self._rounds.listen(self, self._descriptor, reads=self.reads, writes=self.is_blocked)
