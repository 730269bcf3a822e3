"""Where a command's result goes: standard output, a file, a terminal with its width and colours."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gwdiag.cli._options import FailOn
from gwdiag.model.problem import Exit, Problem
from gwdiag.whole_file import cannot_be_written, whole_file

if TYPE_CHECKING:
    from gwdiag.model.report import Input, Report

STYLE = re.compile(r"\x1b\[[0-9;]*m")


def show(
    report: "Report",
    output: str,
    file: Path | None,
    fail_on: FailOn,
    *,
    no_color: bool,
    render: Callable[["Report", int | None], str] | None = None,
) -> Exit:
    """Writes the report and gives the status to end with. `render`: a command's own way of writing it."""
    from gwdiag.model.finding import Severity
    from gwdiag.model.report import exit_status
    from gwdiag.render import renderers

    text = (render or renderers()[output].render)(report, None if file else terminal_width())
    write(text if has_colors(no_color) else STYLE.sub("", text), file)
    return exit_status(report, None if fail_on is FailOn.NEVER else Severity(fail_on.value))


def warn(inputs: "Iterable[Input]") -> None:
    """One line on standard error for each input that was not read whole."""
    for one in inputs:
        if one.problem:
            say(f"{one.path}: {one.problem}")


def say(text: str) -> None:
    """One line on standard error."""
    from gwdiag.render.text import printable

    sys.stderr.write(f"gwdiag: {printable(text)}\n")


def terminal_width() -> int | None:
    """The columns of the terminal that standard output is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def has_colors(no_color: bool, where: TextIO | None = None) -> bool:
    """Whether colours are wanted and understood where they go to. Source: no-color.org; terminfo(5) for `dumb`."""
    is_plain = no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not is_plain and (where or sys.stdout).isatty()


def write(text: str | Iterable[str], file: Path | None) -> None:
    """To standard output, or to the file: whole or not at all. Raises Problem where it cannot be written.

    Of text in parts each goes out as it comes; nothing is gathered.
    """
    parts = [text] if isinstance(text, str) else text
    if file is None:
        with _standard_output() as stdout:
            stdout.writelines(parts)
        return
    with cannot_be_written(file), whole_file(file) as stream:
        for part in parts:
            stream.write(part.encode("utf-8", "replace"))


def write_bytes(data: bytes, file: Path | None) -> None:
    """The same of bytes. Raises Problem also where standard output is a terminal."""
    if file:
        with cannot_be_written(file), whole_file(file) as stream:
            stream.write(data)
        return
    if sys.stdout.isatty():
        raise Problem("this is nothing to be read on a terminal: send it into a file")
    with _standard_output() as stdout:
        stdout.buffer.write(data)


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has had enough
        discard_output()
        raise SystemExit(128 + signal.SIGPIPE) from None
    except OSError as error:
        discard_output()
        raise Problem(f"standard output: {error.strerror}", Exit.NOTHING_DONE) from None


def discard_output() -> None:
    """Lets what is left in the buffer go nowhere: Python writes it at its end, and would complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
