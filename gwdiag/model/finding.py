"""A finding: what is the matter, where it was seen, and what to do about it."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from gwdiag.model.dataclass import dataclass


class Severity(StrEnum):
    """How bad it is if true. How sure it is, is said in words and by a cause's probability."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where failures show. Nodes and APIs by name, upstreams as `scheme://host:port`, clients by address."""

    nodes: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()
    upstreams: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When. `onset` is when the change began: the first failing request's begin, not the end that a log shows.

    `onset_at_start`: it was so from the first line on, and `onset` is that line's time.
    `onset` null: it has none (a steady background) or it cannot be told.
    """

    onset: datetime | None = None
    onset_at_start: bool = False
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A line of a file, counted from 1."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSource:
    """A command whose output shows it."""

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource:
    """A page that says so."""

    url: str


Source = FileSource | CommandSource | UrlSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One statement, with the figure and the place that it rests on."""

    statement: str
    value: float | int | str | None = None
    unit: str | None = None
    source: Source | None = None
    sample: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What to do or run next. A command that changes anything on a node says so."""

    text: str
    command: str | None = None
    changes_state: bool = False

    def __str__(self) -> str:
        return f"{self.text} (changes the node)" if self.changes_state else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. `about` names the error class that it tells more of, if it does."""

    id: str
    severity: Severity
    title: str
    summary: str
    evidence: tuple[Evidence, ...]
    about: str | None = None
    scope: Scope = field(default_factory=Scope)
    window: Window = field(default_factory=Window)
    remedies: tuple[Remedy, ...] = ()
    runbook: str | None = None

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"finding {self.id!r} has no evidence")
