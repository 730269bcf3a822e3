"""Connections of the scriptable upstream: requests are read whole, then the word in their path acts."""

import asyncio
import hashlib
import ssl
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httptools

from gwdiag.gateway.server import listen, say_ready
from gwdiag.gateway.upstreams.words import WORDS, Asked, Gone, echo
from gwdiag.model.problem import Problem

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
KEPT_OF_BODY = 200
NO_HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Tls:
    """How TLS is spoken. `client_ca`: callers must show a certificate of it."""

    certificate: Path
    key: Path | None = None
    client_ca: Path | None = None
    lowest: str | None = None
    highest: str | None = None

    def context(self) -> ssl.SSLContext:
        """Raises Problem."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            made.load_cert_chain(self.certificate, self.key)
            if self.client_ca:
                made.load_verify_locations(self.client_ca)
                made.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            raise Problem(f"{self.certificate}: no TLS with it: {error}") from None
        if "1.0" in (self.lowest, self.highest) or "1.1" in (self.lowest, self.highest):
            made.set_ciphers("ALL:@SECLEVEL=0")
        for version in (self.lowest, self.highest):
            if version and version not in VERSIONS:
                raise Problem(f"{version}: the versions of TLS are {', '.join(VERSIONS)}")
        if self.lowest:
            made.minimum_version = VERSIONS[self.lowest]
        if self.highest:
            made.maximum_version = VERSIONS[self.highest]
            made.minimum_version = min(made.minimum_version, made.maximum_version)
        return made


@dataclass(slots=True)
class _Reading:
    """What the parser tells of one request."""

    target: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0
    start: bytes = b""
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    is_done: bool = False
    expects: bool = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        self.expects |= name.lower() == b"expect"

    def on_body(self, data: bytes) -> None:
        self.size += len(data)
        self.hash.update(data)
        if len(self.start) < KEPT_OF_BODY:
            self.start = (self.start + data)[:KEPT_OF_BODY]

    def on_message_complete(self) -> None:
        self.is_done = True


class Upstream:
    """`every`: the word with its arguments that all requests get, whatever their path."""

    def __init__(self, every: str | None = None) -> None:
        self._every = every
        self._connections = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number, nth = self._connections, 0
        try:
            while True:
                nth += 1
                asked = await self._next(reader, writer, number, nth)
                if asked is None or not await self._act(asked):
                    break
        except httptools.HttpParserError:
            writer.write(NO_HTTP)
        except (Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int, nth: int
    ) -> Asked | None:
        reading = _Reading()
        parser = httptools.HttpRequestParser(reading)
        is_told = False
        while not reading.is_done:
            data = await reader.read(1 << 18)
            if not data:
                return None
            try:
                parser.feed_data(data)
            except httptools.HttpParserUpgrade:
                break
            if reading.expects and not is_told and not reading.is_done:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                is_told = True
        return Asked(
            method=parser.get_method().decode(),
            target=reading.target.decode("latin-1"),
            version=f"HTTP/{parser.get_http_version()}",
            headers=reading.headers,
            body_size=reading.size,
            body_hash=reading.hash.hexdigest(),
            body_start=reading.start,
            connection=number,
            nth=nth,
            reader=reader,
            writer=writer,
        )

    async def _act(self, asked: Asked) -> bool:
        parts = (self._every or asked.target.partition("?")[0]).split("/")
        for index, one in enumerate(parts):
            if one in WORDS:
                asked.args = parts[index + 1 :]
                return await WORDS[one](asked)
        return await echo(asked)


def serve(host: str, port: int, tls: Tls | None, every: str | None) -> None:
    """Serves until it is interrupted. Raises Problem."""
    if every and every.split("/")[0] not in WORDS:
        raise Problem(f"--every {every}: the words are {', '.join(WORDS)}")
    context = tls.context() if tls else None
    made = listen(host, port, is_shared=False)

    async def run() -> None:
        upstream = Upstream(every)
        server = await asyncio.start_server(upstream.connected, sock=made, ssl=context, limit=1 << 20)
        say_ready(made)
        async with server:
            await server.serve_forever()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        sys.stderr.write("gwdiag: interrupted\n")
