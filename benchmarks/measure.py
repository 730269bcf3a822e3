"""Whole processes side by side: CPU time of the tree, wall time and peak memory, in alternating rounds."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from threading import Timer

COMPILED_ONCE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Python keeps what it compiled, as it does of an installed package: that is no part of a run."""

LONGEST = 1800.0
"""Seconds after which a command is stopped."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took: CPU and wall in seconds, and the peak of its largest process in bytes."""

    cpu: float
    wall: float
    peak: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Of several values."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    return Spread(median(values), min(values), max(values))


class Failed(Exception):
    """The command ended with another status than 0, or not in time."""


def least_peak() -> int:
    """Bytes that every child's peak has at least: Linux counts in what it was started from, which is this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(command: str, core: int | None = None) -> Run:
    """Run it under `sh -c`, its output thrown away; on that core alone if one is given."""
    all_cores = os.sched_getaffinity(0)
    if core is not None:
        # Set here and inherited, for a preexec_fn would make a copy of this process.
        os.sched_setaffinity(0, {core})
    began = time.perf_counter()
    child = subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=COMPILED_ONCE,
        start_new_session=True,
    )
    os.sched_setaffinity(0, all_cores)
    stop = Timer(LONGEST, os.killpg, (child.pid, signal.SIGKILL))
    stop.start()
    assert child.stderr
    try:
        with child.stderr:
            said = child.stderr.read()
        # Unlike Popen.wait, wait4 says what the process and all that it waited for have used.
        _, status, used = os.wait4(child.pid, 0)
    except BaseException:  # Ctrl-C does not reach it by itself: it has a session of its own
        os.killpg(child.pid, signal.SIGKILL)
        raise
    finally:
        stop.cancel()
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise Failed(f"status {child.returncode}" + "".join(f": {line}" for line in last))
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def in_turn(
    commands: Mapping[str, str], rounds: int, core: int | None = None, say: Callable[[str], None] = lambda _: None
) -> tuple[dict[str, list[Run]], dict[str, str]]:
    """The runs of each command, A B C A B C ..., after a round to warm up; and those that failed, with the reason."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    failed: dict[str, str] = {}
    for number in range(rounds + 1):
        for name, command in commands.items():
            if name in failed:
                continue
            say(f"round {number}/{rounds}: {name}")
            try:
                one = run(command, core)
            except Failed as problem:
                failed[name] = str(problem)
                del runs[name]
            else:
                if number:
                    runs[name].append(one)
    return runs, failed


def ratios(runs: Sequence[Run], base: Sequence[Run], of: Callable[[Run], float]) -> Spread:
    """How many times as much as the base, round by round: what disturbs a round disturbs both."""
    return spread([of(one) / of(other) for one, other in zip(runs, base, strict=True)])
