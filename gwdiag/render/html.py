"""One page that needs no network and no script: to open anywhere, to attach to a ticket, to print."""

import itertools
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from gwdiag.model.cause import Band, RankedCause, findings_about, shown_probability
from gwdiag.model.finding import CommandSource, Evidence, FileSource, Finding, Remedy, Severity, UrlSource
from gwdiag.model.report import Input, Report, Table
from gwdiag.model.words import counted, listed, moment, number
from gwdiag.render import Renderer
from gwdiag.render._chart import drawn
from gwdiag.render._findings import with_more
from gwdiag.render.text import printable

STYLE = Path(__file__).with_name("_page.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded from anywhere, whatever a log may hold."""
LINK_BESIDE = re.compile(r"\[([^\]\n]+)\]\((?!https?:)[^)\n]*\)")
EVIDENCE = 6
"""Statements of a finding that are seen at once; the rest is behind a click."""

COLUMNS = ("input", "node", "format", "lines", "events", "unparsed", "first", "last")
FIGURES = frozenset((3, 4, 5))


def render(report: Report, width: int | None) -> str:
    return page(f"gwdiag {report.command}", report.status, report.summary, _body(report))


def page(title: str, status: str, headline: str, body: Iterable[str]) -> str:
    """The page around a body of HTML. Everything else is text."""
    lines = (
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{text(': '.join(filter(None, (title, headline))))}</title>",
        f"<style>\n{STYLE.read_text('utf-8')}</style>",
        "</head>",
        "<body>",
        "<main>",
        f'<header><p class="soft">{text(title)} {_badge(status)}</p>{_headline(headline)}</header>',
        *body,
        "</main>",
        "</body>",
        "</html>",
    )
    return "\n".join(lines) + "\n"


def page_of_markdown(title: str, markdown: str) -> str:
    """The page of a text in Markdown; HTML in it stays text, and links to files beside it are words."""
    from markdown_it import MarkdownIt

    alone = LINK_BESIDE.sub(r"\1", markdown)
    body = MarkdownIt("js-default", {"html": False, "linkify": False}).disable("image").render(alone)
    return page(title, "", "", [f'<section class="text">{body}</section>'])


def _body(report: Report) -> Iterator[str]:
    if report.interrupted:
        yield '<p class="soft">It was interrupted: this is what was gathered until then.</p>'
    charts = report.charts()
    for chart in charts:
        yield from drawn(chart)
    for place, cause in enumerate(report.causes, 1):
        yield from _cause(place, cause, report.findings)
    for first, more in with_more(report):
        yield from _finding(first, more)
    for table in report.tables():
        if not (charts and table.is_chart):
            yield from _table(table)
    if report.inputs:
        yield from _inputs(report.inputs)
    made = f"gwdiag {text(report.version)} on {text(report.host)}, {moment(report.created)}"
    yield f'<footer class="soft">{made}</footer>'


def _headline(words: str) -> str:
    return f"<h1>{text(words)}</h1>" if words else ""


def _badge(word: str) -> str:
    return f'<span class="badge {text(word)}">{text(word)}</span>' if word else ""


def _cause(place: int, cause: RankedCause, findings: Iterable[Finding]) -> Iterator[str]:
    """A cause with what is for and against it; of one that is unlikely only its name."""
    sure = shown_probability(cause.probability)
    title = f"{place}. {text(cause.title)} <code>{text(cause.id)}</code>"
    yield f'<section class="cause {cause.band.value.replace(" ", "-")}">'
    yield f'<h2>{title} <span class="sure">{cause.band.value}, {sure}</span></h2>'
    if cause.band is Band.UNLIKELY:
        yield "</section>"
        return
    yield f'<div class="meter"><i style="width:{100 * cause.probability:.1f}%"></i></div>'
    yield f"<p>{text(cause.means)}</p>"
    since = (
        "from the start of the log" if cause.onset_at_start else f"since {moment(cause.onset)}" if cause.onset else ""
    )
    where = [*cause.scope.apis, *cause.scope.nodes, *cause.scope.upstreams]
    failures = counted(cause.failures, "failed request") if cause.failures else ""
    facts = [listed(where, 8) if where else "", since, failures]
    if any(facts):
        yield f'<p class="where">{" · ".join(text(one) for one in facts if one)}</p>'
    says = findings_about(cause, findings)
    yield '<ul class="why">'
    for mark, word, ids in (
        ("for", "+", cause.for_),
        ("against", "-", cause.against),
        ("missing", "expected, not so:", cause.missing),
    ):
        for finding in (says[id_] for id_ in ids if id_ in says):
            decides = ' <span class="tag">decides</span>' if finding.id == cause.deciding else ""
            shown = f"{text(finding.summary)}{decides}{_place(finding.evidence)}"
            yield f'<li class="{mark}"><b>{word}</b> {shown}</li>'
    yield from (f'<li class="missing"><b>!</b> {text(what)}</li>' for what in cause.caveats)
    yield from (f'<li class="unknown"><b>?</b> {text(what)}</li>' for what in cause.not_checked)
    yield "</ul>"
    if cause.next:
        yield "<h3>Next</h3>"
        yield from (_step(step.why, step.command) for step in cause.next)
    if cause.fix:
        yield "<h3>Fix</h3>"
        yield from map(_remedy, cause.fix)
    yield from _runbook(cause.runbook)
    yield "</section>"


def _finding(finding: Finding, more: list[Finding]) -> Iterator[str]:
    is_open = " open" if finding.severity is not Severity.INFO else ""
    yield f'<details class="finding {finding.severity.value}"{is_open}>'
    title = f"<b>{text(finding.title)}</b> <code>{text(finding.id)}</code>"
    yield f"<summary>{_badge(finding.severity.value)} {title}</summary>"
    yield f"<p>{text(finding.summary)}</p>"
    if more:
        yield "<ul>"
        yield from (f"<li>{text(one.summary)}</li>" for one in more)
        yield "</ul>"
    yield from _evidence(finding.evidence)
    if finding.remedies:
        yield "<h3>Next</h3>"
        yield from map(_remedy, finding.remedies)
    yield from _runbook(finding.runbook)
    yield "</details>"


def _evidence(every: tuple[Evidence, ...]) -> Iterator[str]:
    yield '<ul class="evidence">'
    yield from map(_statement, every[:EVIDENCE])
    yield "</ul>"
    if more := every[EVIDENCE:]:
        yield f'<details class="more"><summary>{number(len(more))} more</summary><ul class="evidence">'
        yield from map(_statement, more)
        yield "</ul></details>"


def _statement(one: Evidence) -> str:
    sample = f"<pre>{text(one.sample)}</pre>" if one.sample else ""
    return f"<li>{text(one.statement)}{_place([one])}{sample}</li>"


def _place(evidence: Iterable[Evidence]) -> str:
    """Where the first of it is seen."""
    for one in evidence:
        match one.source:
            case FileSource(path=path, line=line):
                return f' <code class="place">{text(path if line is None else f"{path}:{line}")}</code>'
            case CommandSource(command=command):
                return f' <code class="place">{text(command)}</code>'
            case UrlSource(url=url):
                return f' <code class="place">{text(url)}</code>'
    return ""


def _remedy(remedy: Remedy) -> str:
    return _step(str(remedy), remedy.command)


def _step(words: str, command: str | None) -> str:
    return f'<div class="step"><p>{text(words)}</p>' + (f"<pre>{text(command)}</pre>" if command else "") + "</div>"


def _runbook(name: str | None) -> Iterator[str]:
    if name:
        yield f'<p class="soft">Runbook: <code>gwdiag runbook show {text(name)}</code></p>'


def _table(table: Table) -> Iterator[str]:
    yield f'<section><h2>{text(table.title)}</h2><div class="wide"><table>'
    yield _row("th", table.columns, table.numeric)
    for row in table.rows:
        yield _row("td", row, table.numeric)
    yield "</table></div></section>"


def _row(tag: str, cells: Iterable[str], numeric: frozenset[int]) -> str:
    kinds = (' class="figure"' if index in numeric else "" for index in itertools.count())
    return f"<tr>{''.join(f'<{tag}{kind}>{text(cell)}</{tag}>' for kind, cell in zip(kinds, cells, strict=False))}</tr>"


def _inputs(inputs: tuple[Input, ...]) -> Iterator[str]:
    """What was read. What was not read whole is seen at once."""
    is_open = " open" if any(one.problem for one in inputs) else ""
    what = f"{counted(len(inputs), 'input')}, {counted(sum(one.lines for one in inputs), 'line')}"
    yield f'<details class="inputs"{is_open}><summary>{what}</summary><div class="wide"><table>'
    yield _row("th", COLUMNS, FIGURES)
    for one in inputs:
        yield _row(
            "td",
            (
                one.path + (f" ({one.problem})" if one.problem else ""),
                one.node or "",
                one.format or "",
                number(one.lines),
                number(one.events),
                number(one.unparsed),
                moment(one.first) if one.first else "",
                moment(one.last) if one.last else "",
            ),
            FIGURES,
        )
    yield "</table></div></details>"


def text(what: str) -> str:
    """Text that stays text, in an attribute as well."""
    return escape(printable(what).strip())


HTML = Renderer(title="one HTML page", render=render)
