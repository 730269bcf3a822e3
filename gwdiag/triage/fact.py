"""A fact: one question about a symptom, answered with yes, no or unknown, and with what was seen and where."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from gwdiag.model.finding import Evidence, Source
from gwdiag.model.problem import Unavailable

if TYPE_CHECKING:
    from gwdiag.triage.case import Case
    from gwdiag.triage.symptoms import Symptom


class FalseAlarm(float, Enum):
    """How often a fact is true without any fault that explains it."""

    RARE = 0.01
    SELDOM = 0.05
    OFTEN = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Yes or no, and what that rests on: never without a statement."""

    is_so: bool
    evidence: tuple[Evidence, ...]

    @property
    def says(self) -> str:
        return self.evidence[0].statement


Tell = Callable[["Symptom", "Case"], Answer | Unavailable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One question. `command` finds the answer out where it is unknown, in about `seconds`."""

    id: str
    asks: str
    tell: Tell
    false_alarm: float
    command: str | None
    seconds: float

    def __hash__(self) -> int:
        return hash(self.id)


def fact(
    asks: str, *, false_alarm: float = FalseAlarm.RARE, command: str | None = None, seconds: float = 5.0
) -> Callable[[Tell], Fact]:
    """Makes a fact of the function that answers it; the function's name is its id."""

    def made(tell: Tell) -> Fact:
        return Fact(
            id=tell.__name__,
            asks=asks,
            tell=tell,
            false_alarm=float(false_alarm),
            command=command,
            seconds=seconds,
        )

    return made


def answer(
    is_so: bool,
    says: str,
    value: float | str | None = None,
    unit: str | None = None,
    source: Source | None = None,
    sample: str | None = None,
) -> Answer:
    """One that rests on one statement."""
    return Answer(
        is_so=is_so, evidence=(Evidence(statement=says, value=value, unit=unit, source=source, sample=sample),)
    )
