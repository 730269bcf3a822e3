"""What `gwdiag probe` reports beside what all commands do."""

from typing import Literal

from gwdiag.model.dataclass import dataclass
from gwdiag.model.report import Metric, Report, Table
from gwdiag.probe.details import (
    Detail,
    DnsDetail,
    HttpDetail,
    IdleDetail,
    RedisDetail,
    ReuseDetail,
    TcpDetail,
    TlsDetail,
)
from gwdiag.probe.words import took

Stage = Literal["dns", "tcp", "tls", "http", "reuse", "idle", "redis"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """One stage at one address; `address` null where it is about all of them.

    `outcome` fail: it broke the way, at this address at least; `class` is then the error class. skip: it was not looked
    at, or does not matter here; `detail` is null where there is nothing to tell.
    """

    stage: Stage
    address: str | None
    outcome: Literal["ok", "fail", "skip"]
    class_: str | None
    duration_ms: float | None
    detail: Detail | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """One target. `verdict`: an error class, or `none`; `cause`: why, in plain words.

    `log_line`: what a gateway writes into its log for it; null where it logs nothing. `apis`: that lead there.
    """

    target: str
    verdict: str
    cause: str
    log_line: str | None
    apis: tuple[str, ...]
    stages: tuple[StageResult, ...]

    @property
    def is_skipped(self) -> bool:
        """It is a Redis that was not asked how it is."""
        return any(one.stage == "redis" and one.outcome == "skip" for one in self.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is not the same everywhere. `values` by the report's name; `odd`: whose value nearly nobody else has."""

    target: str
    what: str
    values: dict[str, str]
    odd: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport(Report):
    """The report of `gwdiag probe`. `differences`: from the reports that it was compared with."""

    targets: tuple[TargetResult, ...]
    differences: tuple[Difference, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        found = []
        if self.targets:
            rows = tuple((one.target, *_row(stage)) for one in self.targets for stage in one.stages)
            found.append(Table("Stages", ("target", "stage", "address", "outcome", "time", ""), rows, frozenset((4,))))
        if self.differences:
            names = tuple(dict.fromkeys(name for one in self.differences for name in one.values))
            different = tuple(
                (one.target, one.what, *(one.values.get(name, "") for name in names)) for one in self.differences
            )
            found.append(Table("Differences", ("target", "what", *names), different))
        return tuple(found)

    def metrics(self) -> tuple[Metric, ...]:
        works = tuple(({"target": one.target}, float(_works(one))) for one in self.targets if not one.is_skipped)
        classes = tuple(({"target": one.target, "class": one.verdict}, 1.0) for one in self.targets)
        stages = [(one.target, stage) for one in self.targets for stage in one.stages]
        times = tuple(
            ({"target": target, "stage": one.stage, "address": one.address or ""}, one.duration_ms / 1000)
            for target, one in stages
            if one.duration_ms is not None
        )
        ends = tuple(
            ({"target": target, "address": one.address or ""}, min(c.not_after for c in one.detail.chain).timestamp())
            for target, one in stages
            if isinstance(one.detail, TlsDetail) and one.detail.chain
        )
        idle = tuple(
            ({"target": target}, one.detail.idle_timeout_s.high)
            for target, one in stages
            if isinstance(one.detail, IdleDetail) and one.detail.idle_timeout_s
        )
        return (
            ("gwdiag_probe_success", "1 where the target works; none where that could not be told.", works),
            ("gwdiag_probe_class", "1 for the error class of the verdict.", classes),
            ("gwdiag_probe_duration_seconds", "Time of a stage.", times),
            (
                "gwdiag_probe_certificate_end_timestamp_seconds",
                "When the first certificate of the chain expires.",
                ends,
            ),
            ("gwdiag_probe_idle_timeout_seconds", "After how long an idle connection is dead.", idle),
        )


def _works(result: TargetResult) -> bool:
    """At least one address goes all the way."""
    failed = {one.address for one in result.stages if one.outcome == "fail"}
    tried = {one.address for one in result.stages if one.stage == "tcp" and one.outcome != "skip"}
    return bool(tried - failed) and None not in failed


def _row(stage: StageResult) -> tuple[str, ...]:
    time = "" if stage.duration_ms is None else took(stage.duration_ms / 1000)
    what = stage.class_ or (told(stage.detail) if stage.detail else "")
    return stage.stage, stage.address or "", stage.outcome, time, what


def told(detail: Detail) -> str:
    """What a stage tells, in a few words."""
    match detail:
        case DnsDetail():
            return f"{', '.join(detail.addresses)} ({detail.source})" if detail.addresses else ""
        case TcpDetail():
            return f"{len(detail.connects_ms)} of {detail.tries} connects"
        case TlsDetail():
            return detail.version or ""
        case HttpDetail():
            return f"{detail.status} {detail.reason or ''}".strip() if detail.status else ""
        case ReuseDetail():
            return "reused" if detail.reused else "not reused"
        case IdleDetail():
            bracket = detail.idle_timeout_s
            return f"dead after {bracket.high:.1f} s" if bracket else "alive"
        case RedisDetail():
            return f"Redis {detail.version or ''} {detail.role or ''}".rstrip()
