"""Asks Redis how it is: PING and INFO, which change nothing. Source: redis.io/docs, RESP protocol, INFO.

Two commands need no client library: a reply is one line, or a text with its length before it.
"""

import time
from dataclasses import dataclass, field

from gwdiag.probe.exchange import whole_number
from gwdiag.probe.stream import Reset, Silent, Stream
from gwdiag.probe.target import Target

LARGEST_REPLY = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisAnswer:
    """`error`: what kept it from answering, in Redis' words or ours. `info`: the fields of INFO."""

    ping_s: float | None
    info: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def works(self) -> bool:
        return not self.error

    def number(self, name: str) -> int | None:
        return whole_number(self.info.get(name, ""))


class _Refused(Exception):
    """An error reply."""


def ask_redis(stream: Stream, target: Target, timeout_s: float) -> RedisAnswer:
    """AUTH where there is a password, PING, INFO. Redis refuses INFO to some users: then it is empty."""
    talk = _Talk(stream, timeout_s)
    ping = None
    try:
        if target.password:
            talk.say("AUTH", *([target.user] if target.user else []), target.password)
        began = time.monotonic()
        talk.say("PING")
        ping = time.monotonic() - began
        return RedisAnswer(ping_s=ping, info=_fields(talk))
    except _Refused as refused:
        return RedisAnswer(ping_s=ping, error=str(refused))
    except Silent:
        return RedisAnswer(ping_s=ping, error=f"no answer within {timeout_s:g} s")
    except Reset:
        return RedisAnswer(ping_s=ping, error="the connection was reset")
    except EOFError:
        return RedisAnswer(ping_s=ping, error="the connection was closed")
    except ValueError:
        return RedisAnswer(ping_s=ping, error="what answers does not speak Redis' protocol")


def _fields(talk: "_Talk") -> dict[str, str]:
    try:
        lines = talk.say("INFO").splitlines()
    except _Refused:
        return {}
    return {key: value for key, colon, value in (one.partition(":") for one in lines) if colon}


class _Talk:
    """Commands and their replies, one after the other."""

    def __init__(self, stream: Stream, timeout_s: float) -> None:
        self._stream, self._timeout_s = stream, timeout_s
        self._rest = b""

    def say(self, *words: str) -> str:
        """The reply to a command. Raises _Refused, EOFError, ValueError, Silent, Reset."""
        parts = [one.encode() for one in words]
        command = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in parts)
        self._stream.write(command, self._timeout_s)
        kind, text = self._line()
        if kind == "-":
            raise _Refused(text)
        if kind == "+":
            return text
        if kind != "$" or not text.isdigit() or int(text) > LARGEST_REPLY:
            raise ValueError(text)
        while len(self._rest) < int(text) + 2:
            self._more()
        body, self._rest = self._rest[: int(text)], self._rest[int(text) + 2 :]
        return body.decode("utf-8", "replace")

    def _line(self) -> tuple[str, str]:
        while b"\r\n" not in self._rest:
            if len(self._rest) > LARGEST_REPLY:
                raise ValueError("a line without an end")
            self._more()
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line[:1].decode("latin-1"), line[1:].decode("utf-8", "replace")

    def _more(self) -> None:
        data = self._stream.read(65536, self._timeout_s)
        if not data:
            raise EOFError
        self._rest += data
