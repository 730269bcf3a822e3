"""This node: a process that is called like a gateway, its log, configuration and definitions."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.model.problem import Exit, Problem
from gwdiag.triage import live
from gwdiag.triage.examine import examine
from gwdiag.triage.fact import Answer
from gwdiag.triage.facts.node import descriptors_used_up
from gwdiag.triage.load import loaded_here
from gwdiag.triage.symptoms import Symptom
from tests.triage.small_case import definition, lines, quiet, refused

pytestmark = pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="no Linux /proc here")

NAME = f"gwtest{os.getpid()}"
"""What the stand-in is called: no other process is, whatever tests run at the same time."""

GATEWAY = """
import pathlib, sys, time
kept = [open(name, "a") for name in sys.argv[2:] if name.endswith(".log")]
pathlib.Path("/proc/self/comm").write_text(sys.argv[1])
print("ready", file=sys.stderr, flush=True)
time.sleep(120)
"""

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts something that the kernel calls NAME, with its output in a file or nowhere."""
    with ExitStack() as every:

        def start(*args: str, output: Path | None = None, name: str = NAME) -> "subprocess.Popen[str]":
            out = every.enter_context(output.open("a")) if output else subprocess.DEVNULL
            command = [sys.executable, "-c", GATEWAY, name, *args]
            process = every.enter_context(
                subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
            )
            every.callback(process.kill)
            assert process.stderr
            assert process.stderr.readline() == "ready\n"
            return process

        yield start


def test_the_log_is_where_its_output_goes(tmp_path, started):
    log = tmp_path / "gateway.log"
    log.write_text(lines(refused()))
    process = started(output=log)
    found = live.found(None, NAME, 0.1)

    assert (found.pid, found.logs, found.configuration) == (process.pid, (str(log),), ())
    report = examine(loaded_here(found, Reading(year=2026)))
    assert report.causes[0].id == "upstream_down"
    assert report.causes[0].scope.nodes == (os.uname().nodename,)
    assert [one.path for one in report.inputs] == [str(log)]


def test_the_log_is_a_file_that_it_keeps_open(tmp_path, started):
    log = tmp_path / "own.log"
    log.write_text(lines(quiet()))
    process = started(str(log))
    found = live.found(process.pid, None, 0.1)

    assert found.logs == (str(log),)
    assert examine(loaded_here(found, Reading(year=2026))).causes[0].id == "healthy"


def test_configuration_and_definitions_are_those_of_its_command_line(tmp_path, started):
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/orders.json").write_text(definition("Orders", "http://orders.internal:9001"))
    (tmp_path / "tyk.conf").write_text(json.dumps({"listen_port": 8080, "app_path": "apps"}))
    log = tmp_path / "gateway.log"
    log.write_text(lines(refused()))
    started("--conf", "tyk.conf", output=log)
    found = live.found(None, NAME, 0.1)

    assert found.configuration == (f"{tmp_path}/tyk.conf", f"{tmp_path}/apps")
    loaded = loaded_here(found, Reading(year=2026))
    assert [one.target for one in loaded.case.definitions] == ["http://orders.internal:9001"]
    assert list(loaded.case.settings) == [os.uname().nodename]
    assert examine(loaded).missing == ("a probe from a node (gwdiag probe UPSTREAM --save FILE)",)


@pytest.mark.parametrize("is_empty", [False, True])
def test_without_a_log_the_kernel_alone_is_asked(tmp_path, started, is_empty):
    started(output=tmp_path / "empty.log" if is_empty else None)
    found = live.found(None, NAME, 0.3)
    report = examine(loaded_here(found, Reading()))

    assert (found.logs, report.inputs, report.symptoms) == ((), (), ())
    assert report.missing[0] == "logs of the gateway: what fails, since when and where cannot be told without them"


def test_another_process_that_has_used_up_its_descriptors_is_not_the_gateway(started):
    started()
    limited = "import resource, time; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))"
    full = f"{limited}; print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", full], stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        told = descriptors_used_up.tell(Symptom(), loaded_here(live.found(None, NAME, 0.1), Reading()).case)
        other.kill()

    assert isinstance(told, Answer)
    assert not told.is_so


def test_two_readings_tell_what_grew(started):
    started()
    [state] = loaded_here(live.found(None, NAME, 0.1), Reading()).case.nodes.values()

    assert state.grown(lambda moment: moment.counter("snmp", "Tcp", "OutSegs")) >= 0


def test_without_a_window_there_is_one_reading(started):
    started()
    [state] = loaded_here(live.found(None, NAME, 0), Reading()).case.nodes.values()

    assert state.before is None


@pytest.mark.parametrize(
    ("pid", "name", "line"),
    [
        (None, "nobody-is-called", "--name nobody-is-called: no process is called so"),
        (2**22 - 1, None, f"--pid {2**22 - 1}: there is no such process"),
    ],
)
def test_a_process_that_is_not_there(pid, name, line):
    if pid and Path(f"/proc/{pid}").exists():
        pytest.skip("there is such a process here")
    with pytest.raises(Problem) as raised:
        live.found(pid, name, 0.1)

    assert (str(raised.value), raised.value.status) == (line, Exit.NOTHING_DONE)


def test_a_process_that_ends_meanwhile(started):
    process = started()
    process.kill()
    process.wait()
    with pytest.raises(Problem):
        live.found(process.pid, None, 0.1)


def test_the_window_is_waited_for(started):
    started()
    begin = time.monotonic()
    live.found(None, NAME, 0.5)

    assert time.monotonic() - begin >= 0.5


def test_a_program_by_its_file(tmp_path, started):
    """What a copy of a program is called is the name of the copy: what `--name` finds is the kernel's name."""
    if not (cat := shutil.which("sleep")):
        pytest.skip("there is no sleep here")
    program = tmp_path / NAME
    shutil.copy(cat, program)
    with subprocess.Popen([str(program), "60"], stdout=subprocess.DEVNULL) as process:
        called, deadline = Path(f"/proc/{process.pid}/comm"), time.monotonic() + 30
        while called.read_text().strip() != NAME and time.monotonic() < deadline:
            time.sleep(0.01)  # exec() lets Popen go on a moment before the kernel has changed the name
        found = live.found(None, NAME, 0.1)
        process.kill()

    assert (found.pid, found.name) == (process.pid, NAME)
