"""Snapshots of live servers: Go's profiler as recorded, over real sockets, and a real Python process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from gwdiag.heap.capturing.process import listening_on, process_of
from gwdiag.heap.capturing.requests import AccessLog
from gwdiag.model.problem import Problem
from tests.conftest import Run
from tests.heap.conftest import Report

SERIES = Path(__file__).parent / "series/leak-of-goroutines"


METRICS = b"""\
# TYPE http_requests_total counter
http_requests_total{code="200"} 40
http_requests_total{code="500"} 2
"""


class Gateway(BaseHTTPRequestHandler):
    """Serves recorded profiles one after another, as a process that leaks would."""

    shots = 0
    is_broken = False

    def do_GET(self) -> None:
        page = self.path
        if page == "/hello":
            self.answer(200, b'{"status":"pass","version":"v5.8.5"}')
        elif page == "/metrics":
            self.answer(200, METRICS)
        elif page.startswith("/debug/pprof/heap?debug=1"):
            self.answer(200, b"heap profile: 0: 0 [1: 16] @ heap/1048576\n0: 0 [1: 16] @ 0x1\n")
        elif page.startswith("/debug/pprof/heap"):
            type(self).shots += 1
            if self.is_broken and self.shots > 1:
                self.answer(200, b"<html>busy</html>")
            else:
                self.answer(200, (SERIES / f"heap-{self.shots - 1:02}.pb.gz").read_bytes())
        else:
            self.answer(404, b"404 page not found\n")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on standard error."""


@pytest.fixture
def gateway() -> Iterator[tuple[str, type[Gateway]]]:
    handler = type("Handler", (Gateway,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", handler
        server.shutdown()


def names(folder: Path) -> list[str]:
    return sorted(f"{path.name.partition('-')[0]}.{path.name.partition('.')[2]}" for path in folder.iterdir())


def test_each_shot_has_its_files_and_a_sidecar(report: Report, gateway, tmp_path):
    url, _ = gateway
    found = report(
        "capture", url, "--every", "0.2", "--count", "3", "--dir", tmp_path, "--metrics", f"http://{url}/metrics"
    )

    assert names(tmp_path) == ["heap.json"] * 3 + ["heap.pb.gz"] * 3 + ["heap.txt"] * 3
    sidecar = json.loads(next(tmp_path.glob("*.json")).read_text())
    assert {key: sidecar[key] for key in ("requests", "version", "pid", "gc")} == {
        "requests": 42,
        "version": "5.8.5",
        "pid": os.getpid(),
        "gc": True,
    }
    assert sidecar["rss_bytes"] > 10_000_000
    assert [len(one["missing"]) for one in found["shots"]] == [1, 1, 1]  # this one has no goroutines
    assert found["stderr"].count("\n") == 3


def test_a_profiler_that_is_off_says_which_setting_turns_it_on(gwdiag: Run, gateway, tmp_path):
    ended = gwdiag("heap", "capture", f"http://{gateway[0]}/elsewhere", "--dir", tmp_path)

    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1)
    for words in ("404", "enable_http_profiler", "TYK_GW_HTTPPROFILE=true", "keep it away from the public"):
        assert words in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_nobody_there_is_one_line(gwdiag: Run, tmp_path):
    ended = gwdiag("heap", "capture", "127.0.0.1:9", "--dir", tmp_path)

    assert (ended.returncode, ended.stderr) == (
        3,
        "gwdiag: http://127.0.0.1:9/debug/pprof/heap?gc=1: connection refused\n",
    )


def test_an_answer_that_is_no_profile_is_not_kept(report: Report, gateway, tmp_path):
    url, handler = gateway
    handler.is_broken = True
    found = report("capture", url, "--every", "0.1", "--count", "9", "--dir", tmp_path)

    assert (found["status"], len(found["shots"])) == ("warning", 1)
    assert "cannot be read as a heap profile" in found["findings"][0]["summary"]
    assert names(tmp_path) == ["heap.json", "heap.pb.gz", "heap.txt"]


def test_ctrl_c_keeps_what_is_there(gateway, tmp_path):
    command = [sys.executable, "-m", "gwdiag", "heap", "capture", gateway[0], "--every", "60", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        assert run.stderr.readline().startswith("gwdiag: 1 of 6: heap-")
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=20)

    assert run.returncode == 130
    assert f"1 snapshot in {tmp_path}. Next: gwdiag heap top " in out
    assert names(tmp_path) == ["heap.json", "heap.pb.gz", "heap.txt"]


def test_a_share_of_no_limit_cannot_be_waited_for(gwdiag: Run, gateway, tmp_path):
    limit = process_of(os.getpid()).limit_bytes
    if limit:
        pytest.skip("this process has a memory limit")
    ended = gwdiag("heap", "capture", gateway[0], "--when-rss", "70%", "--dir", tmp_path)

    assert (ended.returncode, ended.stderr) == (
        2,
        f"gwdiag: --when-rss 70%: process {os.getpid()} has no memory limit; give a size such as 2GB\n",
    )


def test_a_size_that_is_reached_is_not_waited_for(report: Report, gateway, tmp_path):
    found = report("capture", gateway[0], "--when-rss", "1MB", "--every", "0.1", "--count", "2", "--dir", tmp_path)

    assert len(found["shots"]) == 2


@pytest.mark.parametrize("args", [(), ("--pid", "1999999999"), ("http://",)])
def test_usage(gwdiag: Run, tmp_path, args):
    ended = gwdiag("heap", "capture", *args, "--dir", tmp_path / "new")

    assert ended.returncode in (2, 3)
    assert ended.stderr.count("\n") == 1


def test_the_process_behind_a_port_is_found(gateway):
    found = listening_on(int(gateway[0].rpartition(":")[2]))

    assert found == process_of(os.getpid())
    assert listening_on(1) is None
    with pytest.raises(Problem, match="there is no such process here"):
        process_of(1_999_999_999)


def test_requests_are_counted_by_the_lines_of_a_log(tmp_path):
    file = tmp_path / "access.log"
    file.write_text("old\n" * 3)
    log = AccessLog(file)

    assert log.count() == 0
    with file.open("a") as more:
        more.write("new\n" * 5)
    assert log.count() == 5
    file.write_text("after rotation\n")
    assert log.count() == 6
    file.unlink()
    assert log.count() is None
