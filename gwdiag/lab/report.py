"""What `gwdiag lab` tells: the causes that can be played, each case and what triage said of it, and the score."""

import json
import socket
import textwrap
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module

from gwdiag._version import __version__
from gwdiag.lab import scenarios as _folder
from gwdiag.lab.needs import on_loopback_because, why_not
from gwdiag.lab.runs import Played
from gwdiag.lab.scenarios import scenarios
from gwdiag.lab.verdict import PARTS, Verdict, judge
from gwdiag.model.finding import Evidence, FileSource, Finding, Severity
from gwdiag.model.report import Report, Status, Table

WIDTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """A cause. `why_not`: why it cannot be played here; null where it can."""

    cause: str
    title: str
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabListReport(Report):
    """The report of `gwdiag lab list`. `loopback`: why it would be played there, not in network namespaces; or null."""

    scenarios: tuple[Playable, ...]
    loopback: str | None

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((one.cause, one.title, one.why_not or "yes") for one in self.scenarios)
        return (Table("Causes", ("cause", "what is played", "here"), rows),)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabCase:
    """A case that was played. `case` and `label`: where it lies, null where nothing came of it, and why.

    `right`: whether triage named it; null where it was not asked. `named`: the causes in its order. `parts`: of scope
    and onset, whether they are right. `both`: of two faults at once, whether both are at the top.
    """

    causes: tuple[str, ...]
    seed: int
    case: str | None
    label: str | None
    problem: str | None
    right: bool | None
    named: tuple[str, ...]
    both: bool | None
    parts: dict[str, bool] | None
    triage_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabReport(Report):
    """The report of `gwdiag lab run`."""

    cases: tuple[LabCase, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple(
            (one.case or one.problem or "", " + ".join(one.causes), _word(one.right), ", ".join(one.named[:3]))
            for one in self.cases
        )
        return (Table("Cases", ("case", "played", "right", "triage names"), rows),) if rows else ()


def list_of(*, is_loopback: bool) -> LabListReport:
    """All causes."""
    reason = on_loopback_because(is_wanted=is_loopback)
    every = tuple(
        Playable(cause=name, title=_title(name), why_not=why_not(scenario, is_loopback=bool(reason)) or None)
        for name, scenario in scenarios().items()
    )
    can = sum(one.why_not is None for one in every)
    where = f"on loopback ({reason})" if reason else "in network namespaces"
    return LabListReport(
        command="lab list",
        version=__version__,
        created=datetime.now(UTC),
        host=socket.gethostname(),
        status="ok",
        summary=f"{can} of {len(every)} can be played {where}.",
        scenarios=every,
        loopback=reason or None,
    )


def listed(report: LabListReport) -> str:
    """One cause a paragraph."""
    lines = []
    for one in report.scenarios:
        lines.append(one.cause)
        lines += _wrapped(f"cannot be played here: {one.why_not}" if one.why_not else one.title)
    return "\n".join([*lines, f"\n{report.summary}"]) + "\n"


def _title(cause: str) -> str:
    """The first line of a scenario's file."""
    return (import_module(f"{_folder.__name__}.{cause}").__doc__ or "").splitlines()[0]


@dataclass(slots=True)
class Score:
    """How often triage was right."""

    is_blind: bool
    verdicts: list[Verdict] = field(default_factory=list)
    failed: int = 0
    cases: list[LabCase] = field(default_factory=list)

    def add(self, played: Played, *, with_triage: bool) -> str:
        """A case that is over, in words."""
        words, verdict = self._added(played, with_triage=with_triage)
        self.cases.append(_case(played, verdict, is_blind=self.is_blind))
        return words

    def _added(self, played: Played, *, with_triage: bool) -> tuple[str, Verdict | None]:
        if played.problem:
            self.failed += 1
            return f"{played.order.name}: not played: {played.problem}\n", None
        if self.is_blind:
            find = "Find the cause with gwdiag triage, logs, limits"
            return f"{played.case}\n    {find}; the truth is in {played.label}\n", None
        truth = json.loads(played.label.read_text())
        lines = [str(played.case), *_wrapped(str(truth["explanation"]))]
        verdict = judge(played.case, played.label) if with_triage else None
        if verdict:
            self.verdicts.append(verdict)
            lines += _wrapped(_said(verdict))
        return "\n".join(lines) + "\n", verdict

    @property
    def wrong(self) -> int:
        return sum(not one.is_right for one in self.verdicts)

    def report(self, *, is_interrupted: bool) -> LabReport:
        """All of it. A case that triage got wrong is a finding."""
        findings = tuple(_wrong(one) for one in self.cases if one.right is False)
        status: Status = "error" if findings else "incomplete" if self.failed else "ok"
        played = sum(one.case is not None for one in self.cases)
        return LabReport(
            command="lab run",
            version=__version__,
            created=datetime.now(UTC),
            host=socket.gethostname(),
            findings=findings,
            status=status,
            summary=self.total().strip() or f"{played} of {len(self.cases)} cases were played.",
            interrupted=is_interrupted,
            cases=tuple(self.cases),
        )

    def total(self) -> str:
        """The score as one paragraph; nothing where nothing was judged."""
        count = len(self.verdicts)
        if count < 1:
            return ""
        seconds = sorted(one.seconds for one in self.verdicts)[count // 2]
        pairs = [one.both for one in self.verdicts if one.both is not None]
        parts = [f"root cause first {sum(one.is_first for one in self.verdicts)} of {count}"]
        parts.append(f"among the first three {sum(one.is_among_three for one in self.verdicts)}")
        if pairs:
            parts.append(f"both of two faults {sum(pairs)} of {len(pairs)}")
        for part in PARTS:
            asked = [one.parts[part] for one in self.verdicts if one.parts]
            parts.append(f"{part} right {sum(asked)} of {len(asked)}")
        return f"\n{'; '.join(parts)}; triage took {seconds:.1f} s (median).\n"


def _case(played: Played, verdict: Verdict | None, *, is_blind: bool) -> LabCase:
    is_there = not played.problem
    return LabCase(
        causes=() if is_blind else played.order.causes,
        seed=played.order.seed,
        case=str(played.case) if is_there else None,
        label=str(played.label) if is_there else None,
        problem=played.problem or (verdict.problem if verdict else "") or None,
        right=verdict.is_right if verdict else None,
        named=verdict.named if verdict else (),
        both=verdict.both if verdict else None,
        parts=verdict.parts if verdict else None,
        triage_s=verdict.seconds if verdict else None,
    )


def _wrong(one: LabCase) -> Finding:
    said = f"{' + '.join(one.causes)} was played; triage names {', '.join(one.named[:3]) or 'nothing'}."
    return Finding(
        id="triage_wrong",
        severity=Severity.ERROR,
        title="Triage did not name the cause",
        summary=said,
        evidence=(Evidence(statement=said, source=FileSource(path=one.label or "")),),
    )


def _word(is_right: bool | None) -> str:
    return "" if is_right is None else "yes" if is_right else "no"


def _said(verdict: Verdict) -> str:
    if verdict.problem:
        return f"WRONG: {verdict.problem}"
    off = [part for part, is_right in (verdict.parts or {}).items() if not is_right]
    besides = f", but not its {', '.join(off)}" if off else ""
    named = ", ".join(verdict.named[:3]) or "nothing"
    return f"{'right' if verdict.is_right else 'WRONG'}: triage names {named}{besides}."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
