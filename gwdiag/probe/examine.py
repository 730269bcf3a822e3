"""What the command does: targets from all that names some, the probe, the comparison."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gwdiag.model.problem import Problem
from gwdiag.model.report import status_of
from gwdiag.model.words import counted, duration
from gwdiag.probe.compare import NOW, Kept, differences, findings_of, kept_in, kept_of
from gwdiag.probe.defined import Defined, defined_targets
from gwdiag.probe.how import How
from gwdiag.probe.report import ProbeReport
from gwdiag.probe.run import Progress, probe
from gwdiag.probe.stages.idle import budget_s, rungs_for
from gwdiag.probe.target import HOST_PORT, parsed

LONG_S = 10.0
"""A ladder that takes longer is announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command was given: targets as they are written, configuration, reports to compare with."""

    targets: tuple[str, ...] = ()
    apps: Path | None = None
    config: Path | None = None
    compare: tuple[Path, ...] = ()


def examine(
    wanted: Wanted, how: How, progress: Progress, announce: Callable[[str], None], as_json: Callable[[object], object]
) -> ProbeReport:
    """The report. `as_json`: how a report is written, which is how saved ones are read. Raises Problem."""
    reports, names = _apart(wanted)
    defined = defined_targets(wanted.apps, wanted.config, how) if wanted.apps or wanted.config else Defined()
    for one in names:
        defined.put(parsed(one))
    if not defined.targets and not reports:
        raise Problem("give it something to probe: gwdiag probe https://orders.internal/ 10.0.0.5:6379")
    kept = kept_in(reports)
    if how.idle and defined.targets and budget_s(how) > LONG_S:
        announce(
            f"the ladder of idle times takes {duration(budget_s(how))}, with "
            f"{counted(len(rungs_for(how.idle)), 'connection')} to each target"
        )
    report = probe(list(defined.targets.values()), how, progress)
    if any(one.problem for one in defined.inputs) and report.status == "ok":
        report = replace(report, status="incomplete")
    report = replace(report, inputs=tuple(defined.inputs))
    return _compared(report, kept, as_json) if reports else report


def _apart(wanted: Wanted) -> tuple[list[Path], list[str]]:
    """Reports and targets. After --compare what is written like no target is a report: `--compare a.json b.json`."""
    if not wanted.compare:
        return [], list(wanted.targets)
    names = [one for one in wanted.targets if "://" in one or HOST_PORT.fullmatch(one)]
    return [*wanted.compare, *(Path(one) for one in wanted.targets if one not in names)], names


def _compared(report: ProbeReport, kept: list[Kept], as_json: Callable[[object], object]) -> ProbeReport:
    """With what differs. Without targets of its own there is nothing but the comparison."""
    if report.targets:
        kept = [*kept, kept_of(NOW, as_json(report))]  # type: ignore[arg-type]
    found = differences(kept)
    findings = (*report.findings, *findings_of(found))
    count = counted(len(kept), "report")
    said = f"{counted(len(found), 'difference')} between {count}" if found else f"No difference between {count}"
    return replace(
        report,
        differences=tuple(found),
        findings=tuple(sorted(findings, key=lambda one: -one.severity.rank)),
        status=status_of(findings, incomplete=report.status == "incomplete"),
        summary=f"{report.summary} {said}." if report.targets else f"{said}.",
    )
