"""A gateway and upstreams as they run: processes and sockets on loopback, nothing of them replaced."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 20.0
"""Seconds that something may take on a busy machine; nothing waits for as long as that where all is well."""
UNSTEADY = (
    (re.compile(r'time="[^"]*" '), ""),
    (re.compile(r'"time":"[^"]*"'), '"time":"T"'),
    (re.compile(r"(latency_\w+|upstream_latency)(\"?[=:])\d+"), r"\1\2N"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
)


@dataclass
class Answer:
    """Headers by name in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


class Process:
    """`gwdiag gateway ...`, from when it listens."""

    def __init__(self, *args: object, **environment: str) -> None:
        command = [sys.executable, "-m", "gwdiag", "gateway", *map(str, args)]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
        )
        self.said: list[str] = []
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))
            if line.startswith("listening on "):
                break
        else:
            raise AssertionError("\n".join(self.said))
        self.port = int(line.rpartition(":")[2])
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said += (line.rstrip("\n") for line in self.process.stderr)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.ended()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def ended(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status

    def kill(self) -> None:
        self.process.kill()
        self.ended()


class Gateway(Process):
    """One that serves `definitions`; its log is in a file."""

    def __init__(
        self, folder: Path, definitions: list[dict], config: dict | None = None, *options: object, **environment: str
    ) -> None:
        self.apps = folder / "apps"
        self.apps.mkdir(parents=True)
        for index, one in enumerate(definitions):
            (self.apps / f"{index}.json").write_text(json.dumps(one))
        self._log = folder / "gateway.log"
        config_file = folder / "tyk.conf"
        config_file.write_text(json.dumps({"access_logs": {"enabled": True}, **(config or {})}))
        super().__init__(
            *("run", "--config", config_file, "--apps", self.apps, "--listen", "127.0.0.1:0", "--log", self._log),
            *options,
            **environment,
        )

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def raw(self, data: bytes) -> bytes:
        """All that comes until the gateway closes."""
        with self.connect() as made:
            made.sendall(data)
            return rest_of(made)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Header names with _ for -."""
        made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            made.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = made.getresponse()
            got = answer.read()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, got)
        finally:
            made.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def log(self) -> list[str]:
        return self._log.read_text().splitlines()

    def logged(self, wanted: str, count: int = 1) -> list[str]:
        """The lines with `wanted` in them, when there are as many, without what differs from run to run."""
        found: list[str] = []

        def enough() -> bool:
            found[:] = [line for line in self.log() if wanted in line]
            return len(found) >= count

        eventually(enough)
        return [steady(line) for line in found]


def steady(line: str) -> str:
    for pattern, instead in UNSTEADY:
        line = pattern.sub(instead, line)
    return line


def eventually(check: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.02)


def rest_of(made: socket.socket) -> bytes:
    got = b""
    try:
        while piece := made.recv(1 << 16):
            got += piece
    except ConnectionResetError:
        got += b"<reset>"
    return got


def definition(listen_path: str, target: str, /, **more: object) -> dict:
    """A Classic definition; `proxy` in `more` goes into its proxy part."""
    name = listen_path.strip("/") or "root"
    proxy = {"listen_path": listen_path, "target_url": target, "strip_listen_path": True, **more.pop("proxy", {})}  # type: ignore[dict-item]
    return {
        "name": name,
        "api_id": f"id-{name}",
        "org_id": "org",
        "use_keyless": True,
        "active": True,
        **more,
        "proxy": proxy,
    }


def extended(**paths: object) -> dict:
    """version_data with extended_paths."""
    versions = {"Default": {"name": "Default", "use_extended_paths": True, "extended_paths": paths}}
    return {"not_versioned": True, "versions": versions}


def oas(listen_path: str, url: str, *, paths: dict | None = None, operations: dict | None = None, **more: dict) -> dict:
    """An OpenAPI document with Tyk's extension."""
    name = listen_path.strip("/")
    extension = {
        "info": {"id": f"id-{name}", "name": name, "orgId": "org", "state": {"active": True}},
        "server": {"listenPath": {"value": listen_path, "strip": True}},
        "upstream": {"url": url, **more.pop("upstream", {})},
        "middleware": {"operations": operations or {}},
    }
    document = {"openapi": "3.0.3", "info": {"title": name, "version": "1"}, "paths": paths or {}}
    return {**document, "x-tyk-api-gateway": {**extension, **more}}


@dataclass
class Scripted:
    """An upstream that gives `answers`, one to each request on whatever connection, and keeps what it got.

    An answer of None closes the connection without a word.
    """

    answers: list[bytes | None]
    got: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                made, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(made,), daemon=True).start()

    def _serve(self, made: socket.socket) -> None:
        with made:
            while (asked := _request(made)) is not None:
                self.got.append(asked)
                answer = self.answers.pop(0) if self.answers else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                if answer is None:
                    return
                made.sendall(answer)
                if b"onnection: close" in answer.partition(b"\r\n\r\n")[0]:
                    return


def _request(made: socket.socket) -> bytes | None:
    """A request as its head says it is: this reads strictly, so that what was not meant as one request is seen."""
    got = b""
    while b"\r\n\r\n" not in got:
        try:
            piece = made.recv(1 << 16)
        except ConnectionResetError:  # what was sent too much is not read by anybody
            piece = b""
        if not piece:
            return None
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\nContent-Length: (\d+)", head)
    wanted = int(length[1]) if length else 0
    while len(body) < wanted or (b"Transfer-Encoding: chunked" in head and not body.endswith(b"0\r\n\r\n")):
        body += made.recv(1 << 16)
    return head + b"\r\n\r\n" + body
