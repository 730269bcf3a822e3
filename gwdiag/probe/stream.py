"""A connection as HTTP reads and writes it, plain or inside TLS, that keeps what came in and how it ended.

It is a network stream of httpcore, so that library does HTTP, and connecting and shaking hands stay apart from it.
"""

import select
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

HEAD = 512
"""Bytes of the peer's first words that are kept."""

LARGEST_READ = 64 * 1024

CLOSING_S = 0.05
"""How long a server may take to close a connection right after its answer: longer is an idle timeout."""


class Reset(Exception):
    """The peer, or something between, ended it with a reset; or it died."""


class NotHttp(Exception):
    """What came does not begin as an answer of HTTP does."""


class Silent(Exception):
    """Nothing came within the time."""


class Stream(httpcore.NetworkStream):
    """The plain one. `head`: the peer's first bytes, `received`: how many came, `first_at`: when, since `begin`.

    `was_reset`: the socket does not know it any more.
    """

    def __init__(self, sock: socket.socket, *, was_reset: bool = False) -> None:
        self.sock = sock
        self.was_reset = was_reset
        self.head = b""
        self.received = 0
        self.first_at: float | None = None
        self.at_end = False
        self.wants_http = False

    def begin(self) -> None:
        """A new exchange on it."""
        self.head = b""
        self.received = 0
        self.first_at = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What came; nothing at the end of the stream. Raises Reset, Silent, NotHttp."""
        data = self._read(max_bytes, timeout)
        if data:
            self.first_at = self.first_at or time.monotonic()
            self.received += len(data)
            self.head = (self.head + data)[:HEAD] if len(self.head) < HEAD else self.head
            if self.wants_http and not b"HTTP/".startswith(self.head[:5]):
                raise NotHttp
        self.at_end = not data
        return data

    def _read(self, max_bytes: int, timeout: float | None) -> bytes:
        self._wait(select.POLLIN, timeout)
        try:
            return self.sock.recv(max_bytes)
        except OSError as error:
            raise Reset(error.strerror) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Raises Reset, Silent."""
        while buffer:
            self._wait(select.POLLOUT, timeout)
            try:
                buffer = buffer[self.sock.send(buffer) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Reset(error.strerror) from error

    def _wait(self, event: int, timeout: float | None) -> None:
        if self.was_reset:
            raise Reset("Connection reset by peer")
        poll = select.poll()
        poll.register(self.sock, event)
        if not poll.poll(None if timeout is None else timeout * 1000):
            raise Silent

    def let_it_close(self) -> None:
        """Waits a moment for an end of the stream that is on its way. A request that crosses it would be reset."""
        poll = select.poll()
        poll.register(self.sock, select.POLLRDHUP)
        poll.poll(CLOSING_S * 1000)

    def close(self) -> None:
        self.sock.close()

    def get_extra_info(self, info: str) -> Any:
        return self.sock if info == "socket" else None

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        raise NotImplementedError("TLS is begun before HTTP, by `handshake`")


class TlsStream(Stream):
    """Inside TLS. The handshake is made with the same two buffers before it begins."""

    def __init__(self, raw: Stream, tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        super().__init__(raw.sock, was_reset=raw.was_reset)
        self.tls, self._incoming, self._outgoing = tls, incoming, outgoing
        self._early = b""

    def peek(self, timeout: float) -> None:
        """Waits for whatever comes, and keeps it for the next read. Raises Reset, Silent."""
        self._early += self._read(LARGEST_READ, timeout)

    def _read(self, max_bytes: int, timeout: float | None) -> bytes:
        if self._early:
            data, self._early = self._early[:max_bytes], self._early[max_bytes:]
            return data
        while True:
            try:
                return self.tls.read(max_bytes)
            except ssl.SSLWantReadError:
                self.flush(timeout)
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError:
                return b""
            except ssl.SSLError as error:
                raise Reset(error.reason or "TLS failed") from error
            data = super()._read(LARGEST_READ, timeout)
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self.tls.write(buffer)
        except ssl.SSLEOFError:  # the peer's end was heard before this was said; the next read tells of it
            return
        self.flush(timeout)

    def flush(self, timeout: float | None) -> None:
        """Sends what TLS has to say."""
        if data := self._outgoing.read():
            super().write(data, timeout)


def first_words(head: bytes) -> str:
    """The peer's first bytes, fit to be shown: `SSH-2.0-OpenSSH_9.2`, or in hexadecimal."""
    line = head.split(b"\n")[0].strip()[:60]
    if line and all(0x20 <= byte < 0x7F for byte in line):
        return f"{line.decode('ascii')!r}"
    return f"bytes {head[:8].hex(' ')}" if head else "nothing"


PROTOCOLS: Iterable[tuple[bytes, str]] = (
    (b"SSH-", "SSH"),
    (b"220 ", "SMTP or FTP"),
    (b"220-", "SMTP or FTP"),
    (b"-ERR", "Redis or POP3"),
    (b"-DENIED", "Redis"),
    (b"-NOAUTH", "Redis"),
    (b"+OK", "POP3 or Redis"),
    (b"* OK", "IMAP"),
    (b"RFB ", "VNC"),
    (b"AMQP", "AMQP"),
    (b"\x15\x03", "TLS"),
    (b"\x16\x03", "TLS"),
    (b"ICY ", "Shoutcast"),
    (b"RTSP/", "RTSP"),
    (b"PUBLIC", "memcached"),
    (b"ERROR\r\n", "memcached"),
    (b"E\x00\x00\x00", "PostgreSQL"),
)


def protocol(head: bytes) -> str | None:
    """What it speaks in place of HTTP, by its first bytes: a name, or None."""
    if head[4:5] == b"\x0a" and head[3:4] == b"\x00":
        return "MySQL"
    if len(head) >= 9 and head[3] == 4 and head[:2] == b"\0\0" and head[5:9] == b"\0\0\0\0":
        return "HTTP/2"
    return next((name for begins, name in PROTOCOLS if head.startswith(begins)), None)
