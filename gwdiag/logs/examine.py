"""From paths to a report: reads the logs, asks every question, and says what came out."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime

from gwdiag._version import __version__
from gwdiag.error_classes import error_classes
from gwdiag.logs.analysis import View, questions
from gwdiag.logs.classes_seen import ClassSeen, classes_seen
from gwdiag.logs.entries import class_entries, grouping, latencies, series, shown
from gwdiag.logs.names import Names, rename
from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import Read, read
from gwdiag.logs.remote import shown as shown_path
from gwdiag.logs.report import LogsReport, Totals
from gwdiag.logs.traffic import Traffic
from gwdiag.model.dataclass import dataclass
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit
from gwdiag.model.finding import Finding, Severity
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import status_of
from gwdiag.model.words import counted, listed, moment, number

DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the report is wanted. `interval` in seconds, None as fits; `classes` empty means all of them."""

    by: str | None = None
    classes: frozenset[str] = frozenset()
    interval: int | None = None
    top: int = 20


def examine(paths: list[str], how: Reading, wanted: Wanted) -> LogsReport:
    """Reads the logs behind the paths and reports on them. Raises Problem where no log was found in them."""
    return report_on(read(paths, how), wanted, paths)


def report_on(reading: Read, wanted: Wanted, paths: list[str]) -> LogsReport:
    """The report on what was read. The sums get their final names by it."""
    refuse_nothing(reading)
    view = view_of(reading, wanted, paths)
    findings = _in_order(view, (finding for one in questions().values() for finding in one.answer(view)))
    requests = view.traffic.asked(view.traffic.cells) + sum(view.tally.undated.values())
    return LogsReport(
        command="logs",
        version=__version__,
        created=datetime.now(UTC),
        host=os.uname().nodename,
        status=status_of(findings, any(one.problem for one in reading.inputs)),
        summary=_summary(view, requests, wanted.classes, findings),
        interrupted=reading.interrupted,
        inputs=tuple(reading.inputs),
        findings=findings,
        totals=Totals(
            events=view.tally.events,
            requests=requests,
            errors=sum(one.count for one in view.classes),
            unparsed=sum(one.unparsed for one in reading.inputs),
        ),
        classes=class_entries(view, requests),
        series=series(view, wanted.interval),
        latency=latencies(view),
        grouping=grouping(view, wanted.by, wanted.top) if wanted.by else None,
        unparsed_samples=tuple(shown(sample) for sample in reading.unparsed),
    )


def refuse_nothing(reading: Read) -> None:
    """Raises Problem where no event was read."""
    if any(one.events for one in reading.inputs):
        return
    if not reading.inputs:
        raise Problem("nothing to examine: no file in it looks like a log", Exit.NOTHING_DONE)
    if problems := [f"{one.path}: {one.problem}" for one in reading.inputs if one.problem]:
        raise Problem(f"nothing to examine: {listed(problems, 3)}", Exit.NOTHING_DONE)
    latest = "none has a time" if reading.latest is None else f"the last one is of {_moment(reading.latest)}"
    since, until = reading.span.since, reading.span.until
    stretch = f"{f' from {_moment(since)}' if since else ''}{f' until {_moment(until)}' if until else ''}"
    raise Problem(f"nothing to examine: these logs have no record{stretch}; {latest}", Exit.NOTHING_DONE)


def _moment(seconds: float) -> str:
    return moment(datetime.fromtimestamp(seconds, UTC))


def view_of(reading: Read, wanted: Wanted, paths: list[str]) -> View:
    """What questions are asked of what was read. The sums get their final names by it."""
    tally = reading.tally
    names = Names(tally, [one for _, one in reading.known if isinstance(one, ApiDefinition)])
    rename(tally, names)
    traffic = Traffic(tally)
    classes = classes_seen(tally, traffic, names)
    limits: dict[str, tuple[Limit, ...]] = {}
    for _, one in reading.known:
        if isinstance(one, ApiDefinition):
            limits[one.name] = (*limits.get(one.name, ()), *one.limits)
    return View(
        tally=tally,
        traffic=traffic,
        names=names,
        classes=tuple(one for one in classes if not wanted.classes or one.id in wanted.classes),
        settings={node: one for node, one in reading.known if isinstance(one, GatewaySettings)},
        limits=limits,
        paths=tuple(map(shown_path, paths)),
        unparsed=tuple(reading.unparsed),
        unparsed_classes=dict(reading.unparsed_classes),
    )


def _in_order(view: View, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst class first, what tells more of it right behind it; then what concerns no one class."""
    every = list(findings)
    place = {seen.id: index for index, seen in enumerate(view.classes)}
    severities = {finding.id: finding.severity.rank for finding in every if finding.about == finding.id}

    def key(finding: Finding) -> tuple[int, int, bool]:
        severity = severities.get(finding.about or "", finding.severity.rank)
        return -severity, place.get(finding.about or "", len(place)), finding.id != finding.about

    return tuple(sorted(every, key=key))


def _summary(view: View, requests: int, only: frozenset[str], findings: Iterable[Finding]) -> str:
    looked_at = f"{counted(requests, 'request')} of {counted(len(_nodes(view)), 'node')}"
    if not view.troubles:
        beside = _beside(view)
        if others := [one.title for one in findings if one.severity.rank >= Severity.WARNING.rank]:
            return f"No error class stands out in {looked_at}{beside}, but: {'; '.join(others)}."
        if only:
            return f"No trouble with {listed(sorted(only))} in {looked_at}{beside}; other classes were left out."
        return f"Nothing is wrong in {looked_at}{beside}."
    return f"In {looked_at}: {'; '.join(_in_short(view, seen) for seen in view.troubles[:3])}."


def _beside(view: View) -> str:
    """What fails without being a trouble: what every gateway has, and what is too rare to be judged."""
    usual = {one.id for one in view.classes if error_classes()[one.id].background}
    every = {
        "the usual background": [f"{one.id} {number(one.count)}" for one in view.classes if one.id in usual],
        "rare failures": [f"{one.id} {number(one.count)}" for one in view.classes if one.id not in usual],
    }
    parts = [f"{what} ({listed(which)})" for what, which in every.items() if which]
    return f", beside {listed(parts)}" if parts else ""


def _in_short(view: View, seen: ClassSeen) -> str:
    tally = view.tally
    is_of_a_day = tally.first and tally.last and tally.first // DAY == tally.last // DAY
    where = [listed(part, 3) for part in (seen.scope.apis, seen.scope.nodes) if part]
    at = seen.window.onset
    since = f" since {f'{at:%H:%M:%S} UTC' if is_of_a_day else moment(at)}" if at else ""
    onset = "" if seen.window.onset_at_start else since
    place = f" ({', on '.join(where)})" if where else ""
    return f"{seen.id} {number(seen.count)}{onset}{place}"


def _nodes(view: View) -> set[str]:
    requests = {cell.node for cell in view.traffic.cells} | {cell.node for _, cell in view.tally.undated}
    return requests or {cell.node for _, cell in (*view.tally.notices, *view.tally.undated_notices)}
