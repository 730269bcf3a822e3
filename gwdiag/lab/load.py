"""The clients of the lab and the balancer before the nodes, run as one process; told by lines on its input.

`{"api": SLUG, "rate": R, ...}` changes an API's callers, `{"stop": true}` ends new requests, after `{"leave": true}`
what is still under way counts as unfinished. All outcomes go into a file:
`[began, ended, node, api, outcome, is_noise]`, in seconds since 1970; what nobody would complain of is noise.
"""

import asyncio
import json
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from gwdiag.lab.orders import orders

UNKNOWN_PATHS = ("/favicon.ico", "/robots.txt", "/.env", "/v0/status", "/itemz")
AGENTS = (
    "okhttp/4.12.0",
    "python-requests/2.32.3",
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/131.0",
    "Go-http-client/1.1",
)
SHARE_OF_404, SHARE_OF_NOWHERE, SHARE_WITHOUT_KEY = 0.02, 0.003, 0.02
IDLE_LIMIT = 30.0


@dataclass
class Callers:
    """Of one API; see plan.Api."""

    slug: str
    rate: float
    posts: float
    searches: float
    body: int
    patience: float
    aborts: float
    keys: list[str] = field(default_factory=list)
    burst: list[float] | None = None
    abort_within: float = 0.05


class Connection:
    """One connection of the balancer to a node."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.since = time.monotonic()

    async def ask(self, data: bytes) -> str:
        """The outcome; raises OSError and asyncio.IncompleteReadError."""
        self.writer.write(data)
        await self.writer.drain()
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.lower().split("\r\n")
        status = lines[0].split(" ")[1]
        length = next((int(one[15:]) for one in lines if one.startswith("content-length:")), None)
        self.closes = "connection: close" in lines
        try:
            if "transfer-encoding: chunked" in lines:
                while size := int(await self.reader.readuntil(b"\r\n"), 16):
                    await self.reader.readexactly(size + 2)
                await self.reader.readexactly(2)
            elif length is not None:
                await self.reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            return "closed_mid_body"
        return f"status:{status}"


class Load:
    """All callers; requests go to the nodes in turn."""

    def __init__(self, nodes: list[dict[str, object]], callers: list[Callers]) -> None:
        self.callers = {one.slug: one for one in callers}
        self.outcomes: list[tuple[float, float, str, str, str, bool]] = []
        self._nodes = {str(one["name"]): (str(one["address"]), int(str(one["port"]))) for one in nodes}
        self._turns: Iterator[str] = cycle(self._nodes)
        self._free: dict[str, list[Connection]] = {name: [] for name in self._nodes}
        self._clients = [f"203.0.113.{random.randrange(1, 255)}" for _ in range(12)]
        self._clients += [f"198.51.100.{random.randrange(1, 255)}" for _ in range(12)]
        self._tasks: set[asyncio.Task[None]] = set()
        self.stopped = self.is_left = False

    async def call(self, slug: str) -> None:
        """One API's callers, for as long as there are any."""
        while not self.stopped:
            callers = self.callers[slug]
            if callers.burst:
                count, pause = callers.burst
                await asyncio.sleep(pause * random.uniform(0.9, 1.15))
            else:
                count = 1
                await asyncio.sleep(random.expovariate(callers.rate) if callers.rate else 0.2)
            for _ in range(int(count)):
                self._spawn(self._request(callers))

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _request(self, callers: Callers) -> None:
        node, drawn = next(self._turns), random.random()
        if drawn < SHARE_OF_NOWHERE:
            await self._outcome(node, "-", self._head("GET", random.choice(UNKNOWN_PATHS), ""), callers, is_noise=True)
            return
        key = random.choice(callers.keys) if callers.keys else ""
        is_lost, is_without_key = drawn < SHARE_OF_NOWHERE + SHARE_OF_404, bool(key) and drawn > 1 - SHARE_WITHOUT_KEY
        method, path, body = ("GET", random.choice(UNKNOWN_PATHS), b"") if is_lost else self._drawn(callers)
        head = self._head(method, f"/{callers.slug}{path}", "" if is_without_key else key, body)
        await self._outcome(node, callers.slug, head + body, callers, is_noise=is_lost or is_without_key)

    def _drawn(self, callers: Callers) -> tuple[str, str, bytes]:
        drawn = random.random()
        if drawn < callers.posts:
            return "POST", "/items", b'{"note": "' + b"x" * max(callers.body - 12, 0) + b'"}'
        if drawn < callers.posts + callers.searches:
            return "GET", f"/search?q={random.randrange(10**4)}", b""
        return "GET", f"/items/{random.randrange(10**6)}", b""

    def _head(self, method: str, path: str, key: str, body: bytes = b"") -> bytes:
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if method == "POST" else ""
        authorization = f"Authorization: {key}\r\n" if key else ""
        return (
            f"{method} {path} HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: {random.choice(AGENTS)}\r\n"
            f"Accept: */*\r\nX-Forwarded-For: {random.choice(self._clients)}\r\n{authorization}{length}\r\n"
        ).encode()

    async def _outcome(self, node: str, api: str, data: bytes, callers: Callers, *, is_noise: bool) -> None:
        begun = time.time()
        is_abort = random.random() < callers.aborts
        patience = random.uniform(0, callers.abort_within) if is_abort else callers.patience
        try:
            async with asyncio.timeout(patience):
                outcome = await self._asked(node, data)
        except TimeoutError:
            outcome = "client_abort" if is_abort else "client_timeout"
        except asyncio.CancelledError:
            outcome = "unfinished"
        outcome = "unfinished" if self.is_left else outcome
        self.outcomes.append((begun, time.time(), node, api, outcome, is_noise or outcome == "client_abort"))

    async def _asked(self, node: str, data: bytes) -> str:
        connection = self._kept(node)
        try:
            if connection is None:
                connection = Connection(*await asyncio.open_connection(*self._nodes[node], limit=1 << 20))
            outcome = await connection.ask(data)
        except asyncio.IncompleteReadError:
            outcome = "closed"
        except OSError as error:
            outcome = type(error).__name__
        except asyncio.CancelledError:
            if connection:
                connection.writer.transport.abort()
            raise
        if connection and outcome.startswith("status:") and not connection.closes:
            connection.since = time.monotonic()
            self._free[node].append(connection)
        elif connection:
            connection.writer.close()
        return outcome

    def _kept(self, node: str) -> Connection | None:
        free = self._free[node]
        while free:
            connection = free.pop()
            if time.monotonic() - connection.since < IDLE_LIMIT and not connection.reader.at_eof():
                return connection
            connection.writer.close()
        return None

    def obey(self, order: dict[str, object]) -> None:
        if "api" not in order:
            self.stopped = True
            self.is_left |= "leave" in order
            return
        callers = self.callers[str(order.pop("api"))]
        for name, value in order.items():
            setattr(callers, name, value)

    async def end(self) -> None:
        self.stopped = True
        for task in list(self._tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)


async def _run(given: dict[str, object]) -> None:
    nodes, apis = given["nodes"], given["callers"]
    assert isinstance(nodes, list)
    assert isinstance(apis, list)
    random.seed(str(given["seed"]))
    load = Load(nodes, [Callers(**one) for one in apis])
    calling = [asyncio.get_running_loop().create_task(load.call(slug)) for slug in load.callers]
    await orders(load.obey)
    await load.end()
    for one in calling:
        one.cancel()
    lines = "".join(json.dumps(one) + "\n" for one in load.outcomes)
    Path(str(given["outcomes"])).write_text(lines)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_run(json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
