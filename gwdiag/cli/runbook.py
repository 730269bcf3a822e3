"""`gwdiag runbook`: the pages to follow."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, NoColor, Output, OutputFile, OutputOption
from gwdiag.cli._output import has_colors, show, write
from gwdiag.model.problem import Problem

if TYPE_CHECKING:
    from gwdiag.runbook import Runbook

runbook = typer.Typer(help="List and show runbooks.", no_args_is_help=True, rich_markup_mode=None)


@runbook.command("list")
def list_(output: OutputOption = Output.TEXT, output_file: OutputFile = None) -> None:
    """List the runbooks by symptom and by root cause, with the error classes that lead to them."""
    from gwdiag.runbook import read_runbooks
    from gwdiag.runbook.report import list_of
    from gwdiag.shipped import shipped

    every = read_runbooks(shipped("runbooks"))
    if output is Output.TEXT:
        write(_listed(every.values()), output_file)
    else:
        show(list_of(every.values()), output, output_file, FailOn.NEVER, no_color=True)


@runbook.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="A runbook, or one heading of it: NAME#HEADING.")],
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    no_color: NoColor = False,
) -> None:
    """Show a runbook, or one section of it."""
    from gwdiag.runbook import read_runbooks
    from gwdiag.shipped import shipped

    _write(read_runbooks(shipped("runbooks")), name, output, output_file, no_color=no_color)


@runbook.command("for")
def for_(
    subject: Annotated[str, typer.Argument(metavar="CAUSE|CLASS", help="The id of a root cause or of an error class.")],
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    no_color: NoColor = False,
) -> None:
    """Show the runbook of a root cause or an error class; of a cause, where both have the same id."""
    from gwdiag.error_classes import error_classes
    from gwdiag.runbook import read_runbooks
    from gwdiag.shipped import shipped

    runbooks = read_runbooks(shipped("runbooks"))
    causes = [one.name for one in runbooks.values() if one.of_a_cause]
    if subject in causes:
        place = subject
    elif subject in error_classes():
        place = error_classes()[subject].runbook
    else:
        known = f"the causes are {', '.join(causes)}; the classes are {', '.join(error_classes())}"
        raise Problem(f"there is no cause or error class {subject}; {known}")
    _write(runbooks, place, output, output_file, no_color=no_color)


def _listed(runbooks: "Iterable[Runbook]") -> str:
    every = list(runbooks)
    size = max((len(one.name) for one in every), default=0)

    def row(one: "Runbook") -> str:
        classes = ", ".join(one.triggers) or "no errors"
        return f"  {one.name.ljust(size)}  {one.title} (about {one.minutes} min; {classes})\n"

    symptoms = "".join(row(one) for one in every if not one.of_a_cause)
    causes = "".join(row(one) for one in every if one.of_a_cause)
    return f"By symptom:\n{symptoms}\nBy root cause:\n{causes}"


def _write(runbooks: "dict[str, Runbook]", place: str, output: Output, file: Path | None, *, no_color: bool) -> None:
    """The runbook of `name` or `name#heading`; as Markdown it is what it is."""
    from gwdiag.runbook import section

    markdown = section(runbooks, place)
    name, _, heading = place.partition("#")
    if output is Output.JSON:
        from gwdiag.runbook.report import report_of

        show(report_of(runbooks[name], heading or None, markdown), output, file, FailOn.NEVER, no_color=True)
    elif output is Output.HTML:
        from gwdiag.render.html import page_of_markdown

        write(page_of_markdown("gwdiag runbook", markdown), file)
    elif output is Output.TEXT and file is None and has_colors(no_color):
        from rich.console import Console
        from rich.markdown import Markdown

        Console(file=sys.stdout).print(Markdown(markdown))
    else:
        write(markdown, file)


RUNBOOK = Command(runbook)
