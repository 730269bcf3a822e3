"""Files that are not there, may not be read, are empty or damaged: one clear line each, and the rest is examined."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Takes from root what no other user has: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, with which a file's mode does not
# matter (capabilities(7); PR_CAPBSET_DROP of prctl(2)). Then it becomes the command.
WITHOUT_PRIVILEGE = """
import ctypes, os, sys
for capability in (1, 2) if os.geteuid() == 0 else ():
    ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""

Restricted = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def restricted(tmp_path: Path) -> Restricted:
    """Runs gwdiag as a user who may not read everything."""

    def run(*args: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", WITHOUT_PRIVILEGE, sys.executable, *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)

    closed = tmp_path / "closed"
    closed.touch(0)
    if run("-c", f"open({str(closed)!r})").returncode == 0:
        pytest.skip("this user may read every file, and that cannot be taken away here")
    closed.unlink()
    return lambda *args: run("-m", "gwdiag", *map(str, args))


def test_a_path_that_is_not_there(here, tmp_path):
    gone = tmp_path / "gone.log"

    assert here("logs", gone) == (3, "", f"gwdiag: nothing to examine: {gone}: No such file or directory\n")
    assert here("logs", tmp_path / "*.log").status == 3


def test_an_empty_file(here, tmp_path):
    (tmp_path / "empty.log").touch()

    line = f"gwdiag: nothing to examine: {tmp_path}/empty.log: it is empty\n"
    assert here("logs", tmp_path / "empty.log") == (3, "", line)


def test_a_folder_without_a_log(here, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing of interest\n")

    line = "gwdiag: nothing to examine: no file in it looks like a log\n"
    assert here("logs", tmp_path) == (3, "", line)


def test_lines_of_no_known_format_alone(here, tmp_path):
    (tmp_path / "junk.log").write_bytes(bytes(range(256)) * 64)

    line = f"gwdiag: nothing to examine: {tmp_path}/junk.log: no line has a format that is known\n"
    assert here("logs", tmp_path / "junk.log") == (3, "", line)


def test_what_could_not_be_read_is_named_and_the_rest_is_examined(here, log, tmp_path):
    ended = here("logs", tmp_path / "gone.log", log("healthy"), "-o", "json")

    report = json.loads(ended.out)
    assert (ended.status, ended.err) == (4, f"gwdiag: {tmp_path}/gone.log: No such file or directory\n")
    assert report["status"] == "incomplete"
    assert [one["problem"] for one in report["inputs"]] == ["No such file or directory", None]
    assert report["totals"]["requests"] == 120


def test_findings_count_more_than_what_could_not_be_read(here, log, tmp_path):
    ended = here("logs", tmp_path / "gone.log", log("many failures"))

    assert (ended.status, ended.err) == (1, f"gwdiag: {tmp_path}/gone.log: No such file or directory\n")
    assert f"\nnot read whole: {tmp_path}/gone.log: No such file or directory\n" in ended.out


@pytest.mark.parametrize("size", [100, 4_000])
def test_what_comes_before_the_cut_of_a_compressed_log_is_examined(here, log, tmp_path, size):
    cut = tmp_path / "cut.log.gz"
    cut.write_bytes(gzip.compress(log("healthy").read_bytes() * 40, mtime=0)[:size])
    ended = here("logs", cut, log("healthy"), "-o", "json")

    [first, _] = json.loads(ended.out)["inputs"]
    lines = first["lines"]
    assert ended.err == (
        f"gwdiag: {cut}: compressed data is damaged or cut after line {lines}; what came before it was read\n"
    )
    assert ended.status == 4
    assert (lines > 1) == (size > 100)


def test_a_file_without_permission(restricted, tmp_path):
    file = tmp_path / "gw.log"
    file.write_text("http: proxy error: EOF\n")
    file.chmod(0)

    run = restricted("logs", file)
    assert run.stderr == f"gwdiag: nothing to examine: {file}: Permission denied\n"
    assert (run.returncode, run.stdout) == (3, "")


def test_a_file_without_permission_beside_one_that_can_be_read(restricted, tmp_path):
    closed = tmp_path / "closed.log"
    closed.write_text("http: proxy error: EOF\n")
    closed.chmod(0)

    run = restricted("logs", closed, "sample_logs/incidents/nothing-wrong", "-o", "json")
    assert (run.returncode, run.stderr) == (4, f"gwdiag: {closed}: Permission denied\n")
    assert json.loads(run.stdout)["status"] == "incomplete"


def test_a_folder_without_permission_within_a_folder(restricted, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(0)
    (tmp_path / "gw.log").write_text("2026/11/20 08:00:00 http: proxy error: EOF\n" * 3)
    try:
        run = restricted("logs", tmp_path, "-o", "json")
    finally:
        closed.chmod(0o700)

    assert run.stderr == f"gwdiag: {closed}: Permission denied\n"
    assert [one["path"] for one in json.loads(run.stdout)["inputs"]] == [f"{tmp_path}/gw.log", str(closed)]


def test_a_name_that_is_no_text_and_one_with_a_line_break_make_one_line_each(gwdiag, log, tmp_path):
    odd, broken = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.log"), f"{tmp_path}/two\nlines.log"

    run = gwdiag("logs", odd, broken, log("healthy"), "-o", "md", env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert run.stderr == (
        f"gwdiag: {tmp_path}/�.log: No such file or directory\n"
        f"gwdiag: {tmp_path}/two lines.log: No such file or directory\n"
    )
    assert run.returncode == 4


def test_a_closed_standard_input_is_no_traceback(log):
    script = f'exec "{sys.executable}" -m gwdiag "$@" <&-'
    statuses = []
    for args in (["logs", "-"], ["explain"], ["logs", "-", str(log("healthy"))]):
        run = subprocess.run(["sh", "-c", script, "sh", *args], capture_output=True, text=True, timeout=60, check=False)
        statuses.append((run.returncode, run.stderr))

    assert statuses == [
        (3, "gwdiag: nothing to examine: -: it is closed\n"),
        (3, "gwdiag: -: it is closed\n"),
        (4, "gwdiag: -: it is closed\n"),
    ]
