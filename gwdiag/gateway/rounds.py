"""Connections are served in rounds: what has come is read, then it is worked on, then what was written is sent.

A call into the kernel costs more than its own time: the code after it starts with cold caches. With four calls spread
over each request that is a third of all; so calls stand beside calls here, and code beside code. Under little load a
round is one connection, and nothing waits. Redis and nginx hold answers back to the end of a round as well.

To asyncio's loop this is its selector: it waits for streams, serves them by itself, and tells the loop of all else.
Sources: epoll(7); asyncio, SelectorEventLoop.
"""

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping
from select import EPOLLIN, EPOLLOUT, epoll
from selectors import BaseSelector, EpollSelector, SelectorKey
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

    from gwdiag.gateway.stream import Stream

AT_ONCE = 64
"""Connections of one round: what they sent fits in the processor's cache."""
FIRST_READ = 1 << 13
"""Bytes that are read of each at once."""
MOST_READ = 120 << 10
"""The same of one that has more to say. For 128 KiB malloc would turn to the kernel each time."""
MOST_READS = 4
"""How often one is read in a round that has more and more to say."""

Ready = list[tuple[SelectorKey, int]]


class Rounds(BaseSelector):
    """All else is in an epoll of its own, which is one more descriptor here.

    `unsent`: streams that are to be sent at the end of the round, or before the next one.
    """

    def __init__(self) -> None:
        self._epoll = epoll()
        self._others = EpollSelector()
        self._epoll.register(self._others.fileno(), EPOLLIN)
        self._streams: dict[int, Stream] = {}
        self.unsent: list[Stream] = []

    # ---- as a selector

    def select(self, timeout: float | None = None) -> Ready:
        if self.unsent:  # timers and tasks have written; what sending calls for in the loop is not to wait
            self._send()
            timeout = 0
        if timeout is not None:
            timeout = max(math.ceil(timeout * 1000) / 1000, 0)  # never too early: the loop would only ask again
        return self._serve(self._epoll.poll(timeout, AT_ONCE))

    def register(self, fileobj: "FileDescriptorLike", events: int, data: object = None) -> SelectorKey:
        return self._others.register(fileobj, events, data)

    def unregister(self, fileobj: "FileDescriptorLike") -> SelectorKey:
        return self._others.unregister(fileobj)

    def modify(self, fileobj: "FileDescriptorLike", events: int, data: object = None) -> SelectorKey:
        return self._others.modify(fileobj, events, data)

    def get_map(self) -> Mapping["FileDescriptorLike", SelectorKey]:
        return self._others.get_map()

    def close(self) -> None:
        self._others.close()
        self._epoll.close()

    # ---- for streams

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

    def _serve(self, ready: list[tuple[int, int]]) -> Ready:
        others: Ready = []
        first: list[tuple[Stream, bytes | OSError]] = []
        then: list[tuple[Stream, bytes | OSError]] = []
        longer: list[Stream] = []
        blocked: list[Stream] = []
        streams = self._streams
        for descriptor, events in ready:
            stream = streams.get(descriptor)
            if stream is None:
                if descriptor == self._others.fileno():
                    others = self._others.select(0)
                continue  # or what became of another one has ended it
            if events != EPOLLIN and stream.is_blocked:
                blocked.append(stream)
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
        for stream in blocked:  # last: what a peer said before it went is lost once sending to it has failed
            if stream.is_blocked:
                self._tell(stream, None)
        self._send()
        return others

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
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a connection failed", "exception": error})
            stream.abort()

    def _send(self) -> None:
        while self.unsent:
            unsent, self.unsent = self.unsent, []
            for stream in unsent:
                stream.flush()


def run(main: Callable[[Rounds], Coroutine[Any, Any, None]]) -> None:
    """`asyncio.run`, in rounds."""
    rounds = Rounds()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(rounds)) as runner:
        runner.run(main(rounds))
