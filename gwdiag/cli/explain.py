"""`gwdiag explain`: what one log line means."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, NoColor, OutputFile, Quiet
from gwdiag.cli._output import show, terminal_width, warn, write
from gwdiag.model.problem import Exit, Problem

if TYPE_CHECKING:
    from gwdiag.explain import ExplainReport


class Output(StrEnum):
    """What explanations can be written as."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    MD = "md"
    HTML = "html"


def explain(
    line: Annotated[
        str | None, typer.Argument(help="A log line, or the id of an error class or check; without it, standard input.")
    ] = None,
    input_: Annotated[
        str | None, typer.Option("--input", metavar="FILE", help="A file of lines, or - for standard input.")
    ] = None,
    output: Annotated[
        Output, typer.Option("-o", "--output", help="How to write it; jsonl is one object for each line.")
    ] = Output.TEXT,
    output_file: OutputFile = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Say what a log line means: its class, what it is mistaken for, causes, what to run next.

    gwdiag explain 'http: proxy error: dial tcp 10.0.0.31:9001: i/o timeout'
    """
    from gwdiag.error_classes import error_classes

    if line is not None and input_ is not None:
        raise Problem("give a line or --input, not both")
    if output is not Output.JSONL:
        report = _report(line, input_ or "-")
        if not quiet:
            warn(report.inputs)
        raise typer.Exit(_show(report, output, output_file, no_color))
    if line in error_classes() or (line and _check(line)):
        raise Problem("-o jsonl has one object for each line, and a class or a check is none")
    _write_objects(line, input_ or "-", output_file)


def _report(line: str | None, path: str) -> "ExplainReport":
    from gwdiag.error_classes import error_classes
    from gwdiag.explain import report_of_class, report_of_file, report_of_lines

    if line is None:
        return report_of_file(path)
    return report_of_class(line) if line in error_classes() else _check(line) or report_of_lines([(1, line)])


def _check(line: str) -> "ExplainReport | None":
    """The report of a check of `gwdiag limits`, where the line is its id."""
    from gwdiag.explain import report_of_check

    return report_of_check(line) if re.fullmatch(r"[a-z]+\.[a-z0-9_]+", line) else None


def _show(report: "ExplainReport", output: Output, file: Path | None, no_color: bool) -> Exit:
    from gwdiag.explain.words import in_markdown, in_text
    from gwdiag.model.report import exit_status

    if output is Output.MD:
        write((f"{one}\n" for one in in_markdown(report)), file)
    elif output is Output.HTML:
        from gwdiag.render.html import page_of_markdown

        write(page_of_markdown("gwdiag explain", "\n".join(in_markdown(report))), file)
    elif output is Output.TEXT and len(report.lines) <= 1:
        write((f"{one}\n" for one in _wrapped(in_text(report), None if file else terminal_width())), file)
    else:
        return show(report, output, file, FailOn.NEVER, no_color=no_color)
    return exit_status(report, None)


def _write_objects(line: str | None, path: str, file: Path | None) -> None:
    """One object for each line, as it comes."""
    import json

    from gwdiag.explain import explained
    from gwdiag.explain.lines import Lines
    from gwdiag.render.json import as_json

    read = Lines(path)
    lines: Iterable[tuple[int, str]] = read if line is None else [(1, line)]
    write((json.dumps(as_json(one), ensure_ascii=False) + "\n" for one in explained(lines)), file)
    if read.problem:
        raise Problem(f"{path}: {read.problem}", Exit.PARTIAL)


def _wrapped(lines: Iterable[str], width: int | None) -> Iterator[str]:
    import textwrap

    from gwdiag.render.text import printable

    for line in map(printable, lines):
        indent = " " * (len(line) - len(line.lstrip()))
        is_command = len(indent) > 2
        if width is None or is_command:
            yield line
        else:
            yield from textwrap.wrap(line, width, subsequent_indent=indent * 2)


EXPLAIN = Command(explain)
