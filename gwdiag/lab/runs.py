"""Cases that are played, one after the other or side by side, each by a process of its own. Nothing of it is left."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType

from gwdiag.lab import cgroups
from gwdiag.lab.inside import BUG
from gwdiag.lab.play import Order
from gwdiag.model.problem import Exit, Problem

LOOK_EVERY = 0.1
END_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Played:
    """A case that is over. `problem`: why it came to nothing."""

    order: Order
    problem: str = ""

    @property
    def case(self) -> Path:
        return Path(self.order.folder, "cases", self.order.name)

    @property
    def label(self) -> Path:
        return Path(self.order.folder, "labels", f"{self.order.name}.json")


def apart() -> list[str]:
    """What a command needs before it to run in namespaces of its own, which end with it. unshare(1)."""
    words = ["unshare", "--fork", "--kill-child", "--pid", "--mount", "--net", "--mount-proc"]
    return words if os.geteuid() == 0 else [*words, "--user", "--map-root-user"]


def play_all(orders: Sequence[Order], jobs: int) -> Iterator[Played]:
    """Each as it ends. Whatever interrupts this, nothing that was started is left."""
    waiting = list(orders)
    running: list[_Run] = []
    tag = str(os.getpid())
    with _terminated_like_interrupted():
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    running.append(_Run(replace(waiting.pop(0), tag=tag)))
                time.sleep(LOOK_EVERY)
                for one in [one for one in running if one.is_over]:
                    running.remove(one)
                    yield one.result()
        finally:
            for one in running:
                one.stop()
            cgroups.remove(tag)


class _Run:
    """One case under way."""

    def __init__(self, order: Order) -> None:
        self._work = tempfile.mkdtemp(prefix="gwdiag-lab-")
        self._order = order = replace(order, work=self._work)
        before = [] if order.is_loopback else apart()
        command = [*before, sys.executable, "-m", "gwdiag.lab.inside", json.dumps(asdict(order))]
        # A session of its own: Ctrl-C is this process's business, which then ends that one.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )

    @property
    def is_over(self) -> bool:
        return self._process.poll() is not None

    def result(self) -> Played:
        _, said = self._process.communicate()
        text, status = said.decode("utf-8", "replace").strip(), self._process.returncode
        self._remove(is_case_kept=status == 0)
        if status == BUG:
            raise RuntimeError(text)
        return Played(self._order, (text.splitlines() or [f"status {status}"])[-1] if status else "")

    def stop(self) -> None:
        """What was begun is no case."""
        assert self._process.stdin
        assert self._process.stderr
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stderr.close()
        self._remove(is_case_kept=False)

    def _remove(self, *, is_case_kept: bool) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        if not is_case_kept:
            shutil.rmtree(Played(self._order).case, ignore_errors=True)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def new_case(folder: Path, name: str) -> None:
    """Raises Problem where there is one of that name."""
    if (folder / "cases" / name).exists():
        raise Problem(
            f"{folder / 'cases' / name}: it is there already; give another --folder or --seed", Exit.NOTHING_DONE
        )
