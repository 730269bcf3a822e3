"""What `gwdiag logs` reports beside what all commands do."""

from datetime import datetime

from gwdiag.model.dataclass import dataclass
from gwdiag.model.report import Chart, Metric, Report, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`errors`: the sum over all classes. `requests`: with their failures that left no access line."""

    events: int
    requests: int
    errors: int
    unparsed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of a log, without its secrets."""

    path: str
    line: int
    node: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEntry:
    """One error class. `count`: failed requests; where the class fails none, its notices.

    `share`: of all errors, 0 to 1. `rate`: of all requests, null where the logs have no access lines.
    """

    class_: str
    count: int
    share: float
    rate: float | None
    requests: int
    notices: int
    first: datetime | None
    last: datetime | None
    onset: datetime | None
    onset_at_start: bool
    ended: datetime | None
    nodes: dict[str, int]
    apis: dict[str, int]
    upstreams: dict[str, int]
    samples: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Requests and failures over time, one figure per interval, by the time when they began."""

    interval_s: float
    start: datetime | None
    requests: tuple[int, ...]
    by_class: dict[str, tuple[int, ...]]

    @classmethod
    def none(cls, interval_s: float = 1.0) -> "Series":
        """Of logs without an event, or of none."""
        return cls(interval_s=interval_s, start=None, requests=(), by_class={})


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyEntry:
    """Latency of requests that succeeded, exact to the millisecond of the log.

    `before` and `after`: p50 and p95 around the onset of the worst trouble, right to within 2 %; null without one.
    """

    api: str
    upstream: str
    node: str
    count: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    p50_before_ms: float | None = None
    p95_before_ms: float | None = None
    p50_after_ms: float | None = None
    p95_after_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One value of the dimension that `--by` names, with its requests and failures."""

    name: str
    requests: int
    errors: int
    classes: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The groups of a dimension, those with the most failures first."""

    by: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsReport(Report):
    """The report of `gwdiag logs`."""

    totals: Totals
    classes: tuple[ClassEntry, ...]
    series: Series
    latency: tuple[LatencyEntry, ...]
    grouping: Grouping | None
    unparsed_samples: tuple[LogLine, ...]

    def tables(self) -> tuple[Table, ...]:
        from gwdiag.logs.tables import tables_of

        return tables_of(self)

    def charts(self) -> tuple[Chart, ...]:
        from gwdiag.logs.tables import charts_of

        return charts_of(self.series, {one.class_: one.onset for one in self.classes if not one.onset_at_start})

    def metrics(self) -> tuple[Metric, ...]:
        errors = tuple(
            ({"class": one.class_, "node": node}, float(count))
            for one in self.classes
            for node, count in one.nodes.items()
        )
        return (
            ("gwdiag_log_errors", "Failures in the logs by class and node.", errors),
            ("gwdiag_log_requests", "Requests in the logs.", (({}, float(self.totals.requests)),)),
            ("gwdiag_log_unparsed_lines", "Lines of no known format.", (({}, float(self.totals.unparsed)),)),
        )
