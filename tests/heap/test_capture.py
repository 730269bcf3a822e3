"""Snapshots of live servers: Go's profiler as recorded, over real sockets, and a real Python process."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gwdiag.heap.capturing import attach
from gwdiag.heap.capturing.process import listening_on, process_of
from gwdiag.heap.capturing.profiler import Refused
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


PYTHON = """
import sys, time
kept = []
def leak(): kept.append(bytearray(100_000))
print("ready", flush=True)
while True:
    leak()
    time.sleep(0.01)
"""
NO_GDB = pytest.mark.skipif(not shutil.which("gdb"), reason="no gdb on this machine")


@contextmanager
def python(*options: str, code: str = PYTHON) -> Iterator[subprocess.Popen[str]]:
    """A live Python process."""
    command = [sys.executable, *options, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def capture_of(process: subprocess.Popen[str], folder: Path, *args: str, **more: Any) -> subprocess.Popen[str]:
    args = ("--pid", str(process.pid), "--dir", str(folder), *args)
    command = [sys.executable, "-m", "gwdiag", "heap", "capture", *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def may_attach(said: str) -> None:
    if "may not trace it" in said:
        pytest.skip("this user may not trace a process here")


@NO_GDB
def test_a_live_python_process(report: Report, tmp_path):
    with python() as process, capture_of(process, tmp_path, "--every", "1", "--count", "2") as run:
        out, said = run.communicate(timeout=60)
        assert process.poll() is None
    may_attach(said)
    first, second = sorted(tmp_path.glob("memray-*.bin"))
    [row] = [one for one in report("top", second)["functions"] if one["function"].startswith("leak ")]

    assert (run.returncode, said.count(" of 2: memray-")) == (0, 2)
    assert out.endswith(f"Next: gwdiag heap top {second}\n")
    assert row["flat"] >= 10 * 100_000
    assert json.loads(first.with_suffix(".json").read_text())["pid"] == process.pid
    assert len(list(tmp_path.iterdir())) == 4


@NO_GDB
def test_ctrl_c_keeps_what_memray_recorded_and_lets_go_of_the_process(report: Report, tmp_path):
    with python() as process, capture_of(process, tmp_path, "--every", "500") as run:
        while run.poll() is None and not list(tmp_path.glob(".memray-*.new")):
            time.sleep(0.1)
        time.sleep(2)
        run.send_signal(signal.SIGINT)
        out, said = run.communicate(timeout=60)
        assert process.poll() is None
    may_attach(said)
    [file] = tmp_path.glob("*.bin")

    assert (run.returncode, "1 snapshot in" in out) == (130, True)
    assert report("top", file)["functions"][0]["function"].startswith("leak ")


@NO_GDB
def test_a_process_that_ends_while_it_is_recorded(tmp_path):
    with python() as process, capture_of(process, tmp_path, "--every", "500") as run:
        while run.poll() is None and not list(tmp_path.glob(".memray-*.new")):
            time.sleep(0.1)
        process.kill()
        process.wait()
        _, said = run.communicate(timeout=60)
    may_attach(said)

    assert run.returncode == 3
    assert said in {  # before or after memray has told us that it is there
        f"gwdiag: --pid {process.pid}: the process has ended\n",
        f"gwdiag: --pid {process.pid}: the process ended while it was recorded\n",
    }
    assert list(tmp_path.iterdir()) == []


@NO_GDB
def test_a_process_that_sleeps_is_let_go_of_and_lives_on(tmp_path, monkeypatch):
    monkeypatch.setattr(attach, "ATTACH_S", 3.0)
    code = "import time\nprint('ready', flush=True)\ntime.sleep(6)\nprint(len([bytearray(999) for _ in range(999)]))"
    with python(code=code) as process:
        found = process_of(process.pid)
        with pytest.raises(Refused) as refused:
            attach.record(found, tmp_path / "never.bin", 1.0)
        tracer = found.tracer()
        out, _ = process.communicate(timeout=60)
    may_attach(str(refused.value))

    assert str(refused.value) == (
        f"--pid {process.pid}: memray cannot attach: the process has run no Python code for 3 s"
    )
    assert (tracer, out, process.returncode) == (None, "999\n", 0)


@NO_GDB
def test_a_process_without_memray(tmp_path):
    with python("-S", "-I") as process, capture_of(process, tmp_path, "--every", "1") as run:
        _, said = run.communicate(timeout=60)
    may_attach(said)

    assert (run.returncode, said) == (
        3,
        f"gwdiag: --pid {process.pid}: memray cannot attach: memray is not installed in the Python of that process\n",
    )


def test_without_a_debugger(tmp_path):
    if sys.version_info >= (3, 14):
        pytest.skip("Python needs no debugger for it since 3.14")
    with python() as process, capture_of(process, tmp_path, env={**os.environ, "PATH": str(tmp_path)}) as run:
        _, said = run.communicate(timeout=60)

    assert (run.returncode, said) == (
        3,
        f"gwdiag: --pid {process.pid}: memray cannot attach: neither gdb nor lldb is installed here\n",
    )


def test_a_process_that_is_stopped(tmp_path):
    with python() as process:
        process.send_signal(signal.SIGSTOP)
        with capture_of(process, tmp_path) as run:
            _, said = run.communicate(timeout=60)

    assert (run.returncode, said) == (
        3,
        f"gwdiag: --pid {process.pid}: the process is stopped, by a signal or a debugger\n",
    )


def test_a_process_that_is_no_python(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as process:
        time.sleep(0.2)  # until it is sleep, and no longer this Python
        with capture_of(process, tmp_path) as run:  # type: ignore[arg-type]
            _, said = run.communicate(timeout=60)
        process.kill()

    assert (run.returncode, said.partition(" it is ")[2]) == (
        3,
        "no Python process; of a Go process give the address of its profiler\n",
    )


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can give up a capability")
def test_a_process_that_this_user_may_not_trace(tmp_path):
    with python() as process:
        args = ("heap", "capture", "--pid", str(process.pid), "--dir", str(tmp_path))
        give_up = ("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace")
        command = [*give_up, sys.executable, "-m", "gwdiag", *args]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 3
    assert ended.stderr.startswith(f"gwdiag: --pid {process.pid}: this user may not trace it; be its user or root")
