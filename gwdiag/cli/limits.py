"""`gwdiag limits`: what the node allows the gateway, and how near it is."""

from pathlib import Path
from typing import Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, FailOnOption, NoColor, OutputFile, OutputOrMetrics, OutputOrMetricsOption, Quiet
from gwdiag.cli._output import show, warn, write
from gwdiag.model.problem import Problem


def limits(
    pid: Annotated[int | None, typer.Option(min=1, help="The gateway's process.")] = None,
    name: Annotated[str | None, typer.Option(help="What its process is called; without it, any known gateway.")] = None,
    window: Annotated[
        float, typer.Option(metavar="S", min=0, max=3600, help="Seconds between the two readings; 0 reads once.")
    ] = 5.0,
    procfs: Annotated[Path, typer.Option(metavar="DIR", help="Where the node's /proc is mounted.")] = Path("/proc"),
    sysfs: Annotated[Path, typer.Option(metavar="DIR", help="Where its /sys is mounted.")] = Path("/sys"),
    rootfs: Annotated[Path, typer.Option(metavar="DIR", help="Where its / is mounted.")] = Path("/"),
    capture: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also keep what was read, in a new folder.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Judge a capture, a bundle or an unpacked sos report instead.")
    ] = None,
    config: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="The gateway's configuration: files or folders.")
    ] = None,
    listen: Annotated[list[int] | None, typer.Option(metavar="PORT", help="A port it should listen on.")] = None,
    rps: Annotated[float | None, typer.Option(min=0, help="Requests per second that it has to bear.")] = None,
    latency: Annotated[float | None, typer.Option(metavar="S", min=0, help="Seconds that its upstreams take.")] = None,
    balancer_idle: Annotated[
        float | None, typer.Option(metavar="S", min=0, help="Idle time of the balancer in front or behind.")
    ] = None,
    symptom: Annotated[
        str | None, typer.Option(metavar="CLASS", help="First what explains this error class, or this line of a log.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this check, or group such as fd.")] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="ID", help="Not this check, or group.")] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(metavar="ID=WARN,CRIT", help="Other bounds: ct.usage=60%,80%.")
    ] = None,
    list_checks: Annotated[bool, typer.Option("--list", help="Show all checks as text, json or md, and end.")] = False,
    output: OutputOrMetricsOption = OutputOrMetrics.TEXT,
    output_file: OutputFile = None,
    fail_on: FailOnOption = FailOn.ERROR,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Say what the node allows the gateway, how near it is, and what helps. It changes nothing.

    gwdiag limits --name tyk
    """
    from gwdiag.limits.checks import checks, ids
    from gwdiag.limits.documentation import listing
    from gwdiag.limits.examine import Wanted, examine_live, examine_recorded
    from gwdiag.limits.judge import with_thresholds
    from gwdiag.limits.settings import settings
    from gwdiag.limits.text import in_text

    if list_checks:
        write(listing(checks(), output.value), output_file)
        return
    if replay and capture:
        raise Problem("--replay reads a folder that --capture has written: give one of them")
    chosen = _chosen(ids(), only or [], skip or [])
    known = settings(config or [], requests_per_s=rps, latency_s=latency, balancer_idle_s=balancer_idle)
    wanted = Wanted(
        checks=with_thresholds(checks(chosen), threshold or [], ids()),
        pid=pid,
        name=name,
        window_s=window,
        ports=tuple(listen or known.listen_ports),
        settings=known,
        symptom=_class(symptom) if symptom else None,
    )
    report = examine_recorded(wanted, replay) if replay else examine_live(wanted, procfs, sysfs, rootfs, capture)
    if not quiet:
        warn(report.inputs)
    own = in_text if output is OutputOrMetrics.TEXT else None
    raise typer.Exit(show(report, output, output_file, fail_on, no_color=no_color, render=own))


def _chosen(every: list[str], only: list[str], skip: list[str]) -> list[str]:
    """Ids by id or by group. Raises Problem for one that is neither."""

    def named(given: list[str], option: str) -> set[str]:
        found: set[str] = set()
        for one in given:
            fits = {id_ for id_ in every if id_ == one or id_.startswith(f"{one.removesuffix('.')}.")}
            if not fits:
                raise Problem(f"{option} {one}: there is no such check; gwdiag limits --list names them")
            found |= fits
        return found

    chosen = (named(only, "--only") or set(every)) - named(skip, "--skip")
    return [id_ for id_ in every if id_ in chosen]


def _class(symptom: str) -> str:
    """An error class, by its id or by a line of a log."""
    from gwdiag.error_classes import claim, error_classes
    from gwdiag.model.error_class import NONE

    found = symptom if symptom in error_classes() else claim(symptom).id
    if found == NONE:
        raise Problem(f"--symptom {symptom}: neither an error class nor a line that one claims; see gwdiag explain")
    return found


LIMITS = Command(limits)
