"""Redis, as a server on loopback that speaks its protocol, well and badly."""

import socket

import pytest

from gwdiag.error_classes import claim
from tests.probe.looking import Looked, look
from tests.probe.servers import Behaviour, closed_port, closes, silent, tcp_server

INFO = {
    "redis_version": "7.2.4",
    "role": "master",
    "connected_clients": 12,
    "maxclients": 10000,
    "used_memory": 1000,
    "maxmemory": 0,
    "evicted_keys": 0,
    "rejected_connections": 0,
}


def redis(password: str = "", **changed: object) -> Behaviour:
    """A Redis with these fields of INFO."""
    text = "".join(f"{name}:{value}\r\n" for name, value in {**INFO, **changed}.items()).encode()

    def behave(sock: socket.socket) -> None:
        may = not password
        with sock.makefile("rb") as lines:
            while line := lines.readline():
                words = [lines.read(int(lines.readline()[1:]) + 2)[:-2] for _ in range(int(line[1:]))]
                if words[0] == b"AUTH":
                    may = words[-1].decode() == password
                    sock.sendall(b"+OK\r\n" if may else b"-WRONGPASS invalid username-password pair\r\n")
                elif not may:
                    sock.sendall(b"-NOAUTH Authentication required.\r\n")
                elif words[0] == b"PING":
                    sock.sendall(b"+PONG\r\n")
                else:
                    sock.sendall(b"$%d\r\n%s\r\n" % (len(text), text))

    return behave


def at(behaviour: Behaviour, user: str = "") -> Looked:
    with tcp_server(behaviour) as port:
        return look(f"redis://{user}127.0.0.1:{port}")


def test_a_healthy_one():
    seen = at(redis())
    detail = seen.stage("redis").detail

    assert seen.verdict == ("none", "ok")
    assert (detail.version, detail.role, detail.clients, detail.max_clients) == ("7.2.4", "master", 12, 10000)


def test_its_password_is_used_and_not_shown():
    seen = at(redis("hushhush"), ":hushhush@")

    assert seen.verdict == ("none", "ok")
    assert "hushhush" not in repr(seen)


@pytest.mark.parametrize(
    ("changed", "id_"),
    [
        ({"connected_clients": 9000}, "redis_clients"),
        ({"used_memory": 900, "maxmemory": 1000}, "redis_memory"),
        ({"evicted_keys": 1}, "redis_evictions"),
        ({"role": "slave"}, "redis_replica"),
        ({"loading": 1}, "redis_loading"),
    ],
)
def test_one_in_trouble(changed, id_):
    seen = at(redis(**changed))

    assert (seen.verdict, seen.ids) == (("none", "warning"), [id_])


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (redis("hushhush"), "NOAUTH"),
        (silent, "no answer within 1 s"),
        (closes, "the connection was"),
        (lambda sock: sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak Redis"),
    ],
)
def test_one_that_does_not_serve(behaviour, words):
    seen = at(behaviour)

    assert (seen.verdict, seen.fails_at) == (("storage_down", "error"), "redis")
    assert words in seen.result.cause
    assert claim(seen.result.log_line or "").id == "storage_down"


def test_one_that_is_not_there():
    with closed_port() as port:
        seen = look(f"redis://127.0.0.1:{port}")

    assert (seen.verdict, seen.fails_at) == (("storage_down", "error"), "tcp")
    assert seen.stage("tcp").class_ == "storage_down"
    assert claim(seen.result.log_line or "").id == "storage_down"
