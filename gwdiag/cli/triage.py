"""`gwdiag triage`: the cause, named."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, FailOnOption, NoColor, Output, OutputFile, OutputOption, Quiet, named_nodes
from gwdiag.cli._output import say, show, warn
from gwdiag.model.problem import Problem

if TYPE_CHECKING:
    from gwdiag.triage.load import Loaded
    from gwdiag.triage.report import TriageReport


def triage(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A case (folder, tar, zip), a folder of logs, a log, - for standard input; without it, this node."
        ),
    ] = None,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    why: Annotated[list[str] | None, typer.Option(metavar="CAUSE", help="Show what speaks for this cause.")] = None,
    why_not: Annotated[
        list[str] | None, typer.Option(metavar="CAUSE", help="Show what speaks against this cause.")
    ] = None,
    probe: Annotated[bool, typer.Option("--probe", help="Also probe the failing upstreams from here.")] = False,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only from then on: 14:05, -30m.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only until then.")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of times that name none. Without it, UTC.")] = None,
    year: Annotated[int | None, typer.Option(min=1970, max=2100, help="Year of times that have none.")] = None,
    node: Annotated[list[str] | None, typer.Option(metavar="NAME=PATH", help="Whose log a file or folder is.")] = None,
    pid: Annotated[int | None, typer.Option(min=1, help="This node's gateway, by its process.")] = None,
    name: Annotated[str | None, typer.Option(help="The same by what its process is called.")] = None,
    window: Annotated[
        float, typer.Option(metavar="S", min=0, max=3600, help="Seconds between two readings of this node.")
    ] = 2.0,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Name the root cause: what fails, since when, where, why, how sure, and what to do next.

    gwdiag triage CASE
    """
    from gwdiag.logs.clock import zone_of
    from gwdiag.logs.one_file import Reading
    from gwdiag.triage import live
    from gwdiag.triage.load import SAMPLES, loaded, loaded_here
    from gwdiag.triage.text import in_text

    if path and (pid or name):
        raise Problem("--pid and --name are about this node, a path is about another: give one of them")
    how = Reading(
        nodes=named_nodes(node or []),
        year=year,
        zone=zone_of(tz) if tz else None,
        since=since,
        until=until,
        samples=SAMPLES,
    )
    wanted = [*(why or []), *(why_not or [])]
    if path:
        with loaded(path, how) as found:
            report = _report(found, wanted, probe=probe)
    else:
        here = live.found(pid, name, window)
        if not here.logs and not quiet:
            say(f"process {here.pid} ({here.name}) writes into no log that can be read here: give it as a path")
        report = _report(loaded_here(here, how), wanted, probe=probe)
    if not quiet:
        warn(report.inputs)
    own = in_text if output is Output.TEXT else None
    raise typer.Exit(show(report, output, output_file, fail_on, no_color=no_color, render=own))


def _report(found: "Loaded", wanted: list[str], *, probe: bool) -> "TriageReport":
    from gwdiag.triage.examine import examine, known_causes

    if probe:
        from gwdiag.triage.probing import failing_upstreams, probed

        known_causes(wanted)  # nobody is probed for a command that is refused
        found = found.probed(probed, failing_upstreams(found.case))
    return examine(found, wanted)


TRIAGE = Command(triage)
