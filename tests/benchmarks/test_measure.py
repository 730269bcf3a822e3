"""Processes are measured with all they start, in turn, and what fails says why."""

import subprocess
import sys
from pathlib import Path

import pytest
from measure import Failed, Run, Spread, in_turn, ratios, run

from tests.conftest import ROOT

BENCHMARKS = ROOT / "benchmarks"

BUSY = "import time; t = time.process_time()\nwhile time.process_time() < t + 0.3: pass"


def test_the_time_of_children_counts():
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"

    used = run(f'''{sys.executable} -c "{nested.replace('"', chr(39))}"''')

    assert used.cpu >= 0.3
    assert used.wall >= 0.3


def test_the_peak_is_of_the_largest_process():
    # In a process of its own: a child's peak is never below that of who started it, and this one has grown.
    asked = f"{sys.executable} -c pass; {sys.executable} -c \"b'x' * 200_000_000\""
    script = f"from measure import run; print(run({asked!r}).peak)"

    done = subprocess.run([sys.executable, "-c", script], cwd=BENCHMARKS, capture_output=True, text=True, check=True)

    assert 200e6 < int(done.stdout) < 300e6


def test_in_turn_after_a_round_to_warm_up(tmp_path: Path):
    seen = tmp_path / "seen"

    runs, failed = in_turn({name: f"echo {name} >> {seen}" for name in "ab"}, rounds=2)

    assert seen.read_text().split() == ["a", "b", "a", "b", "a", "b"]
    assert {name: len(of) for name, of in runs.items()} == {"a": 2, "b": 2}
    assert failed == {}


def test_a_command_that_fails_says_why_and_stops_no_other():
    runs, failed = in_turn({"bad": "echo reasons >&2; echo no such thing >&2; exit 3", "good": "true"}, rounds=1)

    assert failed == {"bad": "status 3: no such thing"}
    assert list(runs) == ["good"]


def test_a_failure_is_one():
    with pytest.raises(Failed, match=r"^status 1$"):
        run("false")


def test_ratios_are_taken_round_by_round():
    mine = [Run(1.0, 1.0, 0), Run(10.0, 1.0, 0), Run(2.0, 1.0, 0)]
    theirs = [Run(3.0, 1.0, 0), Run(20.0, 1.0, 0), Run(8.0, 1.0, 0)]

    assert ratios(theirs, mine, lambda of: of.cpu) == Spread(3.0, 2.0, 4.0)
