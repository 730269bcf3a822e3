"""Processes of the lab: started, told what to do, ended. None outlives the process that started it."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from gwdiag.model.problem import Exit, Problem

START_PATIENCE = 30.0
END_PATIENCE = 8.0
PR_SET_PDEATHSIG = 1
"""prctl(2)."""


class Process:
    """`said` is the file of what it writes to standard error. Standard output is for its answer at the end."""

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        said: Path,
        *,
        environment: dict[str, str] | None = None,
        descriptors: int = 0,
    ) -> None:
        self.name, self.said = name, said
        with said.open("wb") as stderr:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, **(environment or {})},
                preexec_fn=_limited(descriptors),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Raises Problem where it ends instead, or takes too long."""
        until = time.monotonic() + START_PATIENCE
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > until:
                words = self.said.read_text("utf-8", "replace").strip().splitlines()
                raise Problem(
                    f"{self.name} does not start: {words[-1] if words else 'it says nothing'}", Exit.NOTHING_DONE
                )
            time.sleep(0.02)

    def ready(self) -> None:
        """Until a process of the lab's own has said that it is."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != b"ready":
            self.wait_until(lambda: False)

    def order(self, **what: object) -> None:
        """Tells it something; one that has ended does not listen."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(json.dumps(what).encode() + b"\n")
            self._process.stdin.flush()

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._close()

    def end(self, number: int = 0) -> dict[str, int]:
        """Its answer, where it has one. `number`: the signal that ends it; without, the end of its input does."""
        if number:
            self.signal(number)
        try:
            answer, _ = self._process.communicate(timeout=END_PATIENCE)
            return dict(json.loads(answer)) if answer.startswith(b"{") else {}
        except (subprocess.TimeoutExpired, ValueError):
            self.kill()
            return {}

    def _close(self) -> None:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_PATIENCE)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


def module(name: str, given: dict[str, object]) -> list[str]:
    """The command that runs a module of the lab."""
    return [sys.executable, "-m", f"gwdiag.lab.{name}", json.dumps(given)]


def _limited(descriptors: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None)

    def before() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return before
