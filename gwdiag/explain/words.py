"""Explanations in sentences: text for a terminal, Markdown for a ticket."""

from collections.abc import Iterator

from gwdiag.explain import ExplainReport
from gwdiag.explain.meaning import Meaning
from gwdiag.limits.documentation import CheckMeaning, facts
from gwdiag.model.finding import Remedy
from gwdiag.model.words import listed
from gwdiag.render.md import escaped, fenced, next_step, table_lines


def in_text(report: ExplainReport) -> Iterator[str]:
    """The explanation of a class or of one line, in lines of text. Commands are indented by six."""
    for meaning in report.meanings:
        yield f"{meaning.class_}: {meaning.title}"
        yield from _about(meaning)
        yield from _names(meaning)
        yield "Likely causes:"
        yield from (f"  - {cause}" for cause in meaning.causes)
        yield "Next:"
        for remedy in meaning.next:
            yield f"  - {remedy}"
            if remedy.command:
                yield f"      {remedy.command}"
        yield f"Runbook: gwdiag runbook show {meaning.runbook}"
    for check in report.checks:
        yield f"{check.id}: {check.title}"
        yield from (f"{about}: {text}" for about, text in facts(check))
        yield from ("What helps:", *_fixes(check)) if check.fixes else ()
    for one in report.lines:
        if report.meanings:
            yield f"Format: {one.format}. How sure: {one.confidence:.0%}."
        else:
            is_known = one.confidence > 0
            yield f"none: {'this line reports no failure' if is_known else 'no class of gwdiag recognises this line'}"
            yield f"Format: {one.format}."


def in_markdown(report: ExplainReport) -> Iterator[str]:
    """The same of any number of lines, in lines of Markdown."""
    yield from ("# gwdiag explain", "", escaped(report.summary))
    if report.lines:
        for table in report.tables():
            yield from table_lines(table)
    for meaning in report.meanings:
        yield from ("", f"## {escaped(f'{meaning.class_}: {meaning.title}')}", "")
        about, *more = _about(meaning)
        yield from (about, "")
        if meaning.line is not None:
            yield from (*fenced(meaning.line), "")
        yield from (f"- {one}" for one in more)
        yield from (f"- {escaped(one)}" for one in _names(meaning))
        yield from (f"- Likely cause: {cause}" for cause in meaning.causes)
        yield from map(next_step, meaning.next)
        yield f"- Runbook: `gwdiag runbook show {meaning.runbook}`"
    for check in report.checks:
        yield from ("", f"## {escaped(f'{check.id}: {check.title}')}", "")
        yield from (f"- {about}: {escaped(text)}" for about, text in facts(check))
        yield from (next_step(Remedy(text=fix.text, command=fix.command)) for fix in check.fixes)


def _fixes(check: CheckMeaning) -> Iterator[str]:
    for fix in check.fixes:
        yield f"  - {fix.text}"
        if fix.command:
            yield f"      {fix.command}"
        if fix.undo:
            yield f"      {fix.undo}    # takes it back"


def _about(meaning: Meaning) -> Iterator[str]:
    """What the class says itself, which is Markdown too."""
    yield meaning.means
    yield f"At fault can be: {listed(meaning.at_fault)}."
    if meaning.mistaken_for:
        yield f"Often mistaken for: {listed(meaning.mistaken_for)}."
    yield f"What tells them apart: {meaning.told_apart}"


def _names(meaning: Meaning) -> Iterator[str]:
    if meaning.names:
        yield f"The line names {listed(f'{key} {value}' for key, value in meaning.names.items())}."
