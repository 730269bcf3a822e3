"""Captures of the gateway's own memory with memray, for `gwdiag heap`.

Tracking runs from the start. Each SIGUSR1, and each interval, ends one capture and begins the next: a capture holds
what was allocated in its time and was still in use at its end. Source: memray, FileFormat.AGGREGATED_ALLOCATIONS.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

from gwdiag.model.problem import Exit, Problem


class HeapProfile:
    """One file after another in `folder`; with `interval` 0 only on signals."""

    def __init__(self, folder: Path, interval: float, loop: asyncio.AbstractEventLoop) -> None:
        import memray

        self._memray = memray
        self._folder, self._interval, self._loop = folder, interval, loop
        self._tracker: memray.Tracker | None = None
        self._file = folder
        self._timer: asyncio.TimerHandle | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"{folder}: cannot be made: {error.strerror}", Exit.NOTHING_DONE) from None

    def start(self) -> None:
        self._loop.add_signal_handler(signal.SIGUSR1, self.capture)
        self._begin()

    def capture(self) -> None:
        """Ends the capture that runs and begins the next."""
        self._finish()
        self._begin()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._finish()

    def _begin(self) -> None:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        name = f"gateway-{os.getpid()}-{stamp}"
        number = sum(1 for _ in self._folder.glob(f"{name}*"))
        self._file = self._folder / f"{name}{f'-{number}' if number else ''}.bin"
        self._tracker = self._memray.Tracker(
            destination=self._memray.FileDestination(self._part, overwrite=True),
            file_format=self._memray.FileFormat.AGGREGATED_ALLOCATIONS,
            trace_python_allocators=True,  # else whole arenas are charged to whoever needed the next one
        )
        self._tracker.__enter__()
        if self._interval:
            self._timer = self._loop.call_later(self._interval, self.capture)

    @property
    def _part(self) -> Path:
        return self._file.with_suffix(".part")

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            tracker.__exit__(None, None, None)
            self._part.replace(self._file)  # whole from its first moment under that name
