"""`gwdiag heap`: which function holds memory, which one grows, how fast and how sure."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, FailOnOption, NoColor, Output, OutputFile, OutputOption, Quiet
from gwdiag.cli._output import show, warn, write_bytes
from gwdiag.model.problem import Problem

if TYPE_CHECKING:
    from gwdiag.model.report import Report


class Picture(StrEnum):
    """What a profile can be drawn or handed on as."""

    HTML = "html"
    FOLDED = "folded"
    SPEEDSCOPE = "speedscope"
    PPROF = "pprof"


class SampleType(StrEnum):
    """Which values of a profile are meant."""

    INUSE_SPACE = "inuse_space"
    INUSE_OBJECTS = "inuse_objects"
    ALLOC_SPACE = "alloc_space"
    ALLOC_OBJECTS = "alloc_objects"


SampleOption = Annotated[
    SampleType | None, typer.Option("--sample", help="Which values; without it, the profile's own default.")
]

heap = typer.Typer(
    help="Which function holds memory, which one grows, how fast and how sure.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@heap.command()
def top(
    file: Annotated[Path, typer.Argument(help="A heap profile: Go pprof, its text form, or a memray capture.")],
    sample: SampleOption = None,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show which functions hold memory, with flat and cum as `go tool pprof -top` counts them.

    gwdiag heap top heap.pb.gz
    """
    from gwdiag.heap.top import top as report_on

    report = report_on(file, sample and sample.value)
    _show(report, output, output_file, fail_on, quiet=quiet, no_color=no_color)


@heap.command()
def diff(
    files: Annotated[
        list[Path], typer.Argument(metavar="BASE... NEW", help="The earlier profiles, and last the newer one.")
    ],
    sample: SampleOption = None,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show what grew between two profiles, with what sampling alone may have done. Several bases are added up.

    gwdiag heap diff low.pb.gz high.pb.gz
    """
    from gwdiag.heap.diff import diff as report_on

    if len(files) < 2:
        raise Problem("give it two profiles: gwdiag heap diff BASE NEW")
    report = report_on(files[:-1], files[-1], sample and sample.value)
    _show(report, output, output_file, fail_on, quiet=quiet, no_color=no_color)


@heap.command()
def trend(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...|DIR", help="Snapshots of one process, or a folder of them.")
    ],
    memory_limit: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Say when memory reaches it: 512Mi, 8GB.")
    ] = None,
    gateway_version: Annotated[
        str | None, typer.Option(metavar="V", help="Of the gateway, to tell known leaks: 5.8.5.")
    ] = None,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show what keeps growing over three or more snapshots, how fast, how sure, and until when.

    gwdiag heap trend snapshots/ --memory-limit 8GB
    """
    from gwdiag.heap.trend import trend as report_on
    from gwdiag.heap.words import bytes_of

    limit = bytes_of(memory_limit, "--memory-limit") if memory_limit else None
    report = report_on(files, limit, gateway_version)
    _show(report, output, output_file, fail_on, quiet=quiet, no_color=no_color)


@heap.command()
def flame(
    file: Annotated[Path, typer.Argument(help="A heap profile.")],
    base: Annotated[Path | None, typer.Argument(help="An earlier one: then the difference is drawn.")] = None,
    sample: SampleOption = None,
    output: Annotated[
        Picture, typer.Option("-o", "--output", help="A page, or a form that other tools read.")
    ] = Picture.HTML,
    output_file: OutputFile = None,
) -> None:
    """Draw a profile, or what it has more than an earlier one, as one page that needs no network.

    gwdiag heap flame high.pb.gz low.pb.gz --output-file growth.html
    """
    from gwdiag.heap.exports import exports
    from gwdiag.heap.picture import picture_of

    export = exports()[output.value]
    if export.is_binary and output_file is None and sys.stdout.isatty():
        raise Problem(f"-o {output.value} is not for a terminal: give it --output-file FILE")
    write_bytes(export.write(picture_of(file, base, sample and sample.value)), output_file)


@heap.command()
def capture(
    url: Annotated[
        str | None, typer.Argument(help="Address of Go's profiler: http://127.0.0.1:8080/debug/pprof.")
    ] = None,
    pid: Annotated[
        int | None, typer.Option(min=1, help="A Python process, recorded with memray; with URL, whose memory to note.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.1, metavar="S", help="Seconds between two snapshots.")] = 600.0,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many to take.")] = 6,
    folder: Annotated[Path, typer.Option("--dir", help="Where they go.")] = Path("heap-snapshots"),
    gc: Annotated[
        bool, typer.Option(help="Ask for a garbage collection before each: exact, and costs the process one.")
    ] = True,
    when_rss: Annotated[
        str | None, typer.Option(metavar="SIZE|%", help="After the first, wait until memory is so large: 2GB, 70%.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, metavar="S", help="For a connect, and each pause in an answer.")
    ] = 30.0,
    metrics: Annotated[
        str | None, typer.Option(metavar="URL", help="Prometheus page with a counter of requests.")
    ] = None,
    access_log: Annotated[Path | None, typer.Option(metavar="FILE", help="Count requests by its lines.")] = None,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Take snapshots of a live process at intervals, with its memory beside them. Ctrl-C keeps what is there.

    gwdiag heap capture http://127.0.0.1:8080/debug/pprof --every 600 --count 6 --dir snapshots
    """
    from gwdiag.heap.capture import Wanted
    from gwdiag.heap.capture import capture as report_on

    wanted = Wanted(
        url=url,
        pid=pid,
        every_s=every,
        count=count,
        folder=folder,
        is_gc=gc,
        when_rss=when_rss,
        timeout_s=timeout,
        metrics=metrics,
        access_log=access_log,
    )
    report = report_on(wanted, _nothing_said if quiet else _say)
    _show(report, output, output_file, fail_on, quiet=quiet, no_color=no_color)


def _say(line: str) -> None:
    from gwdiag.render.text import printable

    sys.stderr.write(f"gwdiag: {printable(line)}\n")
    sys.stderr.flush()


def _nothing_said(line: str) -> None:
    """For --quiet."""


def _show(report: "Report", output: Output, file: Path | None, fail_on: FailOn, *, quiet: bool, no_color: bool) -> None:
    if not quiet:
        warn(report.inputs)
    raise typer.Exit(show(report, output, file, fail_on, no_color=no_color))


HEAP = Command(heap)
