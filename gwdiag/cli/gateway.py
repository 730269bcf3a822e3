"""`gwdiag gateway`: the reference gateway, a scriptable upstream, and a check of their configuration."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, FailOnOption, NoColor, Output, OutputFile, OutputOption
from gwdiag.model.problem import Exit, Problem

if TYPE_CHECKING:
    from gwdiag.gateway.settings import Settings

gateway = typer.Typer(
    help="Serve the same API definitions as the gateway under suspicion, from the same node.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


class LogFormat(StrEnum):
    """How the gateway writes its log."""

    TEXT = "text"
    JSON = "json"


Config = Annotated[Path | None, typer.Option(metavar="FILE", help="A tyk.conf; TYK_GW_* variables override it.")]
Apps = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of API definitions; without it, app_path.")]
Listen = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where to listen.")]


@gateway.command("run")
def run(
    config: Config = None,
    apps: Apps = None,
    listen: Listen = None,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="The gateway's log; without it, stderr.")] = None,
    log_format: Annotated[LogFormat | None, typer.Option(help="As in tyk.conf where not given.")] = None,
    keys: Annotated[Path | None, typer.Option(metavar="FILE", help="JSON object of keys and their limits.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the port.")] = 1,
    watch: Annotated[bool, typer.Option("--watch", help="Reload when a definition has changed.")] = False,
    strict_logging: Annotated[
        bool, typer.Option("--strict-logging", help="Log what happened where Tyk's log does not tell it.")
    ] = False,
    profile_heap: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write memray captures there, on SIGUSR1.")
    ] = None,
    profile_every: Annotated[
        float, typer.Option(metavar="S", min=0, help="With --profile-heap: also every S seconds.")
    ] = 0.0,
) -> None:
    """Serve the definitions. SIGHUP reloads them, SIGTERM ends what is under way and then the gateway.

    gwdiag gateway run --config tyk.conf --apps apps/ --listen 127.0.0.1:8080
    """
    import os

    from gwdiag.gateway.server import Running
    from gwdiag.gateway.server import run as serve

    settings = _settings(config, log_format)
    host, port = _address(listen) if listen else (settings.listen_address or "127.0.0.1", settings.listen_port)
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) if log else 2
    except OSError as error:
        raise Problem(f"{log}: cannot be written: {error.strerror}", Exit.NOTHING_DONE) from None
    serve(
        Running(
            settings=settings,
            apps=_apps(apps, settings),
            host=host,
            port=port,
            keys=keys,
            log=descriptor,
            workers=workers,
            watch=watch,
            strict_logging=strict_logging,
            heap_folder=profile_heap,
            heap_interval=profile_every,
        )
    )


@gateway.command("check")
def check(
    config: Config = None,
    apps: Apps = None,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
    fail_on: FailOnOption = FailOn.ERROR,
    no_color: NoColor = False,
) -> None:
    """Say what would be served, and what would not; serve nothing.

    gwdiag gateway check --config tyk.conf --apps apps/
    """
    from gwdiag.cli._output import show
    from gwdiag.gateway.check import checked, in_text

    settings = _settings(config, None, is_quiet=True)
    report = checked(config, _apps(apps, settings), settings)
    own = (lambda *_: in_text(report)) if output is Output.TEXT else None
    raise typer.Exit(show(report, output, output_file, fail_on, no_color=no_color, render=own))


@gateway.command("upstream")
def upstream(
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to listen.")] = "127.0.0.1:9000",
    cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Speak TLS with this certificate chain.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key; without it, it is in --cert.")] = None,
    client_ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask clients for a certificate of this authority.")
    ] = None,
    tls_max: Annotated[str | None, typer.Option(metavar="VERSION", help="Highest TLS version: 1.2, 1.3.")] = None,
    tls_min: Annotated[str | None, typer.Option(metavar="VERSION", help="Lowest TLS version.")] = None,
    every: Annotated[
        str | None, typer.Option(metavar="WORD", help="What all paths do: delay/2, reset, silent, ...")
    ] = None,
) -> None:
    """Be an upstream that does what paths say.

    /delay/2, /status/503, /reset, /drip/5/0.5, /echo; all of them are in docs/gateway.md.

    gwdiag gateway upstream --listen 127.0.0.1:9000
    """
    from gwdiag.gateway.upstreams.server import Tls, serve

    host, port = _address(listen)
    tls = Tls(cert, key, client_ca, tls_min, tls_max) if cert else None
    serve(host, port, tls, every)


def _settings(config: Path | None, log_format: LogFormat | None, *, is_quiet: bool = False) -> "Settings":
    import os
    import sys
    from dataclasses import replace

    from gwdiag.gateway.settings import read_settings

    settings, unknown = read_settings(config, os.environ)
    if unknown and not is_quiet:
        sys.stderr.write("".join(f"gwdiag: {one}: not implemented here, without effect\n" for one in unknown))
    return replace(settings, log_format=log_format.value) if log_format else settings


def _apps(apps: Path | None, settings: "Settings") -> Path:
    if apps is None and not settings.app_path:
        raise Problem("no API definitions: give their folder with --apps, or app_path in tyk.conf")
    return apps or Path(settings.app_path)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 0xFFFF:
        raise Problem(f"{text}: this is no HOST:PORT, such as 127.0.0.1:8080")
    return host.strip("[]") or "127.0.0.1", int(port)


GATEWAY = Command(gateway)
