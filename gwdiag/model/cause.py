"""A root cause as a report names it: how likely, where, since when, why, and what to do next."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from gwdiag.model.dataclass import dataclass
from gwdiag.model.finding import Finding, Remedy, Scope


class Band(StrEnum):
    """How likely a cause is, in words: a probability of this kind is not known to the per cent."""

    VERY_LIKELY = "very likely"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"

    @classmethod
    def of(cls, probability: float) -> "Band":
        if probability > 0.8:
            return cls.VERY_LIKELY
        if probability >= 0.5:
            return cls.LIKELY
        return cls.POSSIBLE if probability >= 0.15 else cls.UNLIKELY


def shown_probability(probability: float) -> str:
    """A probability for people: neither nothing nor certain, whatever the figure."""
    if probability > 0.99:
        return "over 99 %"
    return "under 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """A command to run next, and what its outcome decides."""

    command: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCause:
    """A cause among others. `for_`, `against` and `missing` are ids of findings of the same report.

    `missing`: what was looked for, would be expected with this cause, and is not there. `deciding`: the finding without
    which the cause would lose most. `caveats`: that the evidence is thin, or conflicts, in words. `not_checked`: what
    could not be told, in words. `onset_at_start`: there from the first line on.
    """

    id: str
    title: str
    means: str
    probability: float
    band: Band
    scope: Scope
    onset: datetime | None
    onset_at_start: bool
    failures: int
    for_: tuple[str, ...]
    against: tuple[str, ...]
    missing: tuple[str, ...]
    deciding: str | None
    caveats: tuple[str, ...]
    not_checked: tuple[str, ...]
    next: tuple[NextStep, ...]
    fix: tuple[Remedy, ...]
    runbook: str | None


def findings_about(cause: RankedCause, findings: Iterable[Finding]) -> dict[str, Finding]:
    """Of the findings of each id the one that is about where the cause is: several troubles may have one each."""
    found: dict[str, Finding] = {}
    for finding in findings:
        known = found.get(finding.id)
        if known is None or _nearness(finding.scope, cause.scope) > _nearness(known.scope, cause.scope):
            found[finding.id] = finding
    return found


def _nearness(one: Scope, other: Scope) -> tuple[bool, int, int]:
    return one == other, len({*one.apis} & {*other.apis}), len({*one.nodes} & {*other.nodes})
