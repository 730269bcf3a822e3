"""How far reading has come, on a terminal: what was read, how fast, the time left. Nothing for what takes no time."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gwdiag.cli._output import has_colors

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds after which it is shown. Most logs are read by then, and what shows it takes time to load."""


@contextmanager
def progress(*, quiet: bool, no_color: bool) -> Iterator["Bar | None"]:
    """What to tell how far it is; None where nobody would see it. It is gone from the terminal in the end."""
    if quiet or not sys.stderr or not sys.stderr.isatty():
        yield None
        return
    bar = Bar(no_color=no_color)
    try:
        yield bar
    finally:
        bar.end()


class Bar:
    """Bytes as they are stored: of compressed logs those of the compressed file."""

    def __init__(self, *, no_color: bool) -> None:
        self._no_color = no_color
        self._since = time.monotonic()
        self._total: int | None = None
        self._done = 0
        self._shown: Progress | None = None

    def begin(self, total: int | None) -> None:
        """So many bytes are to be read; None: nobody knows."""
        self._total = total

    def read(self, some: int) -> None:
        """So many more were read."""
        self._done += some
        if self._shown:
            self._shown.update(self._shown.task_ids[0], completed=self._done)
        elif time.monotonic() - self._since > PATIENCE:
            self._show()

    def end(self) -> None:
        if self._shown:
            self._shown.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

        console = Console(file=sys.stderr, no_color=not has_colors(self._no_color, sys.stderr), highlight=False)
        columns = BarColumn(bar_width=None), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
        self._shown = Progress("Reading", *columns, console=console, transient=True, expand=True)
        self._shown.add_task("", total=self._total, completed=self._done)
        self._shown.start()
