"""An upstream of the lab, run as a process: the scriptable upstream, told by lines on its input how to behave.

Each line is a JSON object: `{"behaviour": {...}}` or `{"certificate": FILE}` for new handshakes, `{"client_ca": FILE}`.
At its end it prints what it did.
"""

import asyncio
import json
import math
import random
import signal
import socket
import ssl
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import httptools

from gwdiag.gateway.upstreams.server import Upstream
from gwdiag.gateway.upstreams.words import WORDS, Asked, Gone
from gwdiag.lab.orders import orders
from gwdiag.lab.plan import Behaviour

KNOWN_PATHS = ("/items", "/search", "/health")
REFUSAL_PATIENCE = 5.0
LARGEST_LATENCY = 20.0
"""Times the median: the tail of a log-normal distribution has no end."""


@dataclass
class Server(Upstream):
    """Answers as its behaviour says; what no path knows is 404."""

    behaviour: Behaviour
    context: ssl.SSLContext | None = None
    counts: dict[str, int] = field(default_factory=dict)
    _before: float = 0.0
    _changed: float = 0.0

    def __post_init__(self) -> None:
        Upstream.__init__(self)

    def behave(self, behaviour: Behaviour) -> None:
        self._before, self._changed = self._median(""), monotonic()
        self.behaviour = behaviour

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    async def serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to its end, as the behaviour allows it."""
        self.count("connections")
        number, nth = self.counts["connections"], 0
        try:
            while True:
                behaviour = self.behaviour
                nth += 1
                async with asyncio.timeout(behaviour.idle if behaviour.idle and nth > 1 else None):
                    asked = await self._next(reader, writer, number, nth)
                if asked is None or not await self._act(asked):
                    break
                if 0 < behaviour.requests <= nth:
                    break
        except TimeoutError:
            self.count("closed_idle")
            if self.behaviour.lingers:
                # What comes meanwhile is not read any more, so that the kernel answers it with a reset.
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                await asyncio.sleep(self.behaviour.lingers)
                writer.transport.abort()
        except (httptools.HttpParserError, Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            self.count("client_gone")
        finally:
            with suppress(OSError, ssl.SSLError):
                writer.close()

    async def _act(self, asked: Asked) -> bool:
        self.count("requests")
        drawn, path = random.random(), asked.target.partition("?")[0]
        if not path.startswith(KNOWN_PATHS):
            self.count("status:404")
            return await asked.answer(b'{"error": "not found"}', 404, "application/json")
        if path == "/health":
            return await asked.answer(b"ok")
        word = ""
        for share, one in self.behaviour.words:
            if drawn < share:
                word = one
                break
            drawn -= share
        await asked.wait(self._latency(path))
        if not word:
            self.count("ok")
            last = "Connection: close\r\n" if 0 < self.behaviour.requests <= asked.nth else ""
            return await asked.answer(_body(path), kind="application/json", more=last)
        name, *asked.args = word.split("/")
        self.count(word)
        if name == "malformed":
            return await _malformed(asked)
        return await WORDS[name](asked)

    def _median(self, path: str) -> float:
        behaviour = self.behaviour
        wanted = next((one for begin, one in behaviour.by_path.items() if path.startswith(begin)), behaviour.median)
        done = (monotonic() - self._changed) / behaviour.ramp if behaviour.ramp else 1.0
        if done >= 1:
            return wanted
        return float(self._before * (wanted / self._before) ** done)

    def _latency(self, path: str) -> float:
        median = self._median(path)
        return min(random.lognormvariate(math.log(median), self.behaviour.spread), LARGEST_LATENCY * median)


async def _malformed(asked: Asked) -> bool:
    """An answer with a header line that is none."""
    await asked.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Served-By node 7\r\nContent-Length: 2\r\n\r\nok"
    )
    return True


def _body(path: str) -> bytes:
    items = [{"id": random.randrange(10**6), "state": random.choice(["new", "open", "done"])} for _ in range(3)]
    return json.dumps({"path": path, "items": items}).encode()


def listening(address: str, port: int, backlog: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.listen(backlog)
    made.setblocking(False)
    return made


async def _accept(made: socket.socket, server: Server, slots: int) -> None:
    """Takes connections while there is a slot; the others wait in the kernel."""
    loop, free = asyncio.get_running_loop(), asyncio.Semaphore(slots or 1 << 20)
    tasks: set[asyncio.Task[None]] = set()

    async def one(accepted: socket.socket) -> None:
        try:
            if server.context and server.context.verify_mode == ssl.CERT_REQUIRED:
                await asyncio.to_thread(_refuse, accepted, server.context)
                server.count("refused")
                return
            reader = asyncio.StreamReader(limit=1 << 20)
            protocol = asyncio.StreamReaderProtocol(reader)
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, accepted, ssl=server.context)
            await server.serve_connection(reader, asyncio.StreamWriter(transport, protocol, reader, loop))
        except (OSError, ssl.SSLError):
            server.count("handshake_failed")
            accepted.close()
        finally:
            free.release()

    while True:
        await free.acquire()
        accepted, _ = await loop.sock_accept(made)
        task = loop.create_task(one(accepted))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def _refuse(accepted: socket.socket, context: ssl.SSLContext) -> None:
    """No node has a certificate. OpenSSL says so in its alert; asyncio would close before it is sent."""
    accepted.settimeout(REFUSAL_PATIENCE)
    with suppress(OSError, ssl.SSLError), accepted:
        try:
            context.wrap_socket(accepted, server_side=True, suppress_ragged_eofs=False).close()
        except ssl.SSLError:
            accepted.shutdown(socket.SHUT_WR)
            while accepted.recv(4096):  # a reset would overtake the alert
                pass


async def _run(given: dict[str, object]) -> None:
    server = Server(Behaviour(**given["behaviour"]))  # type: ignore[arg-type]
    made = listening(str(given["address"]), int(str(given["port"])), int(str(given["backlog"])))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if given["certificate"] else None
    server.context = context

    def obey(order: dict[str, object]) -> None:
        if "behaviour" in order:
            server.behave(Behaviour(**order["behaviour"]))  # type: ignore[arg-type]
        if context and order.get("certificate"):
            context.load_cert_chain(str(order["certificate"]))
        if context and order.get("client_ca"):
            context.load_verify_locations(str(order["client_ca"]))
            context.verify_mode = ssl.CERT_REQUIRED

    obey({key: given[key] for key in ("certificate", "client_ca")})
    accepting = asyncio.get_running_loop().create_task(_accept(made, server, int(str(given["slots"]))))
    await orders(obey)
    accepting.cancel()
    sys.stdout.write(json.dumps(server.counts) + "\n")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_run(json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
