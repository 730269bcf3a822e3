"""What `gwdiag runbook` reports: which runbooks there are, and what one of them says."""

import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from gwdiag._version import __version__
from gwdiag.model.dataclass import dataclass
from gwdiag.model.report import Report, Table
from gwdiag.model.words import counted
from gwdiag.runbook import Runbook


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookEntry:
    """One runbook. `about`: a symptom, or the root cause of its name. `classes`: error classes that lead to it."""

    name: str
    title: str
    about: Literal["symptom", "cause"]
    classes: tuple[str, ...]
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookListReport(Report):
    """The report of `gwdiag runbook list`."""

    runbooks: tuple[RunbookEntry, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (one.name, one.title, one.about, ", ".join(one.classes) or "no errors", str(one.minutes))
            for one in self.runbooks
        )
        return (Table("Runbooks", ("runbook", "title", "about a", "classes", "minutes"), rows, frozenset((4,))),)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookReport(Report):
    """The report of `gwdiag runbook show` and `for`. `section`: the heading that `text`, in Markdown, is below."""

    runbook: RunbookEntry
    section: str | None
    text: str


def list_of(runbooks: Iterable[Runbook]) -> RunbookListReport:
    """All of them."""
    entries = tuple(map(_entry, runbooks))
    return RunbookListReport(
        command="runbook list",
        version=__version__,
        created=datetime.now(UTC),
        host=socket.gethostname(),
        status="ok",
        summary=f"There are {counted(len(entries), 'runbook')}.",
        runbooks=entries,
    )


def report_of(runbook: Runbook, section: str | None, text: str) -> RunbookReport:
    """One of them, or a section of it."""
    return RunbookReport(
        command="runbook show",
        version=__version__,
        created=datetime.now(UTC),
        host=socket.gethostname(),
        status="ok",
        summary=f"{runbook.title}: about {counted(runbook.minutes, 'minute')}.",
        runbook=_entry(runbook),
        section=section,
        text=text,
    )


def _entry(one: Runbook) -> RunbookEntry:
    return RunbookEntry(
        name=one.name,
        title=one.title,
        about="cause" if one.of_a_cause else "symptom",
        classes=one.triggers,
        minutes=one.minutes,
    )
