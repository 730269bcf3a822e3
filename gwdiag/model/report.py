"""What every command gives back: the inputs it looked at, what it found, and what that means as a status."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from gwdiag.model.cause import RankedCause
from gwdiag.model.dataclass import dataclass
from gwdiag.model.finding import Finding, Severity
from gwdiag.model.problem import Exit

SCHEMA = "gwdiag.report/1"

Status = Literal["ok", "warning", "error", "incomplete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file or stream that was read. `problem` says what kept it from being read whole."""

    path: str
    node: str | None = None
    format: str | None = None
    bytes: int = 0
    lines: int = 0
    events: int = 0
    unparsed: int = 0
    first: datetime | None = None
    last: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for people to read; programs get the same figures from the report.

    `numeric` columns align right. `is_chart`: it stands for a chart where none can be drawn.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    is_chart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Figures over time for people to look at: one for each `interval_s` from `start` on.

    `whole`: what there is in all; `parts`: what of it is bad, by name; they are drawn on top of each other.
    `marks`: moments to point at, with what happened then.
    """

    title: str
    start: datetime
    interval_s: float
    whole: tuple[str, tuple[int, ...]]
    parts: tuple[tuple[str, tuple[int, ...]], ...]
    marks: tuple[tuple[datetime, str], ...] = ()


Metric = tuple[str, str, tuple[tuple[dict[str, str], float], ...]]
"""Name, help text, and the samples: labels and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The part that all commands share. A command adds its own fields in a subclass, at the same level.

    `summary`: the verdict in one sentence, fit to paste into an incident channel. `interrupted`: the user stopped it.
    """

    schema: str = SCHEMA
    command: str
    version: str
    created: datetime
    host: str
    inputs: tuple[Input, ...] = ()
    findings: tuple[Finding, ...] = ()
    causes: tuple[RankedCause, ...] = ()
    status: Status
    summary: str
    interrupted: bool = False

    def tables(self) -> tuple[Table, ...]:
        """What a command shows people beside its findings."""
        return ()

    def charts(self) -> tuple[Chart, ...]:
        """What of it is better seen than read."""
        return ()

    def metrics(self) -> tuple[Metric, ...]:
        """What a monitoring system may count: a command's own figures, where it has any."""
        return ()


def status_of(findings: Iterable[Finding], incomplete: bool) -> Status:
    """The worst finding as a word. `incomplete` only where nothing was found in what could be judged."""
    worst = max((finding.severity.rank for finding in findings), default=0)
    if worst >= Severity.ERROR.rank:
        return "error"
    if worst == Severity.WARNING.rank:
        return "warning"
    return "incomplete" if incomplete else "ok"


def exit_status(report: Report, fail_on: Severity | None) -> Exit:
    """What a report means as an exit status. `fail_on` None: findings never fail the command."""
    if report.interrupted:
        return Exit.INTERRUPTED
    if fail_on and any(finding.severity.rank >= fail_on.rank for finding in report.findings):
        return Exit.FINDINGS
    return Exit.PARTIAL if report.status == "incomplete" else Exit.OK
