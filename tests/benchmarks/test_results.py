"""The Markdown of the results, and the whole program once."""

import subprocess
import sys

from results import Section, at_least, at_most, megabytes, seconds, size, troubles

from tests.conftest import ROOT


def test_a_table_with_targets():
    section = Section(title="Tyk text", about="One core.", header=("tool", "CPU s"), notes=["WRONG: 1 instead of 2"])
    section.add("gwdiag", seconds([1.0, 3.0, 2.0]))
    section.add("a|b", "6.00", target=at_least(2.99, 3))
    section.add("c", "1.00", target=at_most(8.0, 8, "x as quick"))

    assert section.markdown() == (
        "## Tyk text\n\nOne core.\n\n"
        "| tool | CPU s | target | reached |\n|---|---|---|---|\n"
        "| gwdiag | 2.00 (1.00..3.00) |  |  |\n"
        "| a\\|b | 6.00 | >= 3x | **no** |\n"
        "| c | 1.00 | <= 8x as quick | yes |\n\n"
        "- WRONG: 1 instead of 2\n"
    )
    assert troubles([section]) == ["WRONG: 1 instead of 2"]


def test_sizes_in_words():
    assert [size(300_000_000), size(200_000), size(3e9), size(1e9)] == ["300 MB", "0.2 MB", "3 GB", "1 GB"]
    assert [megabytes(20e6, 21e6), megabytes(61.4e6, 21e6)] == ["< 21", "61"]


def test_the_whole_program():
    command = [sys.executable, "benchmarks/logs.py", "--size=200k", "--rounds=1", "--only=formats", "--formats=gin"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    title, rows = done.stdout.split("## ")[1].split("\n", 1)
    assert title == "Every other format, 0.04 MB each, one core"
    [row] = [line for line in rows.splitlines() if line.startswith("| gin")]
    assert [cell.strip() for cell in row.strip("|").split("|")][3] == "true"
