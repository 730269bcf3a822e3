"""Markdown for a ticket."""

import re
from collections.abc import Iterable, Iterator

from gwdiag.model.cause import Band, RankedCause, findings_about, shown_probability
from gwdiag.model.finding import FileSource, Finding, Remedy, Severity
from gwdiag.model.report import Report, Table
from gwdiag.model.words import listed, moment, number
from gwdiag.render import Renderer
from gwdiag.render._findings import with_more
from gwdiag.render.text import printable

SPECIAL = re.compile(r"[\\`*<>|\[\]&~#]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown reads as its own, wherever it stands; within a word an underscore is one."""

AT_BEGIN = re.compile(r"([0-9]{0,9})(?=[-+=.)])")
"""What it reads as its own where a paragraph begins: a list, a rule."""


def render(report: Report, width: int | None) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# gwdiag {report.command}: {report.status}", "", paragraph(report.summary))
    for place, cause in enumerate(report.causes, 1):
        yield from _cause(place, cause, report.findings)
    if report.inputs:
        yield from (
            "",
            "| input | node | format | lines | events | unparsed | first | last |",
            "|---|---|---|--:|--:|--:|---|---|",
        )
    for one in report.inputs:
        cells = (
            one.path + (f" ({one.problem})" if one.problem else ""),
            one.node or "",
            one.format or "",
            number(one.lines),
            number(one.events),
            number(one.unparsed),
            moment(one.first) if one.first else "",
            moment(one.last) if one.last else "",
        )
        yield f"| {' | '.join(map(escaped, cells))} |"
    for first, more in with_more(report):
        yield from _finding(first, more)
    for table in report.tables():
        yield from table_lines(table)
    yield from ("", f"gwdiag {report.version} on {escaped(report.host)}, {moment(report.created)}")


def table_lines(table: Table) -> Iterator[str]:
    """A table under its title."""
    yield from ("", f"## {escaped(table.title)}", "")
    yield f"| {' | '.join(map(escaped, table.columns))} |"
    yield f"|{'|'.join('--:' if index in table.numeric else '---' for index in range(len(table.columns)))}|"
    for row in table.rows:
        yield f"| {' | '.join(map(escaped, row))} |"


def _cause(place: int, cause: RankedCause, findings: Iterable[Finding]) -> Iterator[str]:
    """A cause with what is for and against it; of one that is unlikely only its name."""
    sure = f"{cause.band.value}, {shown_probability(cause.probability)}"
    title = f"{place}. {escaped(cause.id)}: {escaped(cause.title)} ({sure})"
    if cause.band is Band.UNLIKELY:
        yield from ("", f"**{title}**")
        return
    says = {id_: finding.summary for id_, finding in findings_about(cause, findings).items()}
    since = (
        "from the start of the log" if cause.onset_at_start else f"since {moment(cause.onset)}" if cause.onset else ""
    )
    where = [*cause.scope.apis, *cause.scope.nodes, *cause.scope.upstreams]
    yield from ("", f"## {title}", "", paragraph(cause.means))
    yield from ("", paragraph(f"{listed(where, 8)} {since}")) if where else ()
    yield ""
    for word, ids in (("for", cause.for_), ("against", cause.against), ("expected, not so", cause.missing)):
        yield from (f"- {word}: {escaped(says[id_])} ({escaped(id_)})" for id_ in ids if id_ in says)
    yield from (f"- {escaped(what)}" for what in cause.caveats)
    yield from (f"- not checked: {escaped(what)}" for what in cause.not_checked)
    yield from (f"- Next: {escaped(step.why)}: {code(step.command)}" for step in cause.next)
    yield from (f"- Fix: {escaped(str(fix))}" + (f": {code(fix.command)}" if fix.command else "") for fix in cause.fix)
    if cause.runbook:
        yield f"- Runbook: `gwdiag runbook show {cause.runbook}`"


def _finding(finding: Finding, more: list[Finding]) -> Iterator[str]:
    yield from ("", f"## {finding.severity.value}: {escaped(finding.id)}", "")
    yield f"**{escaped(finding.title)}.** {escaped(finding.summary)}"
    yield ""
    for one in more:
        yield f"- {paragraph(one.summary)}"
    if finding.severity is Severity.INFO:
        return
    for evidence in finding.evidence:
        source = evidence.source
        place = f" {code(_place(source))}" if isinstance(source, FileSource) else ""
        yield f"- {paragraph(evidence.statement)}{place}"
        if evidence.sample:
            yield from (f"  {line}" for line in fenced(evidence.sample))
    yield from map(next_step, finding.remedies)
    if finding.runbook:
        yield f"- Runbook: `gwdiag runbook show {finding.runbook}`"


def _place(source: FileSource) -> str:
    return source.path if source.line is None else f"{source.path}:{source.line}"


def next_step(remedy: Remedy) -> str:
    """What to do next, as an item of a list."""
    return f"- Next: {escaped(str(remedy))}" + (f": {code(remedy.command)}" if remedy.command else "")


def fenced(text: str) -> tuple[str, str, str]:
    """The text as it is; the fence is longer than any run of backticks in it."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return fence, printable(text), fence


def code(text: str) -> str:
    """The text as code within a line."""
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{printable(text)}{space}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, in a table too."""
    return SPECIAL.sub(r"\\\g<0>", printable(text).strip())


def paragraph(text: str) -> str:
    """The same, where nothing stands before it."""
    text = escaped(text)
    seen = AT_BEGIN.match(text)
    return f"{seen[1]}\\{text[seen.end() :]}" if seen else text


MD = Renderer(title="Markdown for a ticket", render=render)
