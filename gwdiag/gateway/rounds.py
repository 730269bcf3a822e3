"""Connections are served in rounds: what has come is read, then it is worked on, then what was written is sent.

A call into the kernel costs more than its own time: the code after it starts with cold caches. With four calls spread
over each request that is a third of all; so calls stand beside calls here, and code beside code. Under little load a
round is one connection, and nothing waits. Redis and nginx hold answers back to the end of a round as well.

The connections have an epoll of their own, which is one more descriptor to asyncio's loop. Source: epoll(7).
"""

import asyncio
from select import EPOLLIN, EPOLLOUT, epoll
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gwdiag.gateway.stream import Stream

AT_ONCE = 64
"""Connections of one round: what they sent fits in the processor's cache."""
FIRST_READ = 1 << 13
"""Bytes that are read of each at once."""
MOST_READ = 120 << 10
"""The same of one that has more to say. For 128 KiB malloc would turn to the kernel each time."""
MOST_READS = 4
"""How often one is read in a round that has more and more to say."""


class Rounds:
    """`unsent`: who has something to send at the end of the round."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._epoll = epoll()
        self._streams: dict[int, Stream] = {}
        self._unsent: list[Stream] = []
        self._is_running = False
        loop.add_reader(self._epoll.fileno(), self._run)

    def listen(self, stream: "Stream", descriptor: int, *, reads: bool, writes: bool) -> None:
        """From now on for what it can be read or written."""
        events = (EPOLLIN if reads else 0) | (EPOLLOUT if writes else 0)
        if not events:
            self._epoll.unregister(descriptor)
            del self._streams[descriptor]
        elif descriptor in self._streams:
            self._epoll.modify(descriptor, events)
        else:
            self._epoll.register(descriptor, events)
            self._streams[descriptor] = stream

    def later(self, stream: "Stream") -> None:
        """It is sent at the end of the round, or as soon as nothing else is to be done."""
        if not self._unsent and not self._is_running:
            self.loop.call_soon(self._send)
        self._unsent.append(stream)

    def _run(self) -> None:
        self._is_running = True
        first: list[tuple[Stream, bytes | OSError]] = []
        then: list[tuple[Stream, bytes | OSError]] = []
        longer: list[Stream] = []
        streams = self._streams
        for descriptor, events in self._epoll.poll(0, AT_ONCE):
            stream = streams.get(descriptor)
            if stream is None:  # what became of another one has ended it
                continue
            if events != EPOLLIN and stream.is_blocked:
                self._tell(stream, None)
            if events != EPOLLOUT and stream.reads:
                data = stream.receive(FIRST_READ)
                if data is None:
                    continue
                (first if stream.goes_first else then).append((stream, data))
                if type(data) is bytes and len(data) == FIRST_READ:
                    longer.append(stream)
        first += then
        for stream, data in first:
            self._tell(stream, data)
        for stream in longer:
            self._read_on(stream)
        self._send()
        self._is_running = False

    def _read_on(self, stream: "Stream") -> None:
        """What is long goes on piece by piece."""
        for _ in range(MOST_READS):
            data = stream.receive(MOST_READ) if stream.reads else None
            if data is None:
                return
            self._tell(stream, data)
            if isinstance(data, OSError) or len(data) < MOST_READ:
                return

    def _tell(self, stream: "Stream", data: bytes | OSError | None) -> None:
        """What came, or None: it takes more."""
        try:
            if data is None:
                stream.send()
            else:
                stream.tell(data)
        except Exception as error:  # a bug of ours: this connection is lost, the others are not
            self.loop.call_exception_handler({"message": "a connection failed", "exception": error})
            stream.abort()

    def _send(self) -> None:
        while self._unsent:
            unsent, self._unsent = self._unsent, []
            for stream in unsent:
                stream.flush()
