"""`gwdiag probe`: what the node really meets on the way to an upstream."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, FailOnOption, NoColor, OutputFile, OutputOrMetrics, OutputOrMetricsOption, Quiet
from gwdiag.cli._output import show, warn, write


class As(StrEnum):
    """Whose resolver is followed."""

    GO = "go"
    GLIBC = "glibc"


def probe(
    target: Annotated[
        list[str] | None,
        typer.Argument(help="URLs (http, https, tcp, tls, redis, rediss) or host:port; after --compare also reports."),
    ] = None,
    output: OutputOrMetricsOption = OutputOrMetrics.TEXT,
    output_file: OutputFile = None,
    apps: Annotated[
        Path | None, typer.Option(metavar="DIR|FILE", help="Also all targets of these API definitions.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also all targets of this tyk.conf (Redis, app_path), nginx.conf, ..."),
    ] = None,
    samples: Annotated[int | None, typer.Option(min=1, max=100, help="Tries at each address.")] = None,
    idle: Annotated[
        str | None, typer.Option(metavar="auto|S,S", help="Also measure the idle timeout, after these times of rest.")
    ] = None,
    resolver: Annotated[str | None, typer.Option(metavar="IP[:PORT]", help="Ask this nameserver only.")] = None,
    as_: Annotated[As, typer.Option("--as", help="Look names up as this resolver does.")] = As.GO,
    source: Annotated[str | None, typer.Option(metavar="IP", help="Connect from this address of the node.")] = None,
    sni: Annotated[
        str | None, typer.Option(metavar="NAME", help="Ask for this name in TLS; the certificate must carry it.")
    ] = None,
    ca: Annotated[Path | None, typer.Option(metavar="FILE", help="Also trust these authorities (PEM).")] = None,
    cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Client certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key, where it is in another file.")] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, max=600, metavar="S", help="Seconds for each wait; not for all of them together.")
    ] = 5.0,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write the report there, as JSON.")] = None,
    compare: Annotated[
        list[Path] | None, typer.Option(metavar="FILE...", help="Show only what differs from these saved reports.")
    ] = None,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Say what this node meets on the way to upstreams: DNS, TCP, TLS, HTTP, reuse, idle time.

    gwdiag probe https://orders.internal/ 10.0.0.5:6379
    """
    from gwdiag.probe.examine import Wanted, examine
    from gwdiag.probe.options import how_of
    from gwdiag.render.json import JSON, as_json

    how = how_of(
        samples=samples,
        idle=idle,
        resolver=resolver,
        as_=as_.value,
        source=source,
        sni=sni,
        ca=ca,
        cert=cert,
        key=key,
        timeout=timeout,
    )
    wanted = Wanted(targets=tuple(target or ()), apps=apps, config=config, compare=tuple(compare or ()))
    with _progress(quiet=quiet) as (tell, announce):
        report = examine(wanted, how, tell, announce, as_json)
    if save:
        write(JSON.render(report, None), save)
    if not quiet:
        warn(report.inputs)
    raise typer.Exit(show(report, output, output_file, fail_on, no_color=no_color))


Tell = Callable[[int, int], None]
Announce = Callable[[str], None]


@contextmanager
def _progress(*, quiet: bool) -> Iterator[tuple[Tell, Announce]]:
    """What tells how far it is, on a terminal only, and what announces a long wait, on standard error."""
    is_shown = not quiet and sys.stderr.isatty()

    def tell(done: int, every: int) -> None:
        if is_shown and every > 1:
            sys.stderr.write(f"\r{done} of {every} targets ")
            sys.stderr.flush()

    def announce(line: str) -> None:
        if not quiet:
            sys.stderr.write(f"gwdiag: {line}\n")

    try:
        yield tell, announce
    finally:
        if is_shown:
            sys.stderr.write("\r\x1b[K")


PROBE = Command(probe)
