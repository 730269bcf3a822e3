"""A target looked at, and what came of it, in the few words that tests compare."""

from dataclasses import dataclass

from gwdiag.model.finding import Finding
from gwdiag.probe.how import How
from gwdiag.probe.report import StageResult, TargetResult
from gwdiag.probe.run import probe
from gwdiag.probe.target import parsed


@dataclass(frozen=True)
class Looked:
    """The result of one target and its findings."""

    result: TargetResult
    findings: tuple[Finding, ...]
    status: str

    @property
    def verdict(self) -> tuple[str, str]:
        return self.result.verdict, self.status

    @property
    def fails_at(self) -> str | None:
        return next((one.stage for one in self.result.stages if one.outcome == "fail"), None)

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.findings]

    def stage(self, name: str) -> StageResult:
        return next(one for one in self.result.stages if one.stage == name)


def look(url: str, **how: object) -> Looked:
    """What a probe of the URL says; each wait is a second, unless it is said otherwise."""
    report = probe([parsed(url)], How(**{"timeout_s": 1.0, **how}))  # type: ignore[arg-type]
    [result] = report.targets
    return Looked(result, report.findings, report.status)
