"""The report of `gwdiag triage` for people: one screen that says what fails, why, and what to do next."""

from collections.abc import Iterator

from gwdiag.model.cause import Band, RankedCause, findings_about, shown_probability
from gwdiag.model.finding import FileSource, Finding
from gwdiag.model.report import Report
from gwdiag.model.words import listed, moment, number, percent
from gwdiag.render.text import BOLD, FAINT, Paper, looked_at
from gwdiag.triage.causes import causes
from gwdiag.triage.report import Consideration, Reasoning, SymptomEntry, TriageReport

INDENT = " " * 4
FACTS_SHOWN = 5
LEAST_SHOWN = 0.01
GREEN = "\x1b[1;30;42m"
COLORS = {
    Band.VERY_LIKELY: "\x1b[1;97;41m",
    Band.LIKELY: "\x1b[1;30;43m",
    Band.POSSIBLE: "\x1b[1;97;44m",
    Band.UNLIKELY: "\x1b[2m",
}


def in_text(report: Report, width: int | None) -> str:
    """The report as text; `width` None: it goes to no terminal."""
    assert isinstance(report, TriageReport)
    paper = Paper(width)
    paper.line(f"gwdiag triage{looked_at(report)}", BOLD)
    for one in report.inputs:
        if one.problem:
            paper.line(f"not read whole: {one.path}: {one.problem}")
    for symptom in report.symptoms:
        _symptom(symptom, paper)
    if report.reasoning:
        for reasoning in report.reasoning:
            _reasoning(reasoning, paper)
    else:
        _causes(report, paper)
    paper.line("")
    paper.line(report.summary, BOLD)
    return paper.text()


def _symptom(one: SymptomEntry, paper: Paper) -> None:
    paper.line("")
    fails = [f"{id_} {number(count)}" for id_, count in one.classes.items()]
    what = listed(fails) if fails else "Requests became slower" if one.onset else "A probe fails"
    share = f" ({percent(one.share)} of the requests there)" if one.share is not None else ""
    since = "since when cannot be told" if one.onset is None else f"since {moment(one.onset)}"
    if one.onset_at_start:
        since = "from the start of the log on"
    paper.line(f"{what}{share}, {since}", BOLD)
    where = [
        f"APIs {listed(one.scope.apis)}" * bool(one.scope.apis),
        f"nodes {listed(one.scope.nodes)}" * bool(one.scope.nodes),
    ]
    where += [f"upstreams {listed(one.scope.upstreams)}" * bool(one.scope.upstreams)]
    if any(where):
        paper.line("; ".join(filter(None, where)), indent=INDENT)


def _causes(report: TriageReport, paper: Paper) -> None:
    explained = {id_ for one in report.symptoms for id_ in one.causes}
    tops = [one for index, one in enumerate(report.causes) if one.id in explained or index == 0]
    for place, one in enumerate(tops, 1):
        _cause(place, one, findings_about(one, report.findings), paper)
    others = [one for one in report.causes if one not in tops and one.probability >= LEAST_SHOWN]
    if others:
        paper.line("")
        named = [f"{one.id} ({one.band.value}, {shown_probability(one.probability)})" for one in others]
        paper.line(f"Also considered: {listed(named, 6)}.", hang=INDENT)
        paper.line(f"gwdiag triage ... --why-not {others[0].id} says why not.", FAINT, indent=INDENT)
    if report.beside:
        paper.line("")
        paper.line("Beside it:")
        for id_ in report.beside:
            same = [finding for finding in report.findings if finding.id == id_]
            nodes = sorted({node for finding in same for node in finding.scope.nodes})
            where = f"{listed(nodes)}: " if nodes else ""
            paper.line(f"- {where}{same[0].title} ({id_}): {same[0].evidence[0].statement}", indent="  ", hang=INDENT)
    if report.missing:
        paper.line("")
        paper.line("It would be surer with:")
        for what in report.missing:
            paper.line(f"- {what}", indent="  ", hang=INDENT)


def _cause(place: int, one: RankedCause, findings: dict[str, Finding], paper: Paper) -> None:
    is_harmless = one.id in causes() and causes()[one.id].is_harmless
    paper.line("")
    paper.badge(
        f" {one.band.value} ",
        GREEN if is_harmless else COLORS[one.band],
        f"{place}. {one.id}: {one.title} ({shown_probability(one.probability)})",
    )
    paper.line(one.means, indent=INDENT)
    shown = [id_ for id_ in one.for_ if id_ in findings][:FACTS_SHOWN]
    for id_ in shown:
        decides = " (decides)" if id_ == one.deciding and len(shown) > 1 else ""
        _fact(f"+ {findings[id_].summary}{decides}", findings[id_], paper)
    for id_ in one.against:
        if id_ in findings:
            paper.line(f"- against it: {findings[id_].summary}", indent=INDENT, hang=INDENT + "  ")
    for id_ in one.missing[:FACTS_SHOWN]:
        if id_ in findings:
            paper.line(f"- expected, not so: {findings[id_].summary}", indent=INDENT, hang=INDENT + "  ")
    for what in one.caveats:
        paper.line(f"! {what}", indent=INDENT, hang=INDENT + "  ")
    for what in one.not_checked[:3]:
        paper.line(f"? {what}", indent=INDENT, hang=INDENT + "  ")
    for index, step in enumerate(one.next):
        paper.line(f"{'Next' if not index else 'Then'}: {step.why}", indent=INDENT, hang=INDENT + "  ")
        paper.verbatim(f"{INDENT}    {step.command}")
    for remedy in one.fix:
        paper.line(f"> {remedy}", indent=INDENT, hang=INDENT + "  ")
        if remedy.command:
            paper.verbatim(f"{INDENT}    {remedy.command}")
    if one.runbook:
        paper.line(f"Runbook: gwdiag runbook show {one.runbook}", indent=INDENT)


def _fact(text: str, finding: Finding, paper: Paper) -> None:
    paper.line(text, indent=INDENT, hang=INDENT + "  ")
    source = finding.evidence[0].source
    if isinstance(source, FileSource):
        place = source.path + (f":{source.line}" if source.line else "")
        paper.line(place, FAINT, indent=INDENT + "  ")


def _reasoning(one: Reasoning, paper: Paper) -> None:
    paper.line("")
    paper.line(f"{one.cause}: {one.title} ({shown_probability(one.probability)})", BOLD)
    paper.line(
        f"weighed with {listed(one.symptom)}" if one.symptom else "nothing fails that it could explain", indent=INDENT
    )
    for title, rows in _grouped(one):
        if rows:
            paper.line(title, indent=INDENT)
            for row in rows:
                paper.line(
                    f"{_weight(row)} {row.asks} {row.answer}: {row.says}", indent=INDENT + "  ", hang=INDENT + " " * 12
                )
    for id_, how in one.apart.items():
        paper.line(f"Told from {id_}: {how}", indent=INDENT, hang=INDENT + "  ")


def _grouped(one: Reasoning) -> Iterator[tuple[str, list[Consideration]]]:
    yield "For it:", [row for row in one.considerations if row.weight and row.weight > 1.05]
    yield "Against it:", [row for row in one.considerations if row.weight and row.weight < 0.95]
    yield "Not known:", [row for row in one.considerations if row.weight is None]


def _weight(row: Consideration) -> str:
    if row.weight is None:
        return "       ?"
    return f"x {row.weight:6.2f}" if row.weight < 100 else f"x {row.weight:6.0f}"
