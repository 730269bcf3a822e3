"""Where a report goes: to standard output, whatever that is, or to a file, whole or not at all."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from tests.conftest import Run

OLD = "an older report\n"

# A file that grows over 2,000 bytes fails as one on a full disk does. Then it becomes the command.
ONLY_SMALL_FILES = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # cut off, it would break the next run
os.execv(sys.argv[1], sys.argv[1:])
"""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("output", ["text", "json", "md", "prom"])
def test_a_file_gets_what_standard_output_would_have_got(gwdiag: Run, log: Callable[[str], Path], output: str) -> None:
    file = log("many failures")
    out = file.with_name("report")
    run = gwdiag("logs", file, "-o", output, "--output-file", out)
    printed = gwdiag("logs", file, "-o", output)

    varying = ("gwdiag 0", "gwdiag_last_run", '  "created"')
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "")
    assert [line for line in out.read_text("utf-8").splitlines() if not line.startswith(varying)] == [
        line for line in printed.stdout.splitlines() if not line.startswith(varying)
    ]
    assert names(file.parent) == {file.name, "report"}


def test_a_file_that_is_there_is_replaced(here, log):
    file = log("healthy")
    out = file.with_name("report")
    out.write_text(OLD * 1000)

    assert here("logs", file, "-o", "json", "--output-file", out).status == 0
    assert json.loads(out.read_text("utf-8"))["status"] == "ok"


def test_explanations_go_to_a_file_too(here, tmp_path):
    out = tmp_path / "explained.jsonl"

    assert here("explain", "connection refused", "-o", "jsonl", "--output-file", out) == (0, "", "")
    assert json.loads(out.read_text("utf-8"))["class"] == "upstream_dial_refused"


@pytest.mark.parametrize(
    ("place", "reason"),
    [("", "Is a directory"), ("gone/report", "No such file or directory"), ("healthy.log/x", "Not a directory")],
)
def test_a_place_that_cannot_be_written_is_one_line_and_status_3(here, log, tmp_path, place, reason):
    file = log("many failures") if place == "" else log("healthy")
    before = names(tmp_path)
    out = f"{tmp_path}/{place}".rstrip("/")

    assert here("logs", file, "--output-file", out) == (3, "", f"gwdiag: {out}: cannot be written: {reason}\n")
    assert names(tmp_path) == before


def test_an_empty_name_is_one_line(here, log):
    ended = here("logs", log("healthy"), "--output-file", "")

    assert (ended.status, ended.out, ended.err.count("\n")) == (3, "", 1)


def test_a_disk_that_is_full_leaves_the_older_report_as_it_was(log, tmp_path):
    out = tmp_path / "report"
    out.write_text(OLD)

    file = log("many failures")
    before = names(tmp_path)
    command = [sys.executable, "-c", ONLY_SMALL_FILES, sys.executable, "-m", "gwdiag", "logs", file, "-o", "json"]
    run = subprocess.run([*command, "--output-file", out], capture_output=True, text=True, timeout=60, check=False)
    assert run.stderr == f"gwdiag: {out}: cannot be written: File too large\n"
    assert (run.returncode, out.read_text(), names(tmp_path)) == (3, OLD, before)


def test_a_pipe_is_written_into_and_stays_a_pipe(here, log, tmp_path):
    # With a device, such as /dev/null, it is the same: replacing it would take it away from everybody.
    fifo, got = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = Thread(target=lambda: got.append(fifo.read_text("utf-8")), daemon=True)
    reader.start()
    ended = here("logs", log("healthy"), "-o", "json", "--output-file", fifo)
    reader.join(timeout=10)

    assert ended == (0, "", "")
    assert fifo.is_fifo()
    assert [json.loads(text)["status"] for text in got] == ["ok"]


def test_a_link_stays_a_link_and_what_it_points_to_is_replaced(here, log, tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text(OLD)
    link.symlink_to(target)

    assert here("logs", log("healthy"), "-o", "json", "--output-file", link).status == 0
    assert link.is_symlink()
    assert json.loads(target.read_text("utf-8"))["status"] == "ok"


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [("logs",), ("schema",), ("--version",), ("--help",), ("runbook", "list")])
def test_a_standard_output_that_is_full_is_one_line(log, command):
    args = [*command, str(log("many failures"))] if command == ("logs",) else [*command]
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "gwdiag", *args], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )

    assert (run.returncode, run.stderr) == (3, b"gwdiag: standard output: No space left on device\n")


def test_a_closed_standard_output_is_one_line_and_a_closed_standard_error_is_none(log, tmp_path):
    def ended(redirection: str, *paths: object) -> tuple[int, str, str]:
        script = f'exec "{sys.executable}" -m gwdiag logs -o prom "$@" {redirection}'
        command = ["sh", "-c", script, "sh", *map(str, paths)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return run.returncode, run.stdout[:27], run.stderr

    assert ended(">&-", log("many failures")) == (3, "", "gwdiag: standard output is closed\n")
    assert ended("2>&-", log("healthy"), tmp_path / "gone") == (4, "# HELP gwdiag_status 1 for ", "")
    assert ended("2>&-", tmp_path / "gone") == (3, "", "")


@pytest.mark.parametrize(
    "args", [("logs", "-o", "json"), ("schema",), ("explain", "client_canceled"), ("runbook", "list")]
)
def test_a_reader_who_has_had_enough_is_no_error(log, args):
    paths = [str(log("many failures"))] if args[0] == "logs" else []
    command = [sys.executable, "-m", "gwdiag", *args, *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (128 + signal.SIGPIPE, b"")


def test_an_encoding_that_lacks_a_character_ends_no_report(gwdiag, log):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = gwdiag("logs", log("many failures"), env=environment)

    assert (run.returncode, run.stderr) == (1, "")
    assert "\n  requests               ????" in run.stdout


def test_a_name_that_is_no_text_can_be_written(gwdiag, log, tmp_path):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.log")
    Path(odd).write_bytes(log("healthy").read_bytes())
    out = tmp_path / "report"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}

    assert gwdiag("logs", odd, "-o", "json", "--output-file", out, env=environment).returncode == 0
    assert json.loads(out.read_text("utf-8"))["inputs"][0]["path"] == f"{tmp_path}/?.log"
    assert json.loads(gwdiag("logs", odd, "-o", "json", env=environment).stdout)["inputs"][0]["lines"] == 120
