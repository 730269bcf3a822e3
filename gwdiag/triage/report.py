"""What `gwdiag triage` reports beside what all commands do: causes are a part of every report."""

from datetime import datetime
from typing import Literal

from gwdiag.logs.report import Series
from gwdiag.model.cause import shown_probability
from gwdiag.model.dataclass import dataclass
from gwdiag.model.finding import Scope
from gwdiag.model.report import Chart, Report, Table
from gwdiag.model.words import moment, number


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomEntry:
    """One trouble: classes with their failures, where, since when. `causes`: ids of those that explain it best."""

    classes: dict[str, int]
    scope: Scope
    onset: datetime | None
    onset_at_start: bool
    failures: int
    share: float | None
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """One fact, as a cause sees it. `weight`: how many times as likely the answer is with the cause as with none.

    `expected`: how often it is so with the cause, 0 to 1.
    """

    fact: str
    asks: str
    answer: Literal["yes", "no", "unknown"]
    says: str
    expected: float
    weight: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """Why a cause, or why not. `apart`: how to tell it from what it is confused with, by that cause's id."""

    cause: str
    title: str
    probability: float
    symptom: tuple[str, ...]
    considerations: tuple[Consideration, ...]
    apart: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageReport(Report):
    """The report of `gwdiag triage`.

    `beside`: ids of findings that no cause rests on: limits that are reached, memory that grows. `missing`: what it
    would have liked to have, in words. `series`: requests and failures over time, as `gwdiag logs` has them.
    """

    symptoms: tuple[SymptomEntry, ...] = ()
    beside: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reasoning: tuple[Reasoning, ...] = ()
    series: Series

    def charts(self) -> tuple[Chart, ...]:
        from gwdiag.logs.tables import charts_of

        begun = [one for one in self.symptoms if one.classes and not one.onset_at_start]
        return charts_of(self.series, {max(one.classes, key=one.classes.__getitem__): one.onset for one in begun})

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (
                one.id,
                shown_probability(one.probability),
                one.band.value,
                _since(one.onset, at_start=one.onset_at_start),
                number(one.failures),
            )
            for one in self.causes
        )
        causes = Table("Causes", ("cause", "probability", "band", "since", "failures"), rows, frozenset((1, 4)))
        missing = Table("It would be surer with", ("what",), tuple((one,) for one in self.missing))
        return (causes, missing) if self.missing else (causes,)


def _since(onset: datetime | None, *, at_start: bool) -> str:
    return "" if onset is None else "the start" if at_start else moment(onset)
