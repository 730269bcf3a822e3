"""The report of `gwdiag limits`."""

from collections import Counter

from gwdiag.limits.check import Status
from gwdiag.limits.unanswered import Unanswered
from gwdiag.model.dataclass import dataclass
from gwdiag.model.report import Metric, Report, Table
from gwdiag.model.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class FixShown:
    """A fix with this node's figures in its commands. Commands that change nothing have no `undo`."""

    text: str
    command: str | None
    undo: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check. `value` is what its thresholds are about: a share as 0 to 1, else a count, cores, seconds.

    `used` and `limit` are the figures of a share, in `unit`; `headroom` what is left between them. `why`: why it
    matters, or why it is unavailable. `warn`, `crit`: the thresholds in words.
    """

    id: str
    status: Status
    title: str
    statement: str
    value: float | None
    used: float | None
    limit: float | None
    headroom: float | None
    unit: str
    source: str
    warn: str
    crit: str
    why: str
    fix: str
    fixes: tuple[FixShown, ...]
    shows: str
    explains: tuple[str, ...]
    upstreams: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The process that was looked at; null figures where there was none.

    `network_namespace`: `read` where its own was read, `another` where that could not be: its checks are unavailable.
    """

    pid: int | None
    name: str | None
    network_namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsReport(Report):
    """The report of `gwdiag limits`. `window_s`: seconds between the two readings, null for one.

    `unanswered`: upstreams that leave connection attempts unanswered, now. `symptom`: the error class that it is
    sorted by.
    """

    process: Process
    window_s: float | None
    symptom: str | None
    checks: tuple[CheckResult, ...]
    unanswered: tuple[Unanswered, ...]

    def tables(self) -> tuple[Table, ...]:
        tables = []
        if self.unanswered:
            rows = tuple((one.upstream, str(one.connections), str(one.retransmits)) for one in self.unanswered)
            columns = ("upstream", "connections", "most retransmits")
            tables.append(Table("Upstreams that do not answer a SYN", columns, rows, numeric=frozenset((1, 2))))
        silent = tuple((one.id, one.why) for one in self.checks if one.status is Status.UNAVAILABLE)
        if silent:
            tables.append(Table("Could not be checked", ("check", "why"), silent))
        return tuple(tables)

    def metrics(self) -> tuple[Metric, ...]:
        statuses = tuple(
            ({"check": one.id, "status": one.status.value}, 1.0) for one in sorted(self.checks, key=lambda one: one.id)
        )
        values = tuple(
            ({"check": one.id}, float(one.value))
            for one in sorted(self.checks, key=lambda one: one.id)
            if one.value is not None and one.status is not Status.UNAVAILABLE
        )
        waiting = tuple(({"upstream": one.upstream}, float(one.connections)) for one in self.unanswered)
        return (
            ("gwdiag_limit_status", "1 for the status that a check has.", statuses),
            ("gwdiag_limit_value", "What a check's thresholds are about: a share as 0 to 1, else a count.", values),
            ("gwdiag_limit_unanswered_connections", "Connections in SYN_SENT that were retransmitted.", waiting),
        )


def summary(checks: tuple[CheckResult, ...]) -> str:
    """The verdict in a sentence."""
    count = Counter(one.status for one in checks)
    judged = len(checks) - count[Status.UNAVAILABLE]
    worst = [one.id for one in checks if one.status is Status.CRIT] or [
        one.id for one in checks if one.status is Status.WARN
    ]
    of_all = f"{judged} of {counted(len(checks), 'check')} could be judged"
    if not worst:
        return f"Nothing is near its limit; {of_all}."
    shown = ", ".join(worst[:4]) + (f" and {len(worst) - 4} more" if len(worst) > 4 else "")
    return f"{count[Status.CRIT]} critical, {counted(count[Status.WARN], 'warning')}: {shown}; {of_all}."
