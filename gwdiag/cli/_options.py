"""The options that commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gwdiag.model.problem import Problem


class FailOn(StrEnum):
    """From which severity on findings end a command with status 1."""

    NEVER = "never"
    WARNING = "warning"
    ERROR = "error"


class Output(StrEnum):
    """What a report can be written as."""

    TEXT = "text"
    JSON = "json"
    MD = "md"
    HTML = "html"


class OutputOrMetrics(StrEnum):
    """The same of a command whose figures are worth watching."""

    TEXT = "text"
    JSON = "json"
    MD = "md"
    HTML = "html"
    PROM = "prom"


OutputOption = Annotated[Output, typer.Option("-o", "--output", help="How to write the report.")]
OutputOrMetricsOption = Annotated[OutputOrMetrics, typer.Option("-o", "--output", help="How to write the report.")]
OutputFile = Annotated[Path | None, typer.Option(help="Write there, all at once, instead of to standard output.")]
FailOnOption = Annotated[FailOn, typer.Option(help="End with status 1 from this severity on.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No warnings on standard error.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR in the environment does the same.")]


def named_nodes(given: list[str]) -> dict[str, str]:
    """Names of nodes by their paths, of `--node NAME=PATH`. Raises Problem."""
    pairs = [one.partition("=") for one in given]
    for name, equals, place in pairs:
        if not (name and equals and place):
            raise Problem("--node wants NAME=PATH, such as --node gw-1=/logs/first.log")
    return {place: name for name, _, place in pairs}
