"""Findings about suspects, in words that somebody reads who has never seen a profile."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gwdiag.heap.frames import shortened
from gwdiag.heap.known_leaks import KnownLeak, known_leaks
from gwdiag.heap.report import Range, SuspectEntry
from gwdiag.heap.trends.verdict import Verdict
from gwdiag.heap.words import range_words, size_words
from gwdiag.model.finding import Evidence, FileSource, Finding, Remedy, Severity
from gwdiag.model.words import counted, duration, percent

RUNBOOK = "gateway-resources#memory"


def sentence(one: SuspectEntry, seconds: float, reached: Range | None) -> str:
    """`X grew 212 MB (190-236 MB) in 2.0 h = 106 MB/h; 97 % of ... still there; up in 5 of 5 intervals; limit in
    31-40 h`."""
    grew = f"{size_words(one.growth_bytes)} ({range_words(one.growth_low, one.growth_high)})"
    parts = [f"{one.function} grew {grew} in {duration(seconds)} = {size_words(one.growth_bytes_per_hour)}/h"]
    if one.retention is not None:
        parts.append(f"{percent(one.retention)} of what it allocated is still alive")
    parts.append(f"{one.intervals_up} of {one.intervals} intervals up")
    if reached:
        parts.append(f"limit reached in {_hours(reached)}")
    return "; ".join(parts) + "."


def _hours(reached: Range) -> str:
    for unit, seconds in (("days", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        if reached.low >= 3 * seconds or seconds == 1:
            return f"{reached.low / seconds:.0f}-{reached.high / seconds:.0f} {unit}"
    raise AssertionError("a second is the smallest unit")


def findings_of(
    suspects: Sequence[SuspectEntry], seconds: float, paths: Sequence[Path], reached: Range | None, *, is_enough: bool
) -> list[Finding]:
    """One for each leak, and for each place that may be one."""
    found: list[Finding] = []
    for one in suspects:
        verdict = Verdict(one.verdict)
        if verdict is Verdict.LEAK:
            found += _finding(one, seconds, paths, reached, Severity.ERROR)
        elif verdict is Verdict.UNCLEAR:
            found += _finding(one, seconds, paths, None, Severity.WARNING if is_enough else Severity.INFO)
    return found


def _finding(
    one: SuspectEntry, seconds: float, paths: Sequence[Path], reached: Range | None, severity: Severity
) -> list[Finding]:
    id_ = "heap.leak" if one.verdict == Verdict.LEAK else "heap.growth"
    title = "Memory is never given back" if one.verdict == Verdict.LEAK else "It grew; that need not go on"
    leak = known_leaks().get(one.known_issue) if one.known_issue else None
    last = FileSource(path=str(paths[-1]))
    main = Finding(
        id=id_,
        severity=severity,
        title=f"{title}: {shortened(one.function)[0]}",
        summary=sentence(one, seconds, reached),
        evidence=(
            Evidence(
                statement=f"{one.why[0].upper()}{one.why[1:]}.",
                value=one.growth_bytes_per_hour,
                unit="bytes/h",
                source=last,
            ),
        ),
        about=one.function,
        remedies=(*_known_remedies(leak), *_next(one, paths)),
        runbook=RUNBOOK,
    )
    details = [f"{one.why[0].upper()}{one.why[1:]}."]
    if one.allocates:
        details.append(f"Allocated by {', '.join(_short(one.allocates))}.")
    if one.path:
        details.append(f"Called by {' <- '.join(_short(one.path))}.")
    if one.goroutines:
        details.append(f"{counted(one.goroutines, 'goroutine')} more wait there than at the begin.")
    if leak:
        details.append(f"Known as {leak.id}: {leak.title}; {leak.grows}. Fixed in {leak.fixed_in} ({leak.reference}).")
    if severity is Severity.INFO:
        return [replace(main, about=None)]
    return [
        main,
        *(
            Finding(
                id=f"{id_}.detail",
                severity=Severity.INFO,
                title="Detail",
                summary=text,
                evidence=(Evidence(statement=text, source=last),),
                about=one.function,
            )
            for text in details
        ),
    ]


def _short(functions: Sequence[str]) -> list[str]:
    return [shortened(one)[0] for one in functions]


def _known_remedies(leak: KnownLeak | None) -> tuple[Remedy, ...]:
    if not leak:
        return ()
    return (
        Remedy(
            text=f"Upgrade to {leak.fixed_in.partition(' ')[0].rstrip(',')} or later ({leak.id})", changes_state=True
        ),
        Remedy(text=f"Until then: {leak.workaround}", changes_state=True),
    )


def _next(one: SuspectEntry, paths: Sequence[Path]) -> tuple[Remedy, ...]:
    if len(paths) < 2:
        return (Remedy(text="Take more snapshots", command="gwdiag heap capture URL --every 600 --count 6 --dir DIR"),)
    command = f"gwdiag heap flame {paths[-1]} {paths[0]} -o html --output-file growth.html"
    if one.verdict == Verdict.LEAK:
        return (Remedy(text="See the growth as a picture, with all callers", command=command),)
    return (
        Remedy(
            text="Take more snapshots of the same process",
            command="gwdiag heap capture URL --every 600 --count 6 --dir DIR",
        ),
    )
