"""From a loaded case to the report."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from gwdiag._version import __version__
from gwdiag.logs.entries import series
from gwdiag.logs.report import Series
from gwdiag.model.cause import Band
from gwdiag.model.finding import Finding
from gwdiag.model.problem import Problem
from gwdiag.model.report import status_of
from gwdiag.model.words import counted, listed, moment
from gwdiag.triage.beside import growing_memory, limits_reached
from gwdiag.triage.case import Case
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import HEALTHY, UNKNOWN, Diagnosis, Suspect, Weighed, diagnose, is_harmless
from gwdiag.triage.findings import findings_of
from gwdiag.triage.load import Loaded
from gwdiag.triage.named import named
from gwdiag.triage.reasoning import reasoning
from gwdiag.triage.report import SymptomEntry, TriageReport


def examine(loaded: Loaded, why: Iterable[str] = ()) -> TriageReport:
    """The report on a case. `why`: causes whose reasoning is wanted. Raises Problem for one that does not exist."""
    wanted = known_causes(why)
    case = loaded.case
    found = diagnose(case)
    growth, profiles = growing_memory(loaded.profiles)
    inputs = (*loaded.inputs, *profiles)
    beside = (*limits_reached(case, found), *growth)
    findings = (*findings_of(case, found), *beside)
    return TriageReport(
        command="triage",
        version=__version__,
        created=datetime.now(UTC),
        host=os.uname().nodename,
        inputs=inputs,
        findings=findings,
        causes=tuple(named(one, case) for one in found.causes),
        status=status_of(findings, incomplete=case.view is None or any(one.problem for one in inputs)),
        summary=_summary(found, case, beside),
        interrupted=loaded.interrupted,
        symptoms=tuple(_entry(one) for one in found.symptoms if one.symptom.is_something),
        beside=tuple(dict.fromkeys(one.id for one in beside)),
        missing=tuple(_missing(case)),
        series=series(case.view, None) if case.view else Series.none(),
        reasoning=tuple(reasoning(one, found, case) for one in wanted),
    )


def known_causes(ids: Iterable[str]) -> list[str]:
    """The ids as they are. Raises Problem for one that is none of a cause."""
    wanted = list(ids)
    for one in wanted:
        if one not in causes():
            raise Problem(f"{one}: there is no such cause; the causes are {', '.join(causes())}")
    return wanted


def _summary(found: Diagnosis, case: Case, beside: Sequence[Finding]) -> str:
    if faults := [one for one in found.causes if one.is_top and not is_harmless(one)]:
        return " ".join(_in_short(one, case) for one in faults)
    first = found.causes[0]
    if first.id != HEALTHY:
        return f"{causes()[first.id].title} ({Band.of(first.probability).value}); it harms nobody."
    seen = listed(dict.fromkeys(one.id for one in beside), 3) if beside else ""
    if case.view is None:
        return (
            f"Cannot tell whether anything fails, there are no logs; but look at {seen}."
            if seen
            else "Cannot tell: there are no logs, and nothing else that is here shows a fault."
        )
    if seen:
        return f"No requests fail beyond the usual background; but look at {seen}."
    return "Nothing is wrong beyond the usual background."


def _in_short(one: Suspect, case: Case) -> str:
    where = [listed(names, 3) for names in (one.scope.apis, one.scope.nodes) if names] or list(one.scope.upstreams)
    if not where and case.view is None and case.nodes:  # as far as there is anything to tell by
        where = [listed(case.nodes, 3)]
    since = " from the start of the log" if one.onset_at_start else f" since {moment(one.onset)}" if one.onset else ""
    title = causes()[one.id].title if one.id in causes() else "None of the known causes fits"
    failures = f", {counted(one.failures, 'failure')}" if one.failures else ""
    return f"{title} ({Band.of(one.probability).value}){since}: {', on '.join(where) or 'everywhere'}{failures}."


def _entry(one: Weighed) -> SymptomEntry:
    main = one.symptom.main
    return SymptomEntry(
        classes={seen.id: seen.count for seen in one.symptom.classes},
        scope=one.symptom.scope,
        onset=one.symptom.onset,
        onset_at_start=one.symptom.onset_at_start,
        failures=one.symptom.failures,
        share=main.share if main else None,
        causes=one.ranking.best or (UNKNOWN,),
    )


def _missing(case: Case) -> Iterator[str]:
    """What a case can have and this one has not."""
    if case.view is None:
        yield "logs of the gateway: what fails, since when and where cannot be told without them"
    elif not case.view.traffic.has_successes:
        yield "access lines of requests that succeed: shares and latencies cannot be told without them"
    if not case.definitions:
        yield "API definitions (apps/*.json, or the configuration): targets, lists and timeouts"
    if not case.nodes:
        yield "copies of the nodes' /proc and /sys (gwdiag limits --capture): CPU, sockets, counters"
    elif not any(one.before for one in case.nodes.values()):
        yield "the same from before the fault, or a second reading: what counters grew by"
    if not case.probed:
        yield "a probe from a node (gwdiag probe UPSTREAM --save FILE)"
