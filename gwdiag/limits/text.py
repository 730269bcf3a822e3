"""The report as text: the worst first, a line each; what was fine, counted; what could not be checked, and why."""

import textwrap
from collections import Counter
from collections.abc import Iterator

from gwdiag.limits.check import Status
from gwdiag.limits.report import CheckResult, LimitsReport
from gwdiag.limits.words import SEVERITIES
from gwdiag.model.report import Report
from gwdiag.model.words import counted, duration
from gwdiag.render.text import BADGES, BOLD, INDENT, PLAIN, columns, printable

FIXES_SHOWN = 2


def in_text(report: Report, width: int | None) -> str:
    """The report of this command as text; coloured where there is a width, as all renderers do."""
    assert isinstance(report, LimitsReport)
    return "\n".join(_lines(report, width)) + "\n"


def _lines(report: LimitsReport, width: int | None) -> Iterator[str]:
    yield from _paragraph(_head(report), width, BOLD)
    for read in report.inputs:
        if read.problem:
            yield from _paragraph(f"not read whole: {read.path}: {read.problem}", width)
    bad = [one for one in report.checks if one.status in SEVERITIES]
    if bad:
        yield ""
    for one in bad:
        yield from _bad(one, width, explains=report.symptom is not None and report.symptom in one.explains)
    for table in report.tables()[: 1 if report.unanswered else 0]:
        yield ""
        yield from _paragraph(table.title, width, BOLD)
        yield from columns(table, width)
    yield from _fixes(bad, width)
    yield from _rest(report, width)
    yield ""
    yield from _paragraph(report.summary, width, BOLD)


def _head(report: LimitsReport) -> str:
    process = report.process
    who = f"{process.name or 'process'} (pid {process.pid})" if process.pid else "no gateway process, the node alone"
    readings = f"two readings {duration(report.window_s)} apart" if report.window_s else "one reading, so no rates"
    where = "; its network namespace could not be entered" if process.network_namespace == "another" else ""
    symptom = f"; what explains {report.symptom} first" if report.symptom else ""
    return f"gwdiag limits: {who} on {report.host}, {readings}{where}{symptom}"


def _bad(one: CheckResult, width: int | None, *, explains: bool) -> Iterator[str]:
    badge, colour = BADGES[SEVERITIES[one.status]]
    mark = " (explains it)" if explains else ""
    text = printable(f"{one.id}{mark}: {one.statement}. {one.why}.")
    if width is None:
        yield f"{badge}   {text}"
        return
    first, *more = textwrap.wrap(text, max(width, 40) - len(INDENT), break_long_words=False, break_on_hyphens=False)
    name, colon, rest = first.partition(":")
    yield f"{colour} {badge} {PLAIN} {BOLD}{name}{colon}{PLAIN}{rest}"
    yield from (f"{INDENT}{line}" for line in more)


def _fixes(bad: list[CheckResult], width: int | None) -> Iterator[str]:
    """What helps, once each: two checks often have one fix. Commands are never wrapped, so that they can be copied."""
    said: set[tuple[str, str | None]] = set()
    for one in bad:
        fixes = [fix for fix in one.fixes[:FIXES_SHOWN] if (fix.text, fix.command) not in said]
        if not fixes:
            continue
        if not said:
            yield ""
            yield from _paragraph("What helps (nothing of it was run)", width, BOLD)
        for fix in fixes:
            said.add((fix.text, fix.command))
            yield from _paragraph(f"{one.id}: {fix.text}", width, indent="  ", hang="    ")
            if fix.command:
                yield printable(f"      {fix.command}")
            if fix.undo:
                yield printable(f"      {fix.undo}    # takes it back")


def _rest(report: LimitsReport, width: int | None) -> Iterator[str]:
    fine = Counter(one.id.partition(".")[0] for one in report.checks if one.status is Status.OK)
    told = [one for one in report.checks if one.status is Status.INFO]
    silent = [one for one in report.checks if one.status is Status.UNAVAILABLE]
    if told:
        yield ""
        for one in told:
            yield from _paragraph(f"{one.id}: {one.statement}", width, indent="  ", hang="    ")
    yield ""
    groups = ", ".join(f"{name} {count}" for name, count in sorted(fine.items()))
    yield from _paragraph(f"Fine: {counted(fine.total(), 'check')}" + (f" ({groups})" if groups else ""), width)
    if silent:
        yield ""
        yield from _paragraph(f"Could not be checked: {len(silent)}", width, BOLD)
    reasons: dict[str, list[str]] = {}
    for one in silent:
        reasons.setdefault(_without_path(one.why), []).append(one.id)
    for reason, names in reasons.items():
        yield from _paragraph(f"{', '.join(names)}: {reason}", width, indent="  ", hang="    ")


def _without_path(why: str) -> str:
    """Settings that are unreadable for one reason are told together."""
    path, colon, reason = why.partition(": ")
    return reason if colon and path.startswith("/proc/sys/net/") else why


def _paragraph(text: str, width: int | None, style: str = "", *, indent: str = "", hang: str = "") -> Iterator[str]:
    text = printable(text)
    if width is None:
        yield indent + text
        return
    for line in textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=hang or indent,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"{style}{line}{PLAIN}" if style else line
