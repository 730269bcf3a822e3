"""From the lines of small logs to what each later step takes, through the real steps before it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from gwdiag.logs.analysis import View
from gwdiag.logs.classes_seen import ClassSeen, classes_seen
from gwdiag.logs.clock import Clock
from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.join import Found, Outcome, Waiting, outcomes
from gwdiag.logs.names import Names, rename
from gwdiag.logs.one_file import Reading
from gwdiag.logs.records import records
from gwdiag.logs.report import ClassEntry, LogsReport
from gwdiag.logs.tally import Tally
from gwdiag.logs.traffic import Traffic
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit
from gwdiag.model.finding import Finding

YEAR = 2026

Logs = Mapping[str, Iterable[str]]
"""The lines of each node."""


def outcomes_of(lines: Iterable[str], node: str = "gw-1") -> list[Outcome]:
    found = records(iter(enumerate(lines, 1)), Clock(year=YEAR))
    return list(outcomes((Found(f"{node}.log", node, record) for record in found), Waiting()))


def tally_of(logs: Logs, samples: int = 3) -> Tally:
    tally = Tally(samples)
    for node, lines in logs.items():
        for one in outcomes_of(lines, node):
            tally.add(one)
    return tally


def view_of(
    logs: Logs,
    *,
    definitions: Iterable[ApiDefinition] = (),
    settings: dict[str, GatewaySettings] | None = None,
    limits: dict[str, tuple[Limit, ...]] | None = None,
) -> View:
    tally = tally_of(logs)
    names = Names(tally, definitions)
    rename(tally, names)
    traffic = Traffic(tally)
    return View(
        tally=tally,
        traffic=traffic,
        names=names,
        classes=tuple(classes_seen(tally, traffic, names)),
        settings=settings or {},
        limits=limits or {},
        paths=("logs",),
        unparsed=(),
        unparsed_classes={},
    )


def class_in(view: View, id_: str) -> ClassSeen:
    return next(one for one in view.classes if one.id == id_)


def answers_of(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    """The id and the sentence of each finding."""
    return [(one.id, one.summary) for one in findings]


def write_logs(folder: Path, logs: Logs) -> None:
    """A file for each node."""
    for node, lines in logs.items():
        (folder / f"{node}.log").write_text("\n".join(lines) + "\n", "utf-8")


def report_of(folder: Path, logs: Logs, **wanted: object) -> LogsReport:
    write_logs(folder, logs)
    return examine([str(folder)], Reading(year=YEAR), Wanted(**wanted))  # type: ignore[arg-type]


def entry(report: LogsReport, id_: str) -> ClassEntry:
    return next(one for one in report.classes if one.class_ == id_)


def finding(report: LogsReport, id_: str) -> Finding:
    """The one finding with that id."""
    [found] = [one for one in report.findings if one.id == id_]
    return found


def ids(report: LogsReport) -> set[str]:
    return {one.id for one in report.findings}
