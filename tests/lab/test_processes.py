"""The upstream and the nameserver of the lab, as they run."""

import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import cast

import pytest
from dns import message, rcode

from gwdiag.lab import certificates
from gwdiag.lab.certificates import Authority
from gwdiag.lab.nameserver import Nameserver
from gwdiag.lab.plan import Behaviour
from gwdiag.lab.processes import Process, module
from gwdiag.model.problem import Problem

QUICK = Behaviour(median=0.001)
ADDRESS = f"127.{os.getpid() % 200 + 20}.7.9"
"""Of the upstreams of these tests: side by side with others there is no other one of it."""


class Served:
    """An upstream under test."""

    def __init__(self, folder: Path, port: int, behaviour: Behaviour, **more: object) -> None:
        given = {"backlog": 16, "slots": 0, "certificate": "", "client_ca": "", **more}
        given |= {"address": ADDRESS, "port": port, "behaviour": asdict(behaviour)}
        self.port = port
        self.process = Process("upstream", module("upstream", given), folder / "upstream.stderr")
        self.process.ready()

    def behave(self, behaviour: Behaviour) -> None:
        self.process.order(behaviour=asdict(behaviour))
        time.sleep(0.2)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(ADDRESS, self.port, timeout=10)

    def status(self, path: str = "/items/1") -> int:
        made = self.connect()
        made.request("GET", path)
        answer = made.getresponse()
        answer.read()
        made.close()
        return answer.status


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    made: list[Served] = []

    def start(behaviour: Behaviour = QUICK, **more: object) -> Served:
        with socket.socket() as free:
            free.bind((ADDRESS, 0))
            port = free.getsockname()[1]
        made.append(Served(tmp_path, port, behaviour, **more))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()


def test_an_upstream_answers_what_it_knows_and_counts(serve):
    upstream = serve()

    assert [upstream.status(one) for one in ("/items/1", "/search?q=1", "/health", "/.env")] == [200, 200, 200, 404]
    assert upstream.process.end() == {"connections": 4, "requests": 4, "ok": 2, "status:404": 1}


def test_an_upstream_changes_as_it_is_told(serve):
    upstream = serve()
    upstream.behave(Behaviour(median=0.001, words=((1.0, "status/503"),)))
    assert upstream.status() == 503

    upstream.behave(Behaviour(median=0.001, words=((1.0, "reset"),)))
    with pytest.raises(ConnectionResetError):
        upstream.status()

    upstream.behave(Behaviour(median=0.3, spread=0.01))
    begun = time.monotonic()
    assert upstream.status() == 200
    assert 0.25 < time.monotonic() - begun < 2.0


def test_a_connection_has_so_many_requests_and_is_idle_for_so_long(serve):
    upstream = serve(Behaviour(median=0.001, requests=2))
    made = upstream.connect()
    said = []
    for _ in range(2):
        made.request("GET", "/items/1")
        answer = made.getresponse()
        answer.read()
        said.append(answer.getheader("Connection"))
    assert said == [None, "close"]

    upstream.behave(Behaviour(median=0.001, idle=0.2))
    with socket.create_connection((ADDRESS, upstream.port), 5) as raw:
        raw.sendall(b"GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 200 ")
        while raw.recv(4096):  # the end of the body, then that of the connection
            pass


def test_what_comes_while_it_closes_an_idle_connection_is_reset(serve):
    upstream = serve(Behaviour(median=0.001, idle=0.2, lingers=1.0))
    with socket.create_connection((ADDRESS, upstream.port), 5) as raw:
        raw.sendall(b"GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.6)
        raw.sendall(b"POST /items HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok")
        with pytest.raises(ConnectionResetError):
            raw.recv(4096)


def test_connections_beyond_its_slots_wait_in_the_kernel(serve):
    upstream = serve(Behaviour(median=0.6, spread=0.01, requests=1), slots=1)
    begun = time.monotonic()
    every = [upstream.connect() for _ in range(2)]
    for one in every:
        one.request("GET", "/items/1")
    assert [one.getresponse().status for one in every] == [200, 200]
    assert time.monotonic() - begun > 1.1


def test_a_process_that_does_not_start_says_why(tmp_path):
    words = [sys.executable, "-c", "import sys; sys.exit('no such thing')"]
    process = Process("upstream", words, tmp_path / "said")
    with pytest.raises(Problem, match=r"^upstream does not start: no such thing$"):
        process.ready()
    process.kill()


def test_certificates_are_what_they_are_said_to_be(tmp_path):
    if reason := certificates.missing():
        pytest.skip(reason)
    from datetime import timedelta

    authority = Authority(tmp_path, "ca", "Lab Root")
    authority.issue("good", "orders.example")
    authority.issue("late", "orders.example", ended=timedelta(hours=3))
    verdicts = []
    for name in ("good", "late"):
        words = ["openssl", "verify", "-CAfile", f"{authority.file}.crt", "-verify_hostname", "orders.example"]
        done = subprocess.run([*words, tmp_path / f"{name}.crt"], capture_output=True, text=True, check=False)
        verdicts.append((done.returncode, "certificate has expired" in done.stderr))

    assert verdicts == [(0, False), (2, True)]


class Answers:
    """What a nameserver sends, instead of a socket."""

    def __init__(self) -> None:
        self.sent: list[message.Message] = []

    def sendto(self, data: bytes, _: object) -> None:
        self.sent.append(message.from_wire(data))


@pytest.mark.parametrize(
    ("order", "name", "expected"),
    [
        ({}, "a.test", ("NOERROR", ["10.0.0.1"])),
        ({}, "b.test", ("NXDOMAIN", [])),
        ({"mode": "nxdomain", "names": ["a.test"]}, "a.test", ("NXDOMAIN", [])),
        ({"mode": "servfail"}, "a.test", ("SERVFAIL", [])),
        ({"mode": "silent"}, "a.test", None),
        ({"mode": "silent", "names": ["c.test"]}, "a.test", ("NOERROR", ["10.0.0.1"])),
    ],
)
def test_a_nameserver_answers_as_it_is_told(order, name, expected):
    async def asked() -> list[message.Message]:
        server, answers = Nameserver({"a.test": "10.0.0.1"}), Answers()
        server.connection_made(cast(asyncio.BaseTransport, answers))
        if order:
            server.obey(order)
        server.datagram_received(message.make_query(name, "A").to_wire(), ("127.0.0.1", 5))
        await asyncio.sleep(0.01)
        return answers.sent

    sent = asyncio.run(asked())
    found = [(rcode.to_text(one.rcode()), [str(item) for rows in one.answer for item in rows]) for one in sent]

    assert found == ([expected] if expected else [])


def test_a_late_nameserver_answers_late():
    async def asked() -> float:
        server, answers = Nameserver({"a.test": "10.0.0.1"}), Answers()
        server.connection_made(cast(asyncio.BaseTransport, answers))
        server.obey({"mode": "late", "delay": 0.4})
        begun = time.monotonic()
        server.datagram_received(message.make_query("a.test", "A").to_wire(), ("127.0.0.1", 5))
        while not answers.sent:
            await asyncio.sleep(0.01)
        return time.monotonic() - begun

    assert 0.19 < asyncio.run(asked()) < 2.0


def test_modules_get_what_they_are_told_as_one_word():
    assert json.loads(module("load", {"a b": [1]})[-1]) == {"a b": [1]}
