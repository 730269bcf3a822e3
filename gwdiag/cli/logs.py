"""`gwdiag logs`: what fails in these logs, since when, where, and what to do next."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import (
    FailOn,
    FailOnOption,
    NoColor,
    OutputFile,
    OutputOrMetrics,
    OutputOrMetricsOption,
    Quiet,
    named_nodes,
)
from gwdiag.cli._output import say, show, warn, write, write_bytes
from gwdiag.model.problem import Exit, Problem

if TYPE_CHECKING:
    from gwdiag.logs.formats import Grammars
    from gwdiag.logs.one_file import Reading
    from gwdiag.logs.reading import Read

MERGE = "merge"
"""The first path, for the report on partial files. What is called so itself is given as ./merge."""


class By(StrEnum):
    """What requests and failures can be grouped by."""

    API = "api"
    NODE = "node"
    UPSTREAM = "upstream"
    CLIENT = "client"
    STATUS = "status"
    PATH = "path"


def logs(
    path: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files (also .gz .zst .bz2 .xz, tar), folders, globs, addresses (s3://...), - for standard input; "
            "or: merge FILE.gwp..., which is what --partial wrote elsewhere."
        ),
    ] = None,
    output: OutputOrMetricsOption = OutputOrMetrics.TEXT,
    output_file: OutputFile = None,
    tz: Annotated[
        str | None, typer.Option(help="Zone of times that name none: Europe/Berlin, +02:00. Without it, UTC.")
    ] = None,
    year: Annotated[int | None, typer.Option(min=1970, max=2100, help="Year of times that have none.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only from then on: 14:05, -30m before the end, 2026-11-20T14:05Z."),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only until then; the same forms.")] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="A format's name, re:PATTERN, nginx:LOG_FORMAT, or an nginx.conf to take it from.",
        ),
    ] = None,
    list_formats: Annotated[bool, typer.Option("--list-formats", help="Show what is read, and end.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is added, until Ctrl-C.")] = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the events there: .parquet, .csv or .jsonl.")
    ] = None,
    partial: Annotated[
        Path | None,
        typer.Option(metavar="FILE.gwp", help="Write the sums there, or to -, for gwdiag logs merge; no report."),
    ] = None,
    node: Annotated[list[str] | None, typer.Option(metavar="NAME=PATH", help="Whose log a file or folder is.")] = None,
    by: Annotated[By | None, typer.Option(help="Also group requests and failures by this.")] = None,
    class_: Annotated[
        list[str] | None, typer.Option("--class", metavar="CLASS", help="Only these error classes.")
    ] = None,
    jobs: Annotated[str, typer.Option(metavar="N", help="Processes that read; auto: one for each processor.")] = "1",
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Read on a Dask cluster instead: tcp://HOST:PORT.")
    ] = None,
    interval: Annotated[str | None, typer.Option(metavar="TIME", help="Step of the series: 10s, 1m, 1h.")] = None,
    top: Annotated[int, typer.Option(min=1, help="Rows of a grouping.")] = 20,
    samples: Annotated[int, typer.Option(min=0, max=100, help="Lines to keep of each class.")] = 3,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Say what fails in gateway logs: error classes, onset, odd node, load, timers.

    gwdiag logs /var/log/tyk/*.log
    """
    import gc
    from dataclasses import replace

    from gwdiag.cli._progress import progress
    from gwdiag.logs.clock import zone_of
    from gwdiag.logs.custom.given import grammars
    from gwdiag.logs.examine import Wanted, report_on
    from gwdiag.logs.one_file import Reading
    from gwdiag.logs.reading import read

    if list_formats:
        _list(grammars(format_), output, output_file)
        return
    if not path:
        raise Problem("give it logs to read: gwdiag logs PATH...")
    gc.set_threshold(200_000)  # what reading makes refers to nothing that refers back: hardly any is garbage
    wanted = Wanted(by=by and by.value, classes=_classes(class_ or []), interval=_seconds(interval), top=top)
    if path[0] == MERGE:
        of_reading = (tz, year, since, until, format_, follow, export, partial, node, jobs != "1", scheduler)
        reading = _merged(path[1:], samples, are_read=any(map(bool, of_reading)))
    else:
        if follow and (until or partial):
            raise Problem(f"--follow goes on until Ctrl-C, {'--until' if until else '--partial'} has an end: give one")
        how = Reading(
            nodes=named_nodes(node or []),
            year=year,
            zone=zone_of(tz) if tz else None,
            samples=samples,
            grammars=grammars(format_),
            since=since,
            until=until,
            export=export,
            jobs=_jobs(jobs),
            scheduler=scheduler,
        )
        if follow:
            reading = _followed(path, how, no_color=no_color)
        else:
            with progress(quiet=quiet, no_color=no_color) as bar:
                reading = read(path, replace(how, progress=bar))
    if partial:
        raise typer.Exit(_write_partial(reading, partial, quiet=quiet))
    report = report_on(reading, wanted, path)
    if not quiet:
        warn(report.inputs)
    raise typer.Exit(show(report, output, output_file, fail_on, no_color=no_color))


def _list(grammars: "Grammars", output: OutputOrMetrics, file: Path | None) -> None:
    from gwdiag.logs.listing import as_json, as_text

    if output not in (OutputOrMetrics.TEXT, OutputOrMetrics.JSON):
        raise Problem(f"--list-formats can be written as text or json, not as {output}")
    every = {**grammars.own, **grammars.built_in()}
    write(as_json(every) if output is OutputOrMetrics.JSON else as_text(every), file)


def _followed(paths: list[str], how: "Reading", *, no_color: bool) -> "Read":
    from gwdiag.cli._live import live_table
    from gwdiag.logs.follow import follow

    with live_table(no_color=no_color) as show:
        return follow(paths, how, show)


def _merged(files: list[str], samples: int, *, are_read: bool) -> "Read":
    from gwdiag.logs.partial.put_together import put_together

    if not files:
        raise Problem(f"give it the files that --partial wrote: gwdiag logs {MERGE} FILE.gwp...")
    if are_read:
        raise Problem(f"gwdiag logs {MERGE}: options that say how to read logs go to gwdiag logs --partial")
    return put_together(files, samples)


def _write_partial(reading: "Read", file: Path, *, quiet: bool) -> Exit:
    from gwdiag.logs.content import in_words
    from gwdiag.logs.examine import refuse_nothing
    from gwdiag.logs.partial.file import as_bytes
    from gwdiag.model.words import counted

    refuse_nothing(reading)
    data = as_bytes(reading)
    write_bytes(data, None if str(file) == "-" else file)
    if not quiet:
        warn(reading.inputs)
        lines = sum(one.lines for one in reading.inputs)
        say(f"wrote {file}: {in_words(len(data))} for {counted(lines, 'line')}")
    if reading.interrupted:
        return Exit.INTERRUPTED
    return Exit.PARTIAL if any(one.problem for one in reading.inputs) else Exit.OK


def _jobs(given: str) -> int:
    """0 is one for each processor."""
    if given == "auto":
        return 0
    if not (given.isdecimal() and len(given) < 5):
        raise Problem(f"--jobs {given}: give a number of processes, or auto")
    return int(given)


def _classes(given: list[str]) -> frozenset[str]:
    from gwdiag.error_classes import error_classes

    for one in given:
        if one not in error_classes():
            raise Problem(f"--class {one}: there is no such class; the classes are {', '.join(error_classes())}")
    return frozenset(given)


def _seconds(interval: str | None) -> int | None:
    if interval is None:
        return None
    seen = re.fullmatch(r"(\d+)(s|m|h)", interval)
    if not seen or not int(seen[1]):
        raise Problem(f"--interval {interval}: give a number of s, m or h, such as 10s")
    return int(seen[1]) * {"s": 1, "m": 60, "h": 3600}[seen[2]]


LOGS = Command(logs)
