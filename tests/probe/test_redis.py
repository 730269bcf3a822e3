"""Redis: the real server where there is one, and one on loopback that speaks its protocol, well and badly."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gwdiag.error_classes import claim
from gwdiag.probe.defined import defined_targets
from gwdiag.probe.how import How
from gwdiag.probe.run import probe
from tests.probe.conftest import Authority
from tests.probe.looking import Looked, look
from tests.probe.servers import Behaviour, closed_port, closes, resets, silent, tcp_server

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


NO_SERVER = pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server on this machine")
HOW = How(timeout_s=1.0)
WITHOUT_REDIS_PY = "import sys; sys.modules['redis'] = None; from gwdiag.cli import main; main()"


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


def says(reply: bytes) -> Behaviour:
    """A server with the same reply to everything."""

    def behave(sock: socket.socket) -> None:
        while sock.recv(65536):
            sock.sendall(reply)

    return behave


def drips(sock: socket.socket) -> None:
    """A reply that never ends, and never pauses for long."""
    while True:
        sock.sendall(b"+")
        time.sleep(0.2)


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
        (redis("hushhush"), "NOAUTH Authentication required."),
        (silent, "no answer within 1 s"),
        (closes, "the connection was"),
        (resets, "the connection was reset"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak Redis"),
        (says(b"*1\r\n" * 50_000), "does not speak Redis"),
        (says(b"$999999999999\r\n" + b"x" * (2 << 20)), "does not speak Redis"),
        (says(b"$ten\r\n"), "does not speak Redis"),
        (says(b"+" + b"x" * (2 << 20)), "does not speak Redis"),
        (says(b"+OK\r\n"), "does not speak Redis"),
        (says(b"-LOADING Redis is loading the dataset in memory\r\n"), "LOADING Redis is loading"),
        (says(b"-ERR max number of clients reached\r\n"), "max number of clients reached"),
        (drips, "no answer within 1 s"),
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


def test_a_password_that_redis_repeats_is_not_shown():
    seen = at(says(b"-ERR unknown command `AUTH`, with args beginning with: `hushhush`, \r\n"), ":hushhush@")
    other = at(says(b"-ERR bad password hushhush of me\r\n"), "me:hushhush@")

    assert seen.verdict == other.verdict == ("storage_down", "error")
    assert "ERR unknown command `AUTH`" in seen.result.cause
    assert "ERR bad password" in other.result.cause
    assert "hushhush" not in repr((seen, other))


def test_a_user_who_may_not_ask_info():
    def behave(sock: socket.socket) -> None:
        while words := sock.recv(65536):
            sock.sendall(
                b"-NOPERM no permissions to run the 'info' command\r\n" if b"INFO\r\n" in words else b"+PONG\r\n"
            )

    seen = at(behave)

    assert (seen.verdict, seen.ids) == (("none", "ok"), ["redis_no_info"])
    assert "it refuses INFO: NOPERM no permissions" in seen.findings[0].summary


def without_redis_py(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_REDIS_PY, "probe", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_without_redis_py_the_way_is_probed_and_the_rest_is_not_called_healthy():
    with tcp_server(redis(role="slave")) as port:
        ended = without_redis_py(f"redis://127.0.0.1:{port}", "-o", "json")
        metrics = without_redis_py(f"redis://127.0.0.1:{port}", "-o", "prom")
    report = json.loads(ended.stdout)
    [target] = report["targets"]
    [finding] = report["findings"]

    assert (ended.returncode, ended.stderr, report["status"]) == (4, "", "incomplete")
    assert [(one["stage"], one["outcome"]) for one in target["stages"]] == [("tcp", "ok"), ("redis", "skip")]
    assert (finding["id"], finding["severity"]) == ("redis_skipped", "info")
    assert target["cause"].endswith(
        "the checks inside Redis were skipped: redis-py 5 or later is not installed here (pip install 'gwdiag[redis]')"
    )
    assert "gwdiag_probe_success{" not in metrics.stdout


def test_without_redis_py_a_redis_that_is_not_there_is_down():
    with closed_port() as port:
        ended = without_redis_py(f"redis://127.0.0.1:{port}", "-o", "json")

    assert (ended.returncode, json.loads(ended.stdout)["targets"][0]["verdict"]) == (1, "storage_down")


def test_without_redis_py_the_summary_of_many_says_what_was_not_looked_at():
    with tcp_server(redis()) as port, tcp_server(silent) as other:
        ended = without_redis_py(f"redis://127.0.0.1:{port}", f"127.0.0.1:{other}", "-o", "json")

    assert json.loads(ended.stdout)["summary"] == (
        f"1 of 2 targets work without trouble; not looked at inside: redis://127.0.0.1:{port}."
    )


@contextmanager
def real(folder: Path, *settings: str) -> Iterator[int]:
    """The port of a redis-server with these settings, on TLS where they say so."""
    with closed_port() as port:
        pass
    has_tls = any(one.startswith("tls-") for one in settings)
    ports = ("port 0", f"tls-port {port}") if has_tls else (f"port {port}",)
    conf = folder / "redis.conf"
    conf.write_text("\n".join((*ports, "bind 127.0.0.1", 'save ""', f"dir {folder}", *settings, "")))
    command = ["redis-server", str(conf)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = []
        for line in server.stdout:
            said.append(line)
            if "eady to accept connections" in line:
                break
        else:
            pytest.fail("".join(said))
        try:
            yield port
        finally:
            server.terminate()
            server.communicate()


@NO_SERVER
def test_a_real_one_with_its_acl_user(tmp_path):
    acl = ("requirepass other", "user gw on >hushhush ~* +@all")
    with real(tmp_path, *acl, "maxmemory 100mb", "maxclients 100") as port:
        seen = look(f"redis://gw:hushhush@127.0.0.1:{port}")
        wrong = look(f"redis://gw:wrongpass@127.0.0.1:{port}")
        none = look(f"redis://127.0.0.1:{port}")
    detail = seen.stage("redis").detail

    assert (seen.verdict, seen.ids) == (("none", "ok"), [])
    assert (detail.role, detail.clients, detail.max_clients) == ("master", 1, 100)
    assert (detail.max_memory_bytes, detail.evicted) == (100 << 20, 0)
    assert 0 < detail.ping_ms < 1000
    assert wrong.verdict == none.verdict == ("storage_down", "error")
    assert "WRONGPASS" in wrong.result.cause
    assert "NOAUTH" in none.result.cause
    assert "hushhush" not in repr((seen, wrong, none))
    assert "wrongpass" not in repr(wrong)


@NO_SERVER
def test_a_real_one_with_a_user_who_may_do_little(tmp_path):
    with real(tmp_path, "user gw on >hushhush ~* +get") as port:
        seen = look(f"redis://gw:hushhush@127.0.0.1:{port}")

    assert (seen.verdict, seen.ids) == (("none", "ok"), ["redis_no_info"])


@NO_SERVER
def test_a_real_replica(tmp_path):
    with closed_port() as master, real(tmp_path, f"replicaof 127.0.0.1 {master}") as port:
        seen = look(f"redis://127.0.0.1:{port}")

    assert (seen.verdict, seen.ids) == (("none", "warning"), ["redis_replica"])


@NO_SERVER
def test_a_real_one_with_tls_as_tyk_conf_says(tmp_path, authority: Authority):
    leaf = authority.ca.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    cert, key = authority.client(tmp_path)
    settings = ("tls-cert-file cert.pem", "tls-key-file key.pem", f"tls-ca-cert-file {authority.file}")

    def seen_with(**storage: object) -> Looked:
        conf = {"host": "127.0.0.1", "port": port, "use_ssl": True, "password": "hushhush", **storage}
        (tmp_path / "tyk.conf").write_text(json.dumps({"listen_port": 8080, "secret": "s", "storage": conf}))
        [target] = defined_targets(None, tmp_path / "tyk.conf", HOW).targets.values()
        report = probe([target], HOW)
        return Looked(report.targets[0], report.findings, report.status)

    own = {"cert_file": str(cert), "key_file": str(key)}
    with real(tmp_path, *settings, "requirepass hushhush") as port:
        good = seen_with(ca_file=str(authority.file), **own)
        unknown = seen_with(**own)
        unchecked = seen_with(ssl_insecure_skip_verify=True, **own)
        stranger = seen_with(ca_file=str(authority.file))

    assert (good.verdict, good.ids) == (("none", "ok"), [])
    assert good.stage("redis").detail.role == "master"
    assert (unknown.verdict, unknown.fails_at) == (("storage_down", "error"), "tls")
    assert (unchecked.verdict, unchecked.ids) == (("none", "ok"), ["unverified"])
    assert (stranger.verdict, stranger.fails_at) == (("storage_down", "error"), "tls")
