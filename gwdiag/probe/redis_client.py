"""PING and INFO by redis-py, on a connection that is open already. Imported only where a Redis is asked.

redis-py would connect by itself, and the look-up, connect and handshake would be one again. So it gets the connection
that the stages before it made, in the shape of a socket; AUTH, ACL users and the protocol are its own business.
"""

import time
from typing import Any

import redis
from redis.exceptions import InvalidResponse, NoPermissionError, RedisError

from gwdiag.probe.exchange import whole_number
from gwdiag.probe.stream import Stream
from gwdiag.probe.target import Target
from gwdiag.redact import HIDDEN

if (whole_number(redis.__version__.partition(".")[0]) or 0) < 5:
    raise ImportError("redis-py before 5")

LARGEST_REPLY = 1 << 20
"""Bytes. INFO has some 10 kB."""

LONGEST_ERROR = 200
"""Characters of an error reply that are shown."""


class Refused(Exception):
    """An error reply, without secrets."""


class NoRedis(Exception):
    """What answers does not speak Redis' protocol."""


class RedisClient:
    """Asks on the stream. `timeout_s` bounds the wait for each reply, whole.

    All that asks raises Refused, NoRedis, Silent, Reset, and EOFError where the connection was closed.
    """

    def __init__(self, stream: Stream, target: Target, timeout_s: float) -> None:
        self._stream, self._target = stream, target
        self._connection = _Connection(_Socket(stream, timeout_s), target)

    def log_in(self) -> None:
        """AUTH, where there is a password; and says that it is redis-py (CLIENT SETINFO)."""
        self._asked(self._connection.connect)

    def ping(self) -> float:
        """Seconds. An answer that this user may not ask is an answer too."""
        began = time.monotonic()
        try:
            reply = self._asked(self._ask, "PING")
        except Refused as refused:
            if not isinstance(refused.__cause__, NoPermissionError):
                raise
            reply = "PONG"
        if reply != "PONG":
            raise NoRedis
        return time.monotonic() - began

    def info(self) -> dict[str, str]:
        """The fields of INFO, as they are written there."""
        text = self._asked(self._ask, "INFO")
        if not isinstance(text, str):
            raise NoRedis
        return {key: value for key, colon, value in (one.partition(":") for one in text.splitlines()) if colon}

    def _ask(self, command: str) -> object:
        self._connection.send_command(command)  # type: ignore[no-untyped-call]
        return self._connection.read_response()

    def _asked(self, ask: Any, *words: str) -> object:
        try:
            return ask(*words)
        except InvalidResponse:
            raise NoRedis from None
        except RedisError as error:
            raise Refused(self._shown(_own_words(self._stream.head) or str(error))) from error
        except (ValueError, RecursionError):  # lengths that are no numbers; lists within lists without end
            raise NoRedis from None

    def _shown(self, words: str) -> str:
        """An error reply that can be printed: Redis repeats the arguments of a command that it does not know."""
        words = words.partition(", with args beginning with")[0]
        for secret in (self._target.password, self._target.user):
            words = words.replace(secret, HIDDEN) if secret else words
        return " ".join(words.split())[:LONGEST_ERROR]


def _own_words(head: bytes) -> str:
    """Of an error reply, as Redis wrote it: redis-py leaves out its code (NOAUTH), which is what people search for."""
    return head[1:].split(b"\r\n")[0].decode("utf-8", "replace") if head.startswith(b"-") else ""


class _Connection(redis.Connection):
    """One of redis-py's, which is connected once, by others."""

    def __init__(self, sock: "_Socket", target: Target) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            username=target.user or None,
            password=target.password or None,
            protocol=2,
            decode_responses=True,
            encoding_errors="replace",
        )
        self._open = sock

    def _connect(self) -> Any:
        return self._open


class _Socket:
    """A stream as redis-py uses a socket. Its exceptions are the stream's own, which redis-py lets through."""

    def __init__(self, stream: Stream, timeout_s: float) -> None:
        self._stream, self._timeout_s = stream, timeout_s
        self._until, self._left = 0.0, 0

    def sendall(self, data: bytes) -> None:
        self._until, self._left = time.monotonic() + self._timeout_s, LARGEST_REPLY
        self._stream.begin()
        self._stream.write(data, self._timeout_s)

    def recv(self, size: int) -> bytes:
        if self._left <= 0:
            raise NoRedis
        data = self._stream.read(size, max(0.0, self._until - time.monotonic()))
        if not data:
            raise EOFError
        self._left -= len(data)
        return data

    def recv_into(self, buffer: bytearray) -> int:
        """Where hiredis is installed too, redis-py reads so."""
        data = self.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def settimeout(self, _timeout_s: float | None) -> None:
        """The time is kept here."""

    def shutdown(self, _how: int) -> None:
        """The stream is closed by who opened it."""

    def close(self) -> None:
        """As above."""
