"""Taking connections, also when descriptors run out: then a pause, each twice as long as the one before.

asyncio's server asks on and on instead, a hundred times at once, and doubles its askers each second. Source: net/http,
Server.Serve of Go 1.26.
"""

import asyncio
import errno
import socket
from collections.abc import Callable

from gwdiag.gateway.go_words import errno_text
from gwdiag.gateway.log import Log
from gwdiag.gateway.rounds import Rounds
from gwdiag.gateway.stream import Stream

AT_ONCE = 100
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 1.0
PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What Go takes for temporary: there may be descriptors again soon."""


class Acceptor:
    """Makes a protocol for each connection of a listening socket, from now until it is closed."""

    def __init__(
        self, listening: socket.socket, make: Callable[[], asyncio.Protocol], log: Log, rounds: Rounds
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening, self._make, self._log, self._rounds = listening, make, log, rounds
        host, port = listening.getsockname()[:2]
        is_any = host in ("0.0.0.0", "::")
        self._address = f"[{'::' if is_any else host}]:{port}" if is_any or ":" in host else f"{host}:{port}"
        self._pause = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._listen()

    def close(self) -> None:
        if self._later:
            self._later.cancel()
        self._loop.remove_reader(self._listening)
        self._listening.close()

    def _listen(self) -> None:
        self._later = None
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                accepted, peer = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in PASSING:
                    raise
                self._wait(error.errno)
                return
            self._pause = 0.0
            try:
                Stream(self._rounds, accepted, peer[:2], self._make())
            except OSError:  # it is gone again
                accepted.close()

    def _wait(self, number: int) -> None:
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if self._pause else FIRST_PAUSE
        shown = f"{self._pause * 1000:.0f}ms" if self._pause < 1 else "1s"
        words = f"accept tcp {self._address}: accept4: {errno_text(number)}"
        self._log.raw(f"http: Accept error: {words}; retrying in {shown}")
        self._loop.remove_reader(self._listening)
        self._later = self._loop.call_later(self._pause, self._listen)
