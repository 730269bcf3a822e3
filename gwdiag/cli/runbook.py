"""`gwdiag runbook`: the pages to follow."""

import sys
from typing import Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import NoColor
from gwdiag.cli._output import has_colors, write
from gwdiag.model.problem import Problem

runbook = typer.Typer(help="List and show runbooks.", no_args_is_help=True, rich_markup_mode=None)


@runbook.command("list")
def list_() -> None:
    """List the runbooks by symptom and by root cause, with the error classes that lead to them."""
    from gwdiag.runbook import Runbook, read_runbooks
    from gwdiag.shipped import shipped

    every = read_runbooks(shipped("runbooks")).values()
    size = max((len(one.name) for one in every), default=0)

    def row(one: Runbook) -> str:
        classes = ", ".join(one.triggers) or "no errors"
        return f"  {one.name.ljust(size)}  {one.title} (about {one.minutes} min; {classes})\n"

    symptoms = "".join(row(one) for one in every if not one.of_a_cause)
    causes = "".join(row(one) for one in every if one.of_a_cause)
    write(f"By symptom:\n{symptoms}\nBy root cause:\n{causes}", None)


@runbook.command()
def show(
    name: Annotated[str, typer.Argument(help="A runbook, or one heading of it: NAME#HEADING.")],
    no_color: NoColor = False,
) -> None:
    """Show a runbook, or one section of it."""
    from gwdiag.runbook import read_runbooks, section
    from gwdiag.shipped import shipped

    _print(section(read_runbooks(shipped("runbooks")), name), no_color)


@runbook.command("for")
def for_(
    subject: Annotated[str, typer.Argument(metavar="CAUSE|CLASS", help="The id of a root cause or of an error class.")],
    no_color: NoColor = False,
) -> None:
    """Show the runbook of a root cause or an error class; of a cause, where both have the same id."""
    from gwdiag.error_classes import error_classes
    from gwdiag.runbook import read_runbooks, section
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
    _print(section(runbooks, place), no_color)


def _print(markdown: str, no_color: bool) -> None:
    if not has_colors(no_color):
        write(markdown, None)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(file=sys.stdout).print(Markdown(markdown))


RUNBOOK = Command(runbook)
