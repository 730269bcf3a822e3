"""What else the case shows beside its causes: limits of the affected nodes that are reached, memory that grows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gwdiag.limits import judge, words
from gwdiag.limits.check import LimitCheck, Reading, Status
from gwdiag.limits.checks import checks
from gwdiag.limits.host import Host
from gwdiag.model.finding import Finding, Severity
from gwdiag.model.problem import Problem
from gwdiag.model.report import Input
from gwdiag.triage.case import Case, NodeState
from gwdiag.triage.diagnosis import Diagnosis


def limits_reached(case: Case, found: Diagnosis) -> Iterator[Finding]:
    """Limits that are reached and that the errors there are may come from; without logs, all that are reached."""
    if case.view is None:
        for state in case.nodes.values():
            yield from _of_node(state, checks())
        return
    classes = {seen.id for one in found.symptoms for seen in one.symptom.classes}
    nodes = {node for one in found.symptoms if one.symptom.is_something for node in one.symptom.scope.nodes}
    states = [state for name, state in case.nodes.items() if name in nodes]
    if not states:  # then no check has to be loaded
        return
    wanted = {id_: check for id_, check in checks().items() if classes & set(check.explains)}
    for state in states:
        yield from _of_node(state, wanted)


def _of_node(state: NodeState, wanted: Mapping[str, LimitCheck]) -> Iterator[Finding]:
    host = Host(now=state.now, before=state.before, seconds=state.seconds, hostname=state.name)
    for id_, check in wanted.items():
        read = judge.outcome(check, host)
        if isinstance(read, Reading) and (status := judge.judge(check, read)) is Status.CRIT:
            reached = words.finding(words.result(id_, check, read, status, host), state.name)
            yield replace(reached, severity=Severity.WARNING)  # by itself it fails nobody: the causes say what does


def growing_memory(profiles: tuple[Path, ...]) -> tuple[list[Finding], list[Input]]:
    """What a series of heap profiles shows, if it shows a leak; and the files that are none."""
    if not profiles:
        return [], []
    from gwdiag.heap.trend import trend  # slow to load, and few cases have profiles

    try:
        report = trend(profiles, None, None)
    except Problem as problem:
        return [], [Input(path=str(profiles[0].parent), problem=str(problem))]
    findings = [one for one in report.findings if one.severity.rank >= Severity.WARNING.rank]
    return findings, list(report.inputs)
