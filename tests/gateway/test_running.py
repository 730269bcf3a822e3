"""The process: reload, drain, workers, and what it tells of itself."""

import json
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.gateway.served import Process, definition, eventually, rest_of

ASK = b"GET /%b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def rewrite(gateway, name: str, content: object) -> None:
    """As an editor does: the file is whole at once."""
    path = gateway.apps / name
    part = path.with_suffix(".part")
    part.write_text(content if isinstance(content, str) else json.dumps(content))
    part.replace(path)


def test_sighup_loads_the_definitions_anew_and_fails_no_request(serve, upstream):
    gateway = serve([definition("/a/", upstream)])
    statuses: list[int] = []
    stopped = threading.Event()

    def traffic() -> None:
        while not stopped.is_set():
            statuses.append(gateway.get("/a/delay/0.01").status)

    threads = [threading.Thread(target=traffic, daemon=True) for _ in range(4)]
    for one in threads:
        one.start()
    for number in range(4):
        rewrite(gateway, "1.json", definition(f"/new{number}/", upstream))
        gateway.signal(signal.SIGHUP)
        eventually(lambda path=f"/new{number}/echo": gateway.get(path).status == 200)
        time.sleep(0.2)
    stopped.set()
    for one in threads:
        one.join()

    assert gateway.get("/new0/echo").status == 404
    assert set(statuses) == {200}
    assert len(statuses) > 20


def test_a_broken_definition_is_said_and_the_others_go_on(serve, upstream):
    gateway = serve([definition("/a/", upstream), definition("/b/", upstream)])
    rewrite(gateway, "1.json", '{"name": ')

    gateway.signal(signal.SIGHUP)

    eventually(lambda: gateway.get("/b/echo").status == 404)
    assert gateway.get("/a/echo").status == 200
    eventually(lambda: f"gwdiag: {gateway.apps}/1.json:1: this is no JSON: Expecting value" in gateway.said)


def test_watch_sees_a_changed_file(serve, upstream):
    gateway = serve([definition("/a/", upstream)], None, "--watch")

    rewrite(gateway, "1.json", definition("/b/", upstream))

    eventually(lambda: gateway.get("/b/echo").status == 200)


def test_sigterm_ends_what_is_under_way(serve, upstream):
    gateway = serve([definition("/a/", upstream)])
    with gateway.connect() as under_way, gateway.connect() as idle:
        under_way.sendall(b"GET /a/delay/1 HTTP/1.1\r\nHost: h\r\n\r\n")
        idle.sendall(b"GET /a/echo HTTP/1.1\r\nHost: h\r\n\r\n")
        idle.recv(1 << 16)
        time.sleep(0.3)

        gateway.signal(signal.SIGTERM)

        assert rest_of(idle) == b""
        answer = rest_of(under_way)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"after 1 s")
    assert gateway.ended() == 0
    with pytest.raises(ConnectionRefusedError):
        gateway.connect()


def test_a_drain_does_not_wait_for_ever(serve, upstream):
    gateway = serve([definition("/a/", upstream)], {"graceful_shutdown_timeout_duration": 1})
    with gateway.connect() as made:
        made.sendall(b"GET /a/silent HTTP/1.1\r\nHost: h\r\n\r\n")
        time.sleep(0.2)
        began = time.monotonic()
        gateway.signal(signal.SIGTERM)

        assert gateway.ended() == 0
    assert time.monotonic() - began < 4


def test_hello(serve, upstream):
    gateway = serve([definition("/", upstream)])

    answer = gateway.get("/hello")

    assert answer.headers["content-type"] == "application/json"
    assert {**answer.json(), "version": "V"} == {
        "status": "pass",
        "version": "V",
        "description": "gwdiag reference gateway",
    }


def test_metrics(serve, upstream):
    gateway = serve([definition("/a/", upstream), definition("/b/", "http://127.0.0.1:1")])
    for path in ("/a/echo", "/a/status/503", "/b/x"):
        gateway.get(path)

    text = gateway.get("/metrics").body.decode()

    samples = dict(re.findall(r"^(\S+) (\S+)$", text, re.MULTILINE))
    assert {
        name: value
        for name, value in samples.items()
        if not any(word in name for word in ("_bucket", "_sum", "lag", "dials", "idle"))
    } == {
        'gwdiag_gateway_requests_total{api_id="id-a",status="200"}': "1",
        'gwdiag_gateway_requests_total{api_id="id-a",status="503"}': "1",
        'gwdiag_gateway_requests_total{api_id="id-b",status="500"}': "1",
        'gwdiag_gateway_errors_total{class="upstream_5xx"}': "1",
        'gwdiag_gateway_errors_total{class="upstream_dial_refused"}': "1",
        "gwdiag_gateway_request_seconds_count": "3",
        'gwdiag_gateway_upstream_waiting{api_id="id-a"}': "0",
        'gwdiag_gateway_upstream_waiting{api_id="id-b"}': "0",
        "gwdiag_gateway_client_connections": "1",
        "gwdiag_gateway_tasks": "3",
        "gwdiag_gateway_log_lines_lost_total": "0",
    }
    assert float(samples["gwdiag_gateway_event_loop_lag_seconds"]) >= 0
    names = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    assert all(re.sub(r"_(bucket|sum|count)$", "", name.partition("{")[0]) in names for name in samples)


def test_workers_share_the_port_and_every_request_is_logged(serve, upstream):
    gateway = serve([definition("/a/", upstream)], None, "--workers", 2)

    assert {gateway.get(f"/a/echo/{number}").status for number in range(40)} == {200}

    lines = gateway.logged("access-log", 40)
    assert sorted(int(line.partition("original_path=/a/echo/")[2].split()[0]) for line in lines) == list(range(40))
    assert gateway.stop() == 0


def test_a_worker_that_dies_is_replaced(serve, upstream):
    gateway = serve([definition("/a/", upstream)], None, "--workers", 2)
    children = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children")
    first = children.read_text().split()

    subprocess.run(["kill", "-9", first[0]], check=True)

    def replaced() -> bool:
        now = children.read_text().split()
        return len(now) == 2 and first[0] not in now

    eventually(replaced)
    eventually(lambda: all(gateway.get("/a/echo").status == 200 for _ in range(10)))


def test_workers_end_with_the_process_that_started_them(serve, upstream):
    gateway = serve([definition("/a/", upstream)], None, "--workers", 2)

    gateway.kill()

    def refused() -> bool:
        try:
            gateway.connect().close()
        except ConnectionRefusedError:
            return True
        return False

    eventually(refused)


def test_a_heap_capture_on_a_signal(serve, upstream, tmp_path):
    gateway = serve([definition("/a/", upstream)], None, "--profile-heap", tmp_path / "heap")
    gateway.get("/a/echo")

    gateway.signal(signal.SIGUSR1)

    eventually(lambda: len(list((tmp_path / "heap").glob("*.bin"))) == 1)
    assert gateway.stop() == 0
    captures = list((tmp_path / "heap").iterdir())
    assert [one.suffix for one in captures] == [".bin", ".bin"]
    import memray

    with memray.FileReader(captures[0]) as reader:
        assert reader.metadata.total_allocations > 0


def test_listening_elsewhere_than_on_loopback_is_said(serve, tmp_path, upstream):
    (tmp_path / "apps").mkdir()
    process = Process("run", "--apps", tmp_path / "apps", "--listen", "0.0.0.0:0")

    assert process.said[0] == f"gwdiag: 0.0.0.0:{process.port} is reachable from other machines"
    assert process.stop() == 0


def test_an_upstream_does_what_one_word_says():
    process = Process("upstream", "--listen", "127.0.0.1:0", "--every", "status/418")
    with socket.create_connection(("127.0.0.1", process.port)) as made:
        made.sendall(b"GET /whatever HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = made.recv(1 << 16)
    process.kill()

    assert answer.startswith(b"HTTP/1.1 418 I'm a teapot\r\n")


def test_help_loads_no_event_loop():
    command = [sys.executable, "-X", "importtime", "-m", "gwdiag", "gateway", "run", "--help"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert loaded & {"asyncio", "httptools", "ssl", "memray"} == set()


def test_without_descriptors_it_waits_longer_each_time_in_go_s_words_and_then_goes_on(serve, upstream):
    gateway = serve([definition("/a/", upstream)])
    assert gateway.get("/a/echo").status == 200
    pid = gateway.process.pid
    used = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    most = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used, most))
    held = [gateway.connect() for _ in range(8)]
    eventually(lambda: any("retrying in 160ms" in line for line in gateway.log()))
    time.sleep(0.5)
    errors = [line.partition(" http: ")[2] for line in gateway.log() if "Accept error" in line]
    for one in held:
        one.close()

    words = f"Accept error: accept tcp 127.0.0.1:{gateway.port}: accept4: too many open files; retrying in "
    begun = max(index for index, line in enumerate(errors) if line.endswith(" 5ms"))
    assert errors[begun : begun + 6] == [words + pause for pause in ("5ms", "10ms", "20ms", "40ms", "80ms", "160ms")]
    assert len(errors) < 20
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
    assert gateway.get("/a/echo").status == 200
