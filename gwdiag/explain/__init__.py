"""What one pasted line means: its class, what it is mistaken for, why it happens and what to do next.

`meaning` says what a class means; `words` puts it into sentences.
"""

import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from gwdiag._version import __version__
from gwdiag.error_classes import claim, of_status
from gwdiag.explain.lines import Lines
from gwdiag.explain.meaning import Meaning, meaning_of
from gwdiag.limits.checks import check
from gwdiag.limits.documentation import CheckMeaning
from gwdiag.limits.documentation import meaning_of as check_meaning
from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.records import records
from gwdiag.model.dataclass import dataclass
from gwdiag.model.error_class import NONE
from gwdiag.model.report import Report, Table
from gwdiag.model.words import counted

NO_FORMAT = "none"

STATUS = re.compile(
    r"""(?: \bHTTP/\d(?:\.\d)?(?:\\?"|\s+\\?"[^"]*")+\s+       # the request line of an access log, and quoted fields
          | \b(?:status(?:_?code)?|response_code|http_status|code|ErrorPage)\\?"?\s*[=:\s]\s*\\?"?
          | \|\s*                                             # columns, as GIN writes them
        )([1-5]\d\d)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Where a line of no known format prints a status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One line. `format` is "none" for one that no format reads; `confidence` 0 to 1, 0 where nothing recognises it."""

    n: int
    class_: str
    format: str
    status: int | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainReport(Report):
    """The report of `gwdiag explain`. It judges nothing, so it has no findings. `meanings`: of each class, once.

    `checks`: the check of `gwdiag limits` that was asked for.
    """

    lines: tuple[Explained, ...]
    meanings: tuple[Meaning, ...]
    checks: tuple[CheckMeaning, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((str(one.n), one.class_, one.format, f"{one.confidence:.2f}") for one in self.lines)
        return (Table("Lines", ("n", "class", "format", "confidence"), rows, numeric=frozenset((0, 3))),)


def explained(lines: Iterable[tuple[int, str]]) -> Iterator[Explained]:
    """Each numbered line with its class. A line is taken by itself: nothing is joined with its neighbours."""
    for number, line in lines:
        yield _one(number, line)


def _one(number: int, line: str) -> Explained:
    record = next(records(iter([(number, line)]), Clock()), None)
    if record is None:
        return Explained(n=number, class_=NONE, format=NO_FORMAT, status=None, confidence=0.0)
    if record.event and record.format:
        found = class_of(record.event)
        status = record.event.status
        return Explained(n=number, class_=found.id, format=record.format, status=status, confidence=found.confidence)
    printed = STATUS.search(record.text)
    status = int(printed[1]) if printed else None
    found = claim(record.text)
    if found.id == NONE and status is not None:
        found = of_status(status)
    return Explained(n=number, class_=found.id, format=NO_FORMAT, status=status, confidence=found.confidence)


def report_of_lines(lines: Iterable[tuple[int, str]]) -> ExplainReport:
    """What numbered lines mean. What the first line of a class names is put into its commands. Ctrl-C ends it early."""
    every: list[Explained] = []
    meanings: dict[str, Meaning] = {}
    interrupted = False
    try:
        for number, line in lines:
            one = _one(number, line)
            every.append(one)
            if one.class_ != NONE and one.class_ not in meanings:
                meanings[one.class_] = meaning_of(one.class_, line)
    except KeyboardInterrupt:
        interrupted = True
    failing = sum(one.class_ != NONE for one in every)
    summary = f"{failing} of {counted(len(every), 'line')} {'reports' if failing == 1 else 'report'} a failure."
    return replace(_report(summary, tuple(every), tuple(meanings.values())), interrupted=interrupted)


def report_of_file(path: str) -> ExplainReport:
    """The same of a file, or `-` for standard input. Raises Problem where nothing of it can be read."""
    lines = Lines(path)
    report = report_of_lines(lines)
    return replace(report, inputs=(lines.as_input(),), status="incomplete" if lines.problem else "ok")


def report_of_class(name: str) -> ExplainReport:
    """What the class with that id means."""
    meaning = meaning_of(name)
    return _report(f"{name}: {meaning.title}.", (), (meaning,))


def report_of_check(name: str) -> ExplainReport | None:
    """What the check of `gwdiag limits` with that id means; None where there is none."""
    known = check(name)
    if known is None:
        return None
    return replace(_report(f"{name}: {known.title}.", (), ()), checks=(check_meaning(name, known),))


def _report(summary: str, lines: tuple[Explained, ...], meanings: tuple[Meaning, ...]) -> ExplainReport:
    return ExplainReport(
        command="explain",
        version=__version__,
        created=datetime.now(UTC),
        host=socket.gethostname(),
        status="ok",
        summary=summary,
        lines=lines,
        meanings=meanings,
    )
