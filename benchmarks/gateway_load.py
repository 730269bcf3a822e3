"""What a shift of bad clients does to the gateway: memory, descriptors and the log, counted.

    python benchmarks/gateway_load.py [--idle 10000] [--slow 1000] [--bytes 2000000000] [--minutes 1] [--rate 0]

Everything runs on loopback, on this machine. Each line says what was done and what it cost; the last ones say whether
every request has its line in the log. It needs as many descriptors as connections (`ulimit -n`).
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PIECE = b"x" * (1 << 16)
CLIENTS = 30
"""Of the mixed load."""


class Gateway:
    """One, with its upstream."""

    def __init__(self, folder: Path) -> None:
        self.upstream, up = _start("upstream", "--listen", "127.0.0.1:0")
        apps = folder / "apps"
        apps.mkdir()
        api = {
            "name": "load",
            "api_id": "load",
            "use_keyless": True,
            "proxy": {"listen_path": "/a/", "target_url": f"http://127.0.0.1:{up}/", "strip_listen_path": True},
        }
        (apps / "load.json").write_text(json.dumps(api))
        config = folder / "tyk.conf"
        config.write_text(json.dumps({"access_logs": {"enabled": True}, "http_server_options": {"read_timeout": 20}}))
        self.log = folder / "log"
        self.process, self.port = _start(
            *("run", "--config", config, "--apps", apps, "--log", self.log, "--listen", "127.0.0.1:0")
        )

    def resident_mb(self) -> float:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024

    def descriptors(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())

    async def tasks(self) -> int:
        """Of its event loop."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        text = (await reader.read()).decode()
        writer.close()
        return int(text.partition("\ngwdiag_gateway_tasks ")[2].split()[0])

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def logged(self) -> int:
        time.sleep(0.5)
        with self.log.open(errors="replace") as file:
            return sum("prefix=access-log" in line for line in file)


def _start(*args: object) -> tuple["subprocess.Popen[str]", int]:
    command = [sys.executable, "-m", "gwdiag", "gateway", *map(str, args)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("listening on "):
            return process, int(line.rpartition(":")[2])
    raise SystemExit(f"{args[0]} did not start")


async def ask(port: int, path: str) -> int:
    """The status; 0 where there was none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        return int(answer[9:12] or 0)
    finally:
        writer.close()


async def idle(gateway: Gateway, count: int) -> str:
    """Connections that have asked once and stay."""
    before = gateway.resident_mb()
    kept = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET /a/status/200 HTTP/1.1\r\nHost: h\r\n\r\n")
        await reader.readuntil(b"status 200")
        kept.append(writer)
    held, spent = gateway.resident_mb(), gateway.cpu()
    await asyncio.sleep(5)
    share = (gateway.cpu() - spent) / 5
    began = time.monotonic()
    status = await ask(gateway.port, "/a/status/200")
    latency = time.monotonic() - began
    for one in kept:
        one.close()
    return (
        f"{count} idle connections: {before:.0f} -> {held:.0f} MB, {share:.1%} of a core while nothing comes, "
        f"a request beside them {status} in {latency * 1000:.0f} ms"
    )


async def slow(gateway: Gateway, count: int) -> str:
    """Requests whose upstream takes five seconds, all at once."""
    began = time.monotonic()
    statuses = await asyncio.gather(*(ask(gateway.port, "/a/delay/5") for _ in range(count)))
    good = statuses.count(200)
    return f"{count} slow requests at once: {good} answered with 200 in {time.monotonic() - began:.1f} s (each takes 5)"


async def loris(gateway: Gateway, count: int) -> str:
    """Heads that come a byte a second: closed after read_timeout, here 20 s."""
    writers = [(await asyncio.open_connection("127.0.0.1", gateway.port)) for _ in range(count)]
    began, spent = time.monotonic(), gateway.cpu()
    for _, writer in writers:
        writer.write(b"GET /a/ HTTP/1.1\r\nHost: h\r\nX")

    async def feed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
        while time.monotonic() - began < 60:
            writer.write(b"x")
            try:
                if not await asyncio.wait_for(reader.read(1), 1):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        writer.close()
        return time.monotonic() - began

    times = await asyncio.gather(*(feed(*one) for one in writers))
    return (
        f"{count} heads that come byte by byte: closed after {min(times):.0f}..{max(times):.0f} s, "
        f"{gateway.cpu() - spent:.1f} s CPU"
    )


async def download(gateway: Gateway, size: int) -> str:
    before, began, most = gateway.resident_mb(), time.monotonic(), 0.0
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(f"GET /a/bytes/{size} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    got = 0
    while data := await reader.read(1 << 20):
        got += len(data)
        most = max(most, gateway.resident_mb())
    writer.close()
    spent = time.monotonic() - began
    cost = f"{before:.0f} -> at most {most:.0f} MB, {spent:.1f} s"
    return f"{size / 1e9:g} GB down ({'whole' if got == size else 'NOT WHOLE'}): {cost}"


async def upload(gateway: Gateway, size: int) -> str:
    before, began, most = gateway.resident_mb(), time.monotonic(), 0.0
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(f"POST /a/echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode())
    left = size
    while left:
        piece = PIECE[: min(left, len(PIECE))]
        writer.write(piece)
        await writer.drain()
        left -= len(piece)
        most = max(most, gateway.resident_mb())
    asked = asyncio.ensure_future(reader.read())
    while not asked.done():
        await asyncio.wait([asked], timeout=0.2)
        most = max(most, gateway.resident_mb())
    arrived = f'"length": {size}'.encode() in asked.result()
    writer.close()
    spent = time.monotonic() - began
    cost = f"{before:.0f} -> at most {most:.0f} MB, {spent:.1f} s"
    return f"{size / 1e9:g} GB up ({'whole' if arrived else 'NOT WHOLE'}): {cost}"


async def deaf(gateway: Gateway, count: int) -> str:
    """Clients that ask for 100 MB each and read nothing."""
    before = gateway.resident_mb()
    kept = []
    for _ in range(count):
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"GET /a/bytes/100000000 HTTP/1.1\r\nHost: h\r\n\r\n")
        kept.append(writer)
    await asyncio.sleep(3)
    held = gateway.resident_mb()
    for one in kept:
        one.transport.abort()
    return f"{count} clients that read nothing: {before:.0f} -> {held:.0f} MB"


async def mixed(gateway: Gateway, minutes: float, rate: float) -> tuple[str, int]:
    """All kinds of answers from 30 clients; and how many requests were sent. `rate`: at most so many a second."""
    paths = [
        "status/200",
        "bytes/50000",
        "chunked/5000",
        "status/503",
        "close",
        "reset",
        "truncate/100/10",
        "delay/0.2",
    ]
    until, sent = time.monotonic() + minutes * 60, 0
    marks: list[tuple[float, int, int]] = []
    pause = CLIENTS / rate if rate else 0.0

    async def client(number: int) -> None:
        nonlocal sent
        turn = number
        while time.monotonic() < until:
            turn += 1
            sent += 1
            with suppress(OSError):
                await ask(gateway.port, "/a/" + paths[turn % len(paths)])
            await asyncio.sleep(pause)

    async def watch() -> None:
        while time.monotonic() < until:
            await asyncio.sleep(minutes * 60 / 6)
            marks.append((gateway.resident_mb(), gateway.descriptors(), await gateway.tasks()))

    await asyncio.gather(watch(), *(client(number) for number in range(CLIENTS)))
    sizes = ", ".join(f"{megabytes:.0f} MB / {descriptors} / {tasks}" for megabytes, descriptors, tasks in marks)
    what = f"{minutes:g} minutes of mixed load, {sent} requests; memory, descriptors and tasks on the way"
    return f"{what}: {sizes}", sent


async def run(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        gateway = Gateway(Path(name))
        try:
            for step in (
                idle(gateway, given.idle),
                slow(gateway, given.slow),
                deaf(gateway, 50),
                download(gateway, given.bytes),
                upload(gateway, given.bytes),
                loris(gateway, 200),
            ):
                _say(await step)
            before = gateway.logged()
            said, sent = await mixed(gateway, given.minutes, given.rate)
            _say(said)
            _say(f"lines in the log for those {sent} requests: {gateway.logged() - before}")
            _say(f"at the end: {gateway.resident_mb():.0f} MB, {gateway.descriptors()} descriptors")
        finally:
            for process in (gateway.process, gateway.upstream):
                process.terminate()
                process.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"- {line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=1_000)
    parser.add_argument("--bytes", type=int, default=2_000_000_000)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--rate", type=float, default=0, help="requests a second of the mixed load; 0: all it takes")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
