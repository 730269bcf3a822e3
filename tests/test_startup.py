"""What is slow to load is loaded where it is used, and not before."""

import subprocess
import sys

import pytest

from tests.conftest import SAMPLES

SLOW = {
    "asyncio",
    "pydantic",
    "pandas",
    "numpy",
    "pyarrow",
    "fsspec",
    "zstandard",
    "httpx",
    "httpcore",
    "dns",
    "memray",
    "google",
}


def loaded_by(*args: object) -> set[str]:
    """The packages and modules, without what is inside of them, that a run of gwdiag loads."""
    command = [sys.executable, "-X", "importtime", "-m", "gwdiag", *map(str, args)]
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True, timeout=60)
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


HELP = [["--help"], ["--version"], *([*name.split(), "--help"] for name in ("logs", "limits", "probe", "heap top"))]


@pytest.mark.parametrize("args", HELP)
def test_help_loads_neither_what_is_slow_nor_rich(args):
    loaded = loaded_by(*args)

    assert "typer" in loaded
    assert loaded & {*SLOW, "rich"} == set()


@pytest.mark.parametrize(
    "args", [["logs", SAMPLES / "formats/logrus_text.log", "--fail-on", "never"], ["explain", "context canceled"]]
)
def test_reading_logs_loads_nothing_slow(args):
    loaded = loaded_by(*args)

    assert "gwdiag" in loaded
    assert loaded & SLOW == set()


def test_many_short_lines_are_read_at_once_and_few_long_ones_one_by_one(tmp_path):
    line = (SAMPLES / "formats/combined.log").read_text().splitlines()[0]
    short, long = tmp_path / "short.log", tmp_path / "long.log"
    short.write_text(f"{line}\n" * 3500)
    long.write_text(f"{line[:-1]}{'x' * 300}{line[-1]}\n" * 1500)

    assert short.stat().st_size < 1 << 20
    assert "numpy" in loaded_by("logs", short, "--fail-on", "never")
    assert "numpy" not in loaded_by("logs", long, "--fail-on", "never")


def test_the_limits_load_nothing_slow_and_no_logs():
    loaded = loaded_by("limits", "--window", "0", "--fail-on", "never")

    assert "gwdiag" in loaded
    assert loaded & {*SLOW, "rich", "asyncio"} == set()


def modules_of(*args: object) -> set[str]:
    """All that a run of gwdiag has loaded at its end."""
    script = "import sys; from gwdiag.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", script, *map(str, args), "--fail-on", "never"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(run.stderr.splitlines()[-1].split())


def test_a_log_loads_no_other_command_and_no_format_that_is_not_tried():
    loaded = modules_of("logs", SAMPLES / "formats/logrus_text.log")

    assert {one for one in loaded if one.startswith("gwdiag.cli.") and "._" not in one} == {"gwdiag.cli.logs"}
    assert loaded & {"gwdiag.logs.formats.logrus_text", "tomllib", "csv", "statistics"} == {
        "gwdiag.logs.formats.logrus_text"
    }


def test_reading_at_once_loads_no_masked_arrays(tmp_path):
    log = tmp_path / "access.log"
    log.write_text((SAMPLES / "formats/combined.log").read_text() * 1000)

    assert modules_of("logs", log) & {"numpy", "numpy.ma"} == {"numpy"}
