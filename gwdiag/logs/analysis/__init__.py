"""The questions that an on-call engineer asks of logs. One file per question; it answers with findings or with none."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.logs.classes_seen import A_FEW, ClassSeen, severity_of
from gwdiag.logs.names import Names
from gwdiag.logs.products import TYK, Product, product_of
from gwdiag.logs.tally import Sample, Tally
from gwdiag.logs.traffic import Traffic
from gwdiag.model.dataclass import dataclass
from gwdiag.model.definition import GatewaySettings, Limit
from gwdiag.model.finding import Evidence, FileSource, Finding, Scope, Severity
from gwdiag.redact import redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the questions may look at. The sums have their final names; nothing changes them any more.

    `paths` are those of the command line, for commands to run next. `settings` by node; `limits` by API. `unparsed`:
    the first lines that no format recognises; `unparsed_classes`: how many there are, by what their words would mean.
    """

    tally: Tally
    traffic: Traffic
    names: Names
    classes: tuple[ClassSeen, ...]
    settings: dict[str, GatewaySettings]
    limits: dict[str, tuple[Limit, ...]]
    paths: tuple[str, ...]
    unparsed: tuple[Sample, ...]
    unparsed_classes: dict[str, int]

    @property
    def troubles(self) -> tuple[ClassSeen, ...]:
        """The classes that are more than a background."""
        return tuple(one for one in self.classes if severity_of(one) is not Severity.INFO)

    @property
    def frequent(self) -> tuple[ClassSeen, ...]:
        """The troubles with enough failures to ask more about."""
        return tuple(one for one in self.troubles if one.count >= A_FEW)

    def product(self, nodes: Iterable[str]) -> Product | None:
        """The gateway that runs on all of these nodes, if it is one and can be told."""
        return product_of(format_ for node in nodes for format_ in self.tally.formats.get(node, ()))

    def is_tyk(self, nodes: Iterable[str]) -> bool:
        """Whether what holds for Tyk alone holds for these nodes."""
        return self.product(nodes) == TYK

    def first_sample(self, id_: str) -> Sample | None:
        """The first line of a class."""
        return next(iter(self.tally.samples.get(id_, [])), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `answer` gives the findings; a question that cannot be answered gives none, or says why."""

    asks: str
    answer: Callable[[View], Iterator[Finding]]


@cache
def questions() -> Mapping[str, Question]:
    """All questions by name."""
    return members(modules[__name__], Question)


def note(
    view: View,
    seen: ClassSeen,
    *,
    id: str,  # noqa: A002  it is the finding's
    title: str,
    says: str,
    value: float | str | None = None,
    unit: str | None = None,
    scope: Scope | None = None,
    severity: Severity = Severity.INFO,
    sample: Sample | None = None,
) -> Finding:
    """A finding that tells more of a class: one sentence, which is its evidence too, with a line of that class."""
    return Finding(
        id=id,
        severity=severity,
        title=title,
        summary=says,
        evidence=(evidence_of(sample or view.first_sample(seen.id), says, value, unit),),
        about=seen.id,
        scope=scope or seen.scope,
        window=seen.window,
    )


def evidence_of(sample: Sample | None, statement: str, value: float | str | None, unit: str | None = None) -> Evidence:
    """A statement with the line that shows it, both without secrets: a statement may be what a message says."""
    return Evidence(
        statement=redacted(statement),
        value=value,
        unit=unit,
        source=FileSource(path=sample.place.path, line=sample.place.line) if sample else None,
        sample=redacted(sample.text) if sample else None,
    )


def time_of(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
