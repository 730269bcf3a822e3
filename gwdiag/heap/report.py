"""What the subcommands of `gwdiag heap` report beside what all commands do."""

from datetime import datetime

from gwdiag.model.dataclass import dataclass
from gwdiag.model.report import Metric, Report, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionEntry:
    """A function in a profile, in the sample's unit; flat and cum as `go tool pprof -top` has them.

    `samples`: what flat was estimated from; null where everything is counted. `low`, `high`: 95 % bounds of flat.
    """

    function: str
    flat: int
    cum: int
    samples: int | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopReport(Report):
    """The report of `gwdiag heap top`. `total`: the sum of absolute values, in `unit`."""

    sample: str
    unit: str
    total: int
    at: datetime | None
    period: int
    functions: tuple[FunctionEntry, ...]

    def tables(self) -> tuple[Table, ...]:
        from gwdiag.heap.tables import top_tables

        return top_tables(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """A function in a difference: `flat` and `cum` are what is more, as pprof's -diff_base has it.

    `change`: new, grew, shrank, gone, or `noise` where sampling alone may have made it. `base`, `new`: flat values.
    `low`, `high`: 95 % bounds of flat. `samples`: of both profiles together; null where everything is counted.
    `retention`: how much of what it allocated in between is still there, 0 to 1; null where that is not known.
    `is_arena`: most of it are whole arenas of Python's allocator, which tell nothing about the function.
    """

    function: str
    flat: int
    cum: int
    base: int
    new: int
    change: str
    samples: int | None
    low: float
    high: float
    retention: float | None
    is_arena: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport(Report):
    """The report of `gwdiag heap diff`.

    `total`: the bases' sum of absolute values, of which pprof's percentages are; where they hold nothing, the new
    one's. `is_same_process`: null where it cannot be told. `seconds`: from base to new; null where a time is missing.
    """

    sample: str
    unit: str
    total: int
    base_total: int
    new_total: int
    seconds: float | None
    is_same_process: bool | None
    is_same_build: bool | None
    functions: tuple[ChangeEntry, ...]

    def tables(self) -> tuple[Table, ...]:
        from gwdiag.heap.tables import diff_tables

        return diff_tables(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """From `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectEntry:
    """A place where memory accumulates, or might.

    `function`: the deepest one of the application that carries the growth; `path`: from there to where requests come
    in, the caller last; `allocates`: the functions that allocate it. Growth, `low` and `high` are bytes per hour with
    95 % bounds. `values`: bytes at each snapshot of the stretch. `retention`: how much of what was allocated is still
    there. `goroutines`: how many more wait below the function in the end than at the begin; null without goroutine
    profiles. `known_issue`: its id, or null.
    """

    function: str
    verdict: str
    growth_bytes_per_hour: float
    low: float
    high: float
    growth_bytes: int
    growth_low: float
    growth_high: float
    retention: float | None
    intervals_up: int
    intervals: int
    samples: int | None
    why: str
    path: tuple[str, ...]
    allocates: tuple[str, ...]
    values: tuple[int, ...]
    goroutines: int | None
    known_issue: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotEntry:
    """One snapshot. `stretch`: its number among those of one process; null where it was left out, `left_out` says
    why."""

    path: str
    at: datetime | None
    stretch: int | None
    in_use_bytes: int
    rss_bytes: int | None
    requests: int | None
    goroutines: int | None
    left_out: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryEntry:
    """A part of a process's memory, in bytes, at the last snapshot that tells it."""

    part: str
    bytes: int
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendReport(Report):
    """The report of `gwdiag heap trend`: suspects, the strongest first.

    `limit_reached_in_s`: after how long memory reaches the limit if it goes on so; null without a limit or growth.
    """

    suspects: tuple[SuspectEntry, ...]
    limit_reached_in_s: Range | None
    memory_limit_bytes: int | None
    seconds: float | None
    rss_growth_bytes_per_hour: float | None
    snapshots: tuple[SnapshotEntry, ...]
    memory: tuple[MemoryEntry, ...]

    def tables(self) -> tuple[Table, ...]:
        from gwdiag.heap.tables import trend_tables

        return trend_tables(self)

    def metrics(self) -> tuple[Metric, ...]:
        growth = tuple(
            ({"function": one.function, "verdict": one.verdict}, one.growth_bytes_per_hour) for one in self.suspects
        )
        return (("gwdiag_heap_growth_bytes_per_hour", "Growth of what functions hold.", growth),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotEntry:
    """A snapshot that was captured. `missing`: pages that were not to be had, and why."""

    path: str
    at: datetime
    bytes: int
    in_use_bytes: int
    rss_bytes: int | None
    requests: int | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureReport(Report):
    """The report of `gwdiag heap capture`."""

    shots: tuple[ShotEntry, ...]
