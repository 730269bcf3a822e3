"""Captures that memray writes here and now, of programs whose allocations are known."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gwdiag.heap.readers import read_profile
from gwdiag.model.problem import Problem
from tests.conftest import Run
from tests.heap.conftest import Report
from tests.heap.profiles import is_profile_or_problem

memray = pytest.importorskip("memray")

PROGRAM = """
import os, sys
from memray import FileDestination, FileFormat, Tracker
kept, others = [None] * 1000, []
def retain(number): kept[number] = bytearray(2000)
def pass_by(): bytearray(2000)
def small():
    for number in range(40_000):
        made = (number, number, number, number)
        others.append(made)
how = sys.argv[2:]
form = FileFormat.AGGREGATED_ALLOCATIONS if "aggregated" in how else FileFormat.ALL_ALLOCATIONS
with Tracker(destination=FileDestination(sys.argv[1], compress_on_exit="plain" not in how), file_format=form,
             trace_python_allocators="traced" in how):
    for number in range(int(how[0])):
        retain(number)
        pass_by()
    if "small" in how: small()
    if "killed" in how: os._exit(0)
"""

IN_THIS_PROCESS = """
import sys
from pathlib import Path
from gwdiag.heap.readers import read_profile
read_profile(Path(sys.argv[1]))
print("memray" in sys.modules)
"""


def recorded(file: Path, *how: object) -> Path:
    subprocess.run([sys.executable, "-c", PROGRAM, file, *map(str, how)], check=True, timeout=60)
    return file


def held(found: dict[str, Any], name: str) -> int:
    return sum(one["flat"] for one in found["functions"] if one["function"].startswith(f"{name} "))


def test_what_is_kept_and_what_grew(report: Report, tmp_path):
    first, second = recorded(tmp_path / "1.bin", 100), recorded(tmp_path / "2.bin", 350, "plain")

    assert held(report("top", second), "retain") == 350 * 2001  # with the zero that ends a bytearray
    assert held(report("diff", first, second), "retain") == 250 * 2001
    assert report("trend", first, second, status=4)["status"] == "incomplete"
    assert held(report("top", recorded(tmp_path / "3.bin", 50, "aggregated")), "retain") == 50 * 2001


def test_arenas_are_marked_and_nobody_is_accused(report: Report, tmp_path):
    first, second = recorded(tmp_path / "1.bin", 1), recorded(tmp_path / "2.bin", 1, "small")
    found = report("diff", first, second)
    rows = {one["function"].partition(" ")[0]: one for one in found["functions"] if one["flat"]}

    assert rows["small"]["flat"] > 2 << 20
    assert rows["small"]["is_arena"]
    assert not any(one["id"] == "heap.grew" for one in found["findings"])
    assert any("arenas" in one["summary"] for one in found["findings"])


def test_captures_that_were_not_ended_are_refused(tmp_path):
    for name, how in (("killed.bin", ("plain", "killed")), ("whole.bin", ())):
        file = recorded(tmp_path / name, 100, *how)
        if name == "whole.bin":
            file.write_bytes(file.read_bytes()[:-40])
        with pytest.raises(Problem, match="truncated: the capture was not ended or is incomplete"):
            read_profile(file)


def test_captures_traced_differently_are_refused(gwdiag: Run, tmp_path):
    first, second = recorded(tmp_path / "1.bin", 10), recorded(tmp_path / "2.bin", 10, "traced")
    ended = gwdiag("heap", "diff", first, second)

    assert (ended.returncode, ended.stdout) == (3, "")
    assert "they were traced differently" in ended.stderr


def test_damage_ends_the_process_of_the_reader_and_not_this_one(tmp_path):
    whole = recorded(tmp_path / "1.bin", 900, "plain").read_bytes()
    for place in range(20, len(whole) - 2, max(1, len(whole) // 12)):
        file = tmp_path / "damaged.bin"
        file.write_bytes(whole[:place] + b"\xff\x7e\x55" + whole[place + 3 :])
        assert is_profile_or_problem(file)


def test_memray_is_not_loaded_here(tmp_path):
    file = recorded(tmp_path / "1.bin", 10)
    run = subprocess.run([sys.executable, "-c", IN_THIS_PROCESS, file], capture_output=True, text=True, check=True)

    assert run.stdout == "False\n"
