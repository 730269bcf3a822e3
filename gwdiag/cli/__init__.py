"""The command line: one file per subcommand, found by name."""

import gc

# Loading makes tens of thousands of objects and no garbage: to look for some takes a tenth of the time of the help.
# It may be looked for seldom afterwards, too: what is made for each line of a log refers to nothing that refers back.
gc.set_threshold(50_000)

import atexit
import io
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated

import typer

from gwdiag._version import __version__
from gwdiag.cli._output import discard_output, write
from gwdiag.family import members
from gwdiag.model.dataclass import dataclass
from gwdiag.model.problem import Exit, Problem


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: a function for typer, or an application of its own with subcommands below it."""

    run: Callable[..., None] | typer.Typer


def application(only: str | None = None) -> typer.Typer:
    """The application with all its subcommands, or only that one. A subcommand is called what its file is called."""
    # Help without rich loads in half the time; a traceback with local variables would show secrets.
    app = typer.Typer(
        name="gwdiag",
        help="Says what is wrong with an API gateway: since when, where, how sure, and what to do next.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, no_args_is_help=True)(_whole)
    for name in _subcommands() if only is None else (only,):
        command = _subcommands()[name]
        if isinstance(command.run, typer.Typer):
            app.add_typer(command.run, name=name)
        else:
            app.command(name)(command.run)
    return app


def _whole(version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False) -> None:
    if version:
        write(f"gwdiag {__version__}\n", None)
        raise typer.Exit


def main() -> None:
    """Runs the command line. An expected error is one line on standard error; any other is a bug and is not caught."""
    # At its end Python looks for garbage in all that was loaded, which takes an eighth of the time of the help.
    atexit.register(gc.freeze)
    if sys.stderr is None:  # it was closed by the caller, who wants no warnings
        sys.stderr = io.StringIO()
    if sys.stdout is None:
        sys.exit(_said("standard output is closed", Exit.NOTHING_DONE))
    if isinstance(sys.stdout, io.TextIOWrapper):  # a character that the terminal's encoding lacks ends no report
        sys.stdout.reconfigure(errors="replace")
    try:
        status = application(_asked_for())(prog_name="gwdiag", standalone_mode=False)
    except Problem as problem:
        sys.exit(_said(str(problem), problem.status))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_said("interrupted", Exit.INTERRUPTED))
    except OSError as error:  # help, which typer prints itself; what commands meet is a Problem by now
        discard_output()
        sys.exit(_said(f"{error.filename or 'standard output'}: {error.strerror}", Exit.NOTHING_DONE))
    except Exception as error:
        # typer's usage errors: their classes live in a module of its own that is not for others to import.
        if not hasattr(error, "format_message"):
            raise
        if "\n" in (message := error.format_message()):  # the help, for a command without arguments
            sys.stderr.write(f"{message}\n")
            sys.exit(Exit.USAGE)
        sys.exit(_said(f"{message} (see gwdiag --help)", Exit.USAGE))
    sys.exit(status or Exit.OK)


def _asked_for() -> str | None:
    """The subcommand, where it comes first: the others need not be loaded then."""
    first = sys.argv[1] if len(sys.argv) > 1 else None
    return first if first in _subcommands() else None


@cache
def _subcommands() -> Mapping[str, Command]:
    return members(sys.modules[__name__], Command)


def _said(line: str, status: int) -> int:
    sys.stderr.write(f"gwdiag: {' '.join(line.split())}\n")
    return status
