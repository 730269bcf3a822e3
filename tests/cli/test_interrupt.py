"""Ctrl-C: what was read until then is shown."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tyk_log

LINE = f"{tyk_log.access(0)}\n".encode()
WRITTEN = 4000
"""Lines: more than a pipe and the reader's buffers hold, so that some are read when all are written."""


def interrupted(fifo: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Runs `gwdiag logs` on a pipe that never ends, and interrupts it when it waits for more."""
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "gwdiag", "logs", str(fifo), *options]
    reading = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with reading as process, fifo.open("wb", buffering=0) as endless:
        endless.write(LINE * WRITTEN)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.mark.parametrize("fail_on", ["never", "warning"])
def test_what_was_read_until_ctrl_c_is_reported(tmp_path, fail_on):
    run = interrupted(tmp_path / "fifo", "-o", "json", "--fail-on", fail_on)

    report = json.loads(run.stdout)
    [only] = report["inputs"]
    assert run.returncode == 130
    assert report["interrupted"] is True
    assert only["problem"] == f"interrupted after line {only['lines']}"
    assert run.stderr == f"gwdiag: {tmp_path}/fifo: {only['problem']}\n"
    assert 0 < report["totals"]["requests"] <= only["lines"] <= WRITTEN


def test_the_text_says_so_too(tmp_path):
    run = interrupted(tmp_path / "fifo")

    assert run.returncode == 130
    assert f"\nnot read whole: {tmp_path}/fifo: interrupted after line " in run.stdout
