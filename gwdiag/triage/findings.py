"""Findings of a diagnosis: the errors as `gwdiag logs` words them, and the answers that causes rest on."""

from collections.abc import Iterator
from dataclasses import replace

from gwdiag.logs.analysis.failures import FAILURES
from gwdiag.logs.analysis.slower import SLOWER
from gwdiag.model.finding import Finding, Severity
from gwdiag.triage.case import Case
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import Diagnosis, Weighed, is_harmless, speaks_for
from gwdiag.triage.fact import Answer, Fact
from gwdiag.triage.symptoms import Symptom

EVIDENCE = 4
"""Statements of a class that are shown: how many, and its first lines."""


def findings_of(case: Case, found: Diagnosis) -> Iterator[Finding]:
    """All findings, what fails first."""
    yield from _failures(case, found)
    yield from _of_facts(found)


def _failures(case: Case, found: Diagnosis) -> Iterator[Finding]:
    """The errors themselves, as `gwdiag logs` words them."""
    if case.view is None:
        return
    ids = {seen.id for one in found.symptoms for seen in one.symptom.classes}
    for one in FAILURES.answer(case.view):
        if one.id in ids:
            yield replace(one, evidence=one.evidence[:EVIDENCE])
    if any(one.symptom.slowed for one in found.symptoms):
        yield from SLOWER.answer(case.view)


def _of_facts(found: Diagnosis) -> Iterator[Finding]:
    """The answers that a named cause rests on, that speak against it, or that it would have had otherwise."""
    for one in found.symptoms:
        concerned = [causes()[cause.id] for cause in found.causes if cause.weighed is one and cause.id in causes()]
        for fact, answer in one.answers.items():
            if isinstance(answer, Answer) and any(
                fact in cause.explains or fact in cause.denies for cause in concerned
            ):
                seen = one.symptom.classes or one.symptom.slowed
                bad = not seen and answer.is_so and _convicts(fact, one, found)
                yield _finding(fact, answer, one.symptom, Severity.ERROR if bad else Severity.INFO)


def _convicts(fact: Fact, one: Weighed, found: Diagnosis) -> bool:
    """Whether a fault is named because of it. Where logs show errors, it is those that are bad."""
    faults = [cause for cause in found.causes if cause.weighed is one and cause.is_top and not is_harmless(cause)]
    return any(speaks_for(fact, causes()[cause.id]) for cause in faults if cause.id in causes())


def _finding(fact: Fact, answer: Answer, symptom: Symptom, severity: Severity) -> Finding:
    main = symptom.main
    return Finding(
        id=fact.id,
        severity=severity,
        title=f"{fact.asks} {'Yes' if answer.is_so else 'No'}",
        summary=answer.says,
        evidence=answer.evidence,
        about=main.id if main else None,
        scope=symptom.scope,
    )
