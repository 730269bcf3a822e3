"""Records a live Python process with memray, which a debugger loads into it. Source: memray, `memray attach`.

It needs gdb or lldb (from Python 3.14 on none), memray in that process's Python, and the right to trace it (ptrace(2)).
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from gwdiag.heap.capturing.process import MAY_NOT, Process
from gwdiag.heap.capturing.profiler import Refused
from gwdiag.heap.readers.memray import LZ4, is_whole

ATTACH_S = 30.0
"""memray begins where the process allocates next. One that sleeps does not, and is left alone after that."""
END_S = 30.0
"""For writing the capture after its time is over."""
STOP_S = 10.0

REASONS = {
    "supported lldb or gdb": "neither gdb nor lldb is installed here",
    "permission to trace": MAY_NOT,
    "No module named 'memray'": "memray is not installed in the Python of that process",
}
"""What memray says, and the same in one line."""


def record(process: Process, file: Path, seconds: float) -> bool:
    """Writes what is allocated in so many seconds; False where Ctrl-C cut it short. Raises Refused."""
    try:
        _attach(process, file, seconds)
        return _wait(process, file, seconds)
    except (Refused, KeyboardInterrupt):
        file.unlink(missing_ok=True)
        raise


def _attach(process: Process, file: Path, seconds: float) -> None:
    if process.state() in "Tt":
        raise Refused(f"--pid {process.pid}: the process is stopped, by a signal or a debugger")
    duration = str(max(round(seconds), 1))
    status, said = _memray("attach", process, "-o", str(file.absolute()), "--duration", duration)
    if not process.is_alive():
        raise Refused(f"--pid {process.pid}: the process has ended")
    if status is None:
        raise Refused(
            f"--pid {process.pid}: memray cannot attach: the process has run no Python code for {ATTACH_S:g} s"
        )
    if status:
        reason = next((ours for theirs, ours in REASONS.items() if theirs in said), said[-300:] or "no reason given")
        raise Refused(f"--pid {process.pid}: memray cannot attach: {reason}")
    if not file.exists():
        raise Refused(
            f"--pid {process.pid}: the process has files of its own (a container) and wrote the capture there, to "
            f"{file.absolute()}; run gwdiag inside"
        )


def _memray(command: str, process: Process, *args: str) -> tuple[int | None, str]:
    """How memray ended, None where it had to be stopped, and what it said. Ctrl-C does not reach it."""
    run = subprocess.Popen(
        [sys.executable, "-m", "memray", command, str(process.pid), *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = run.communicate(timeout=ATTACH_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as stopped:
        _stop(run, process)
        if isinstance(stopped, KeyboardInterrupt):
            raise
        return None, ""
    return run.returncode, " ".join(said.split())


def _stop(run: "subprocess.Popen[str]", process: Process) -> None:
    """Interrupts the debugger, which takes its breakpoints back and lets go.

    Neither it nor memray, which would take it along, may be killed: a breakpoint that stays ends the process (SIGTRAP).
    """
    debugger = process.tracer()
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        if debugger and os.getsid(debugger) == run.pid:
            os.kill(debugger, signal.SIGINT)
        run.communicate(timeout=STOP_S)


def _wait(process: Process, file: Path, seconds: float) -> bool:
    is_whole_time = True
    end = monotonic() + seconds + END_S
    while not _is_written(file, is_late=monotonic() > end):
        if not process.is_alive():
            raise Refused(f"--pid {process.pid}: the process ended while it was recorded")
        if monotonic() > end:
            raise Refused(f"--pid {process.pid}: memray has not ended its capture")
        try:
            sleep(0.2)
        except KeyboardInterrupt:
            if not is_whole_time:
                raise
            is_whole_time, end = False, monotonic() + END_S
            _memray("detach", process)
    return is_whole_time


def _is_written(file: Path, *, is_late: bool) -> bool:
    """memray compresses a capture when it is whole; one that is not compressed may look whole before it is."""
    with suppress(OSError), file.open("rb") as stream:
        begin = stream.read(len(LZ4))
        return bool(begin) and (begin == LZ4 or is_late) and is_whole(file)
    return False
