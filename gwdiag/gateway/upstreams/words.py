"""What an upstream can do, one function a word. `/any/path/delay/2` waits two seconds: what precedes a word is ignored.

Each gets the request and the rest of the path; it writes its answer and says whether the connection goes on.
"""

import asyncio
import base64
import gzip
import hashlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gwdiag.gateway.go_words import status_text

LARGEST_PIECE = 1 << 16
WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Gone(Exception):
    """The peer went away."""


@dataclass(slots=True)
class Asked:
    """A request, whole. `connection` and `nth` number it."""

    method: str
    target: str
    version: str
    headers: list[tuple[str, str]]
    body_size: int
    body_hash: str
    body_start: bytes
    connection: int
    nth: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    args: list[str] = field(default_factory=list)

    def number(self, index: int, default: float) -> float:
        try:
            return float(self.args[index])
        except (IndexError, ValueError):
            return default

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        try:
            await self.writer.drain()
        except ConnectionError:
            raise Gone from None

    async def answer(self, body: bytes, status: int = 200, kind: str = "text/plain", more: str = "") -> bool:
        """An answer with a length."""
        has_body = status not in (204, 304) and status >= 200
        head = f"HTTP/1.1 {status} {status_text(status)}\r\n{more}"
        if has_body:
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        await self.write(head.encode("latin-1") + b"\r\n" + (body if has_body and self.method != "HEAD" else b""))
        return True

    async def wait(self, seconds: float) -> None:
        """Raises Gone where the peer gives up meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                # Nothing more is asked before this is answered, so whatever can be read is the end.
                while not self.reader.at_eof():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return
        raise Gone


async def echo(asked: Asked) -> bool:
    """JSON of what came."""
    headers: dict[str, list[str]] = {}
    for name, value in asked.headers:
        headers.setdefault(name.lower(), []).append(value)
    seen = {
        "method": asked.method,
        "target": asked.target,
        "version": asked.version,
        "headers": headers,
        "length": asked.body_size,
        "sha256": asked.body_hash,
        "body": asked.body_start.decode("latin-1"),
        "connection": asked.connection,
        "nth": asked.nth,
    }
    return await asked.answer(json.dumps(seen).encode(), kind="application/json")


async def status(asked: Asked) -> bool:
    """status/503: that status."""
    code = int(asked.number(0, 200))
    return await asked.answer(f"status {code}".encode(), code)


async def delay(asked: Asked) -> bool:
    """delay/2: an answer after so many seconds."""
    await asked.wait(asked.number(0, 1))
    return await asked.answer(f"after {asked.number(0, 1):g} s".encode())


async def bytes_(asked: Asked) -> bool:
    """bytes/1000: so many, with their length."""
    left = int(asked.number(0, 1000))
    await asked.write(
        f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {left}\r\n\r\n".encode()
    )
    while left > 0 and asked.method != "HEAD":
        await asked.write(
            b"0123456789abcdef"[:left] if left < 16 else b"0123456789abcdef" * (min(left, LARGEST_PIECE) // 16)
        )
        left -= left if left < 16 else min(left, LARGEST_PIECE) // 16 * 16
    return True


async def chunked(asked: Asked) -> bool:
    """chunked/1000: so many, in chunks."""
    left = int(asked.number(0, 1000))
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    while left > 0 and asked.method != "HEAD":
        here = min(left, LARGEST_PIECE)
        await asked.write(b"%x\r\n%b\r\n" % (here, b"c" * here))
        left -= here
    if asked.method != "HEAD":
        await asked.write(b"0\r\n\r\n")
    return True


async def drip(asked: Asked) -> bool:
    """drip/5/0.5: five chunks, half a second apart."""
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
    for index in range(int(asked.number(0, 5))):
        if index:
            await asked.wait(asked.number(1, 1))
        piece = b"piece %03d\n" % index
        await asked.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    await asked.write(b"0\r\n\r\n")
    return True


async def slowbody(asked: Asked) -> bool:
    """slowbody/2: half of a body with its length, and the other half two seconds later."""
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n\r\nfirst half")
    await asked.wait(asked.number(0, 1))
    await asked.write(b"other half")
    return True


async def nolength(asked: Asked) -> bool:
    """nolength/1000: a body that ends with the connection."""
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"n" * int(asked.number(0, 100)))
    return False


async def truncate(asked: Asked) -> bool:
    """truncate/100/10: a length of 100, and 10 bytes."""
    size, sent = int(asked.number(0, 100)), int(asked.number(1, 10))
    await asked.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n{'t' * sent}".encode())
    return False


async def chunkcut(asked: Asked) -> bool:
    """Chunks without the last."""
    await asked.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    return False


async def badchunk(asked: Asked) -> bool:
    """A chunk whose size is no number."""
    await asked.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
    return False


async def garbage(asked: Asked) -> bool:
    """No HTTP at all."""
    await asked.write(b"\x15\x03\x01\x00\x02\x02\x16 what is this\r\n\r\n")
    return False


async def close(asked: Asked) -> bool:  # noqa: ARG001
    """Closes instead of an answer."""
    return False


async def reset(asked: Asked) -> bool:
    """Resets the connection instead of an answer."""
    _reset(asked.writer)
    return False


async def resetmid(asked: Asked) -> bool:
    """Resets in the middle of a body."""
    await asked.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000)
    await asyncio.sleep(0.1)
    _reset(asked.writer)
    return False


async def silent(asked: Asked) -> bool:
    """Never answers."""
    await asked.wait(86_400)
    return False


async def hangup(asked: Asked) -> bool:
    """Answers and closes without saying so."""
    await asked.answer(b"bye")
    return False


async def idle(asked: Asked) -> bool:
    """idle/5: answers, and closes five seconds later."""
    await asked.answer(b"for a while")
    await asked.wait(asked.number(0, 1))
    return False


async def connclose(asked: Asked) -> bool:
    """Answers with Connection: close."""
    await asked.answer(b"last", more="Connection: close\r\n")
    return False


async def headers(asked: Asked) -> bool:
    """Headers of all kinds, hop-by-hop ones among them."""
    more = (
        'X-One: 1\r\nX-Multi: a\r\nX-Multi: b\r\nX-Empty: \r\nETag: "abc"\r\nVia: 1.1 upstream\r\n'
        "Keep-Alive: timeout=5\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\nTrailer: X-Never\r\n"
    )
    return await asked.answer(b"headers", more=more)


async def trailers(asked: Asked) -> bool:
    """Chunks and a trailer."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
    await asked.write(head + b"5\r\nhello\r\n0\r\nX-Sum: abc\r\n\r\n")
    return True


async def early(asked: Asked) -> bool:
    """103 first."""
    await asked.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    return await asked.answer(b"late")


async def redirect(asked: Asked) -> bool:
    """redirect/302: that status, with a Location."""
    return await asked.answer(b"moved", int(asked.number(0, 302)), more="Location: /echo/moved\r\n")


async def gzip_(asked: Asked) -> bool:
    """A packed body, whether asked for or not."""
    return await asked.answer(gzip.compress(b"compressed text " * 20, mtime=0), more="Content-Encoding: gzip\r\n")


async def ws(asked: Asked) -> bool:
    """A WebSocket that gives back what it gets."""
    wanted = {name.lower(): value for name, value in asked.headers}
    if "upgrade" not in wanted:
        return await asked.answer(b"no upgrade header arrived", 426)
    accept = base64.b64encode(hashlib.sha1((wanted.get("sec-websocket-key", "") + WEBSOCKET).encode()).digest())
    await asked.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    while True:
        first, second = await asked.reader.readexactly(2)
        size = second & 127
        if size == 126:
            size = int.from_bytes(await asked.reader.readexactly(2), "big")
        mask = await asked.reader.readexactly(4) if second & 128 else b"\0\0\0\0"
        data = bytes(one ^ mask[at % 4] for at, one in enumerate(await asked.reader.readexactly(size)))
        length = bytes([len(data)]) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2, "big")
        await asked.write(bytes([first]) + length + data)
        if first & 15 == 8:
            return False


def _reset(writer: asyncio.StreamWriter) -> None:
    made: socket.socket = writer.get_extra_info("socket")
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


Word = Callable[[Asked], Awaitable[bool]]

WORDS: dict[str, Word] = {
    one.__name__.rstrip("_"): one
    for one in (
        echo, status, delay, bytes_, chunked, drip, slowbody, nolength, truncate, chunkcut, badchunk, garbage, close,
        reset, resetmid, silent, hangup, idle, connclose, headers, trailers, early, redirect, gzip_, ws,
    )
}  # fmt: skip
