"""`gwdiag probe`: what the node really meets on the way to an upstream."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, FailOnOption, NoColor, OutputFile, Quiet
from gwdiag.cli._output import show, warn

if TYPE_CHECKING:
    pass


class Output(StrEnum):
    """What the report can be written as."""

    TEXT = "text"
    JSON = "json"
    MD = "md"
    PROM = "prom"


class As(StrEnum):
    """Whose resolver is followed."""

    GO = "go"
    GLIBC = "glibc"


def probe(
    target: Annotated[
        list[str] | None, typer.Argument(help="URLs (http, https, tcp, tls, redis, rediss) or host:port.")
    ] = None,
    output: Annotated[Output, typer.Option("-o", "--output", help="How to write the report.")] = Output.TEXT,
    output_file: OutputFile = None,
    samples: Annotated[int | None, typer.Option(min=1, max=100, help="Tries at each address.")] = None,
    idle: Annotated[
        str | None, typer.Option(metavar="auto|S,S", help="Also measure the idle timeout, with these seconds of rest.")
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
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Say what this node meets on the way to upstreams: DNS, TCP, TLS, HTTP, reuse, idle time.

    gwdiag probe https://orders.internal/ 10.0.0.5:6379
    """
    from gwdiag.probe.options import how_of
    from gwdiag.probe.run import probe as run
    from gwdiag.probe.target import parsed

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
    report = run([parsed(one) for one in target or []], how)
    if not quiet:
        warn(report)
    raise typer.Exit(show(report, output, output_file, fail_on, no_color=no_color))


PROBE = Command(probe)
