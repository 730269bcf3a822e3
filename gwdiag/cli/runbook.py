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
    """List the runbooks with the error classes that lead to them."""
    from gwdiag.runbook import read_runbooks
    from gwdiag.shipped import shipped

    every = read_runbooks(shipped("runbooks")).values()
    size = max((len(one.name) for one in every), default=0)
    rows = (
        f"{one.name.ljust(size)}  {one.title} (about {one.minutes} min; {', '.join(one.triggers)})" for one in every
    )
    write("\n".join(rows) + "\n", None)


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
    class_: Annotated[str, typer.Argument(metavar="CLASS", help="The id of an error class.")],
    no_color: NoColor = False,
) -> None:
    """Show the runbook of an error class."""
    from gwdiag.error_classes import error_classes
    from gwdiag.runbook import read_runbooks, section
    from gwdiag.shipped import shipped

    if class_ not in error_classes():
        raise Problem(f"there is no error class {class_}; there are {', '.join(error_classes())}")
    _print(section(read_runbooks(shipped("runbooks")), error_classes()[class_].runbook), no_color)


def _print(markdown: str, no_color: bool) -> None:
    if not has_colors(no_color):
        write(markdown, None)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(file=sys.stdout).print(Markdown(markdown))


RUNBOOK = Command(runbook)
