"""Text for a terminal, 80 columns or more, and for a pipe: there it is neither wrapped nor cut nor coloured."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from gwdiag.model.finding import Evidence, FileSource, Finding, Remedy, Severity
from gwdiag.model.report import Input, Report, Table
from gwdiag.model.words import counted, listed, moment
from gwdiag.render import Renderer

INDENT = " " * 8
SAMPLES_SHOWN = 2

GAP = "  "
NARROWEST = 8
"""Characters of a column of words that are shown in any case."""
SCHEME = re.compile(r"^[a-z0-9+]+://")

# Inverse badges read well on dark and light backgrounds alike; plain yellow on white does not.
BADGES = {
    Severity.CRITICAL: ("CRIT ", "\x1b[1;97;41m"),
    Severity.ERROR: ("ERROR", "\x1b[1;97;41m"),
    Severity.WARNING: ("WARN ", "\x1b[1;30;43m"),
    Severity.INFO: ("INFO ", "\x1b[1;97;44m"),
}
BOLD, FAINT, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def render(report: Report, width: int | None) -> str:
    paper = Paper(width)
    paper.line(f"gwdiag {report.command}{looked_at(report)}", BOLD)
    for one in report.inputs:
        if one.problem:
            paper.line(f"not read whole: {one.path}: {one.problem}")
    _findings(report, paper)
    for table in report.tables():
        paper.line("")
        paper.line(table.title, BOLD)
        for row in columns(table, width):
            paper.verbatim(row)
    paper.line("")
    paper.line(report.summary, BOLD)
    return paper.text()


class Paper:
    """Collects lines; on a terminal, which has a width, it wraps and colours them."""

    def __init__(self, width: int | None) -> None:
        self._width = width
        self._lines: list[str] = []

    def line(self, text: str, style: str = "", *, indent: str = "", hang: str = "") -> None:
        """A paragraph; `hang` indents its lines after the first."""
        text = printable(text)
        if self._width is None:
            self._lines.append(indent + text)
            return
        wrapped = textwrap.wrap(
            text,
            max(self._width, 40),
            initial_indent=indent,
            subsequent_indent=hang or indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        self._lines += [f"{style}{one}{PLAIN}" if style else one for one in wrapped or [""]]

    def heading(self, severity: Severity, text: str) -> None:
        word, colour = BADGES[severity]
        self.badge(f" {word} " if self._width else f"{word}  ", colour, text)

    def badge(self, word: str, colour: str, text: str) -> None:
        """A heading behind a word in colour."""
        if self._width is None:
            self._lines.append(f"{word.lstrip()} {printable(text)}")
            return
        first, *more = textwrap.wrap(printable(text), max(self._width, 40) - len(word) - 1, break_long_words=False)
        self._lines.append(f"{colour}{word}{PLAIN} {BOLD}{first}{PLAIN}")
        self._lines += [f"{' ' * (len(word) + 1)}{BOLD}{one}{PLAIN}" for one in more]

    def sample(self, evidence: Evidence) -> None:
        """A line of a log, whole; on a terminal, where it may be long, only what it says, or else how it begins."""
        if self._width is None:
            self._lines.append(f"{INDENT}  {printable(evidence.sample or '')}")
        else:
            line = evidence.sample or ""
            is_its_message = evidence.statement in line.replace('\\"', '"')  # as JSON and logrus have it in quotes
            text = f"{INDENT}  {printable(evidence.statement if is_its_message else line)}"
            self._lines.append(f"{FAINT}{_cut(text, self._width)}{PLAIN}")

    def verbatim(self, text: str) -> None:
        self._lines.append(printable(text))

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"


def printable(text: str) -> str:
    """The text on one line, without what would steer a terminal: escape sequences and other control characters."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "�" for char in text)


def looked_at(report: Report) -> str:
    """How many files of which nodes, and of which time, for a heading."""
    if not report.inputs:
        return ""
    inputs = [one for one in report.inputs if one.lines] or [one for one in report.inputs if not one.problem]
    nodes = sorted({one.node for one in inputs if one.node})
    of_nodes = f" of {listed(nodes)}" if nodes else ""
    lines = sum(one.lines for one in inputs)
    of_lines = f", {counted(lines, 'line')}" if lines or report.command == "logs" else ""
    return f": {counted(len(inputs), 'file')}{of_nodes}{of_lines}{_span(inputs)}"


def _span(inputs: list[Input]) -> str:
    firsts, lasts = [one.first for one in inputs if one.first], [one.last for one in inputs if one.last]
    if not firsts or not lasts:
        return ""
    first, last = min(firsts), max(lasts)
    if first == last and not any(one.lines for one in inputs):  # a file that is of one moment, such as a profile
        return f", {moment(last)}"
    until = f"{last:%H:%M:%S} UTC" if first.date() == last.date() else moment(last)
    return f", {first:%Y-%m-%d %H:%M:%S} to {until}"


def _findings(report: Report, paper: Paper) -> None:
    main = [one for one in report.findings if one.severity is not Severity.INFO or one.about != one.id]
    shown = {one.id for one in main if one.about == one.id}
    for about, group in groupby(main, key=lambda one: one.about or f"itself {id(one)}"):
        first, *more = group
        if about in shown or first.severity is not Severity.INFO:
            _finding(first, more, paper)
    background = [f"{one.id} ({one.evidence[0].value})" for one in report.findings if one not in main]
    notes = [one for one in main if one.about is None and one.severity is Severity.INFO]
    if background or notes:
        paper.line("")
    if background:
        paper.line(f"Background, no trouble by itself: {listed(background, 8)}.", hang="  ")
    for note in notes:
        paper.line(f"Note: {note.summary}", hang="  ")
        for remedy in note.remedies:
            _remedy(remedy, paper, "  ")


def _finding(finding: Finding, more: list[Finding], paper: Paper) -> None:
    paper.line("")
    paper.heading(finding.severity, f"{finding.id}: {finding.title}")
    paper.line(finding.summary, indent=INDENT)
    for one in more:
        paper.line(f"- {one.summary}", indent=INDENT, hang=INDENT + "  ")
    samples = [evidence for evidence in finding.evidence if evidence.sample]
    for evidence in samples[: SAMPLES_SHOWN if finding.severity.rank > Severity.WARNING.rank else 1]:
        _sample(evidence, paper)
    for remedy in finding.remedies:
        _remedy(remedy, paper, INDENT)
    if finding.runbook:
        paper.line(f"Runbook: gwdiag runbook show {finding.runbook}", indent=INDENT)


def _sample(evidence: Evidence, paper: Paper) -> None:
    if isinstance(evidence.source, FileSource):
        paper.line(f"{evidence.source.path}:{evidence.source.line}", indent=INDENT)
    paper.sample(evidence)


def _remedy(remedy: Remedy, paper: Paper, indent: str) -> None:
    paper.line(f"> {remedy}", indent=indent, hang=indent + "  ")
    if remedy.command:
        paper.verbatim(f"{indent}    {remedy.command}")


def columns(table: Table, width: int | None) -> Iterator[str]:
    """The rows of a table in columns; in a pipe nothing is cut.

    On a terminal that is too narrow schemes of addresses go, then gaps, then the ends of the longest words.
    """
    rows = [table.columns, *table.rows]
    gap = GAP
    if width is not None and _length(rows, gap) > width:
        rows = [tuple(SCHEME.sub("", cell) for cell in row) for row in rows]
        gap = GAP if _length(rows, GAP) <= width else " "
    widths = _widths(rows)
    words = [index for index in range(len(widths)) if index not in table.numeric]
    too_much = 0 if width is None else _length(rows, gap) - width
    while too_much > 0 and words and max(widths[index] for index in words) > NARROWEST:
        widths[max(words, key=lambda index: widths[index])] -= 1
        too_much -= 1
    for row in rows:
        cells = [
            _cut(cell, size).rjust(size) if index in table.numeric else _cut(cell, size).ljust(size)
            for index, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        yield GAP + gap.join(cells).rstrip()


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _length(rows: Sequence[tuple[str, ...]], gap: str) -> int:
    widths = _widths(rows)
    return len(GAP) + sum(widths) + len(gap) * (len(widths) - 1)


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


TEXT = Renderer(title="text for people", render=render)
