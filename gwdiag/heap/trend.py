"""What keeps growing over a series of snapshots, how fast, how sure, and until when: `gwdiag heap trend`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from gwdiag.heap.holdings import frames_of, in_use
from gwdiag.heap.inputs import common, input_of, left_out, note, remarks
from gwdiag.heap.memory import accounting, limit_reached, slope
from gwdiag.heap.report import MemoryEntry, Range, SnapshotEntry, SuspectEntry, TrendReport
from gwdiag.heap.trends.course import Stretch
from gwdiag.heap.trends.entries import entries_of
from gwdiag.heap.trends.goroutines import count_of, waiting_in
from gwdiag.heap.trends.sentences import findings_of
from gwdiag.heap.trends.series import Series, series_of
from gwdiag.heap.trends.stretches import Break, Taken, cut, stretch_of
from gwdiag.heap.trends.suspects import suspects_in
from gwdiag.heap.trends.verdict import FEWEST, Verdict
from gwdiag.heap.words import signed, size_words
from gwdiag.model.finding import Finding
from gwdiag.model.profile import Frame
from gwdiag.model.report import Input, status_of
from gwdiag.model.words import counted, duration, listed

T = TypeVar("T")

HEAD_ROOM = 2.0
"""Growth of memory for growth of the live heap: with GOGC=100 as much garbage comes on top before it is collected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The stretch that was judged, and what stands in it. `is_enough`: it could show more than growth."""

    taken: tuple[Taken, ...]
    stretch: Stretch
    suspects: tuple[SuspectEntry, ...]
    is_enough: bool

    @property
    def leaks(self) -> list[SuspectEntry]:
        return [one for one in self.suspects if one.verdict == Verdict.LEAK]


def trend(paths: Sequence[Path], memory_limit: int | None, version: str | None) -> TrendReport:
    """The report on a series. Raises Problem where no file holds a heap profile."""
    series = series_of(paths)
    taken, breaks = cut(series.snapshots)
    judged = _judged(taken, version)
    limit = memory_limit or _last(one.snapshot.sidecar.limit_bytes for one in judged.taken)
    memory = _memory(judged)
    reached = _forecast(judged, limit, memory)
    seconds = judged.stretch.seconds[-1] if judged.taken else 0.0
    files = [one.snapshot.path for one in judged.taken]
    findings = [
        *findings_of(judged.suspects, seconds, files, reached, is_enough=judged.is_enough),
        *_notes(taken, breaks),
        *remarks(series.snapshots),
    ]
    return TrendReport(
        **common("trend"),
        inputs=(*_used(series, taken), *(left_out(one.path, one.reason) for one in series.left_out)),
        findings=tuple(findings),
        status=status_of(findings, incomplete=not judged.is_enough),
        summary=_summary(judged, taken),
        suspects=judged.suspects,
        limit_reached_in_s=reached,
        memory_limit_bytes=limit,
        seconds=seconds if judged.taken else None,
        rss_growth_bytes_per_hour=_rss_growth(judged),
        snapshots=tuple(map(_snapshot_entry, taken)),
        memory=memory,
    )


def _used(series: Series, taken: Sequence[Taken]) -> list[Input]:
    whys = {one.snapshot.path: one.left_out for one in taken}
    return [replace(input_of(one), problem=whys.get(one.path)) for one in series.snapshots]


def _judged(taken: Sequence[Taken], version: str | None) -> Judged:
    """The last process with enough snapshots; without one, the last process."""
    numbers = sorted({one.stretch for one in taken if one.stretch is not None}, reverse=True)
    processes = {number: tuple(one for one in taken if one.stretch == number) for number in numbers}
    number = next((one for one, its in processes.items() if len(its) >= FEWEST), numbers[0] if numbers else -1)
    chosen = processes.get(number, ())
    if not chosen:
        return Judged(taken=(), stretch=Stretch(seconds=(), held=(), periods=()), suspects=(), is_enough=False)
    earlier = tuple(stretch_of(its) for one, its in processes.items() if one < number and len(its) > 1)
    stretch = replace(stretch_of(chosen), earlier=earlier)
    frames: dict[str, Frame] = {}
    for one in chosen:
        frames.update(frames_of(one.snapshot.profile))
    is_python = chosen[-1].snapshot.profile.format == "memray"
    waiting = waiting_in([one.snapshot.goroutines for one in chosen], stretch.seconds)
    version = version or _last(one.snapshot.sidecar.version for one in chosen)
    entries = entries_of(suspects_in(stretch, frames), waiting, stretch, frames, version)
    if is_python:  # each capture begins with nothing, so that more of it may only be more of the same
        entries = tuple(_only_growth(one) for one in entries)
    is_enough = len(chosen) >= FEWEST and not is_python
    return Judged(taken=chosen, stretch=stretch, suspects=entries, is_enough=is_enough)


def _only_growth(entry: SuspectEntry) -> SuspectEntry:
    if entry.verdict != Verdict.LEAK:
        return entry
    return replace(entry, verdict=Verdict.UNCLEAR.value, why="each capture counts from its own begin")


def _last(values: Iterable[T | None]) -> T | None:
    known = [one for one in values if one is not None]
    return known[-1] if known else None


def _snapshot_entry(one: Taken) -> SnapshotEntry:
    snapshot = one.snapshot
    return SnapshotEntry(
        path=str(snapshot.path),
        at=snapshot.at,
        stretch=one.stretch,
        in_use_bytes=in_use(one.held),
        rss_bytes=snapshot.sidecar.rss_bytes,
        requests=snapshot.sidecar.requests,
        goroutines=count_of(snapshot.goroutines) if snapshot.goroutines else None,
        left_out=one.left_out,
    )


def _memory(judged: Judged) -> tuple[MemoryEntry, ...]:
    """Of the last snapshot that has runtime.MemStats."""
    for one in reversed(judged.taken):
        if one.snapshot.memstats:
            return accounting(one.snapshot.memstats, in_use(one.held), one.snapshot.sidecar.rss_bytes)
    return ()


def _rss_growth(judged: Judged) -> float | None:
    rate = _rss_slope(judged)
    return rate[0] * 3600 if rate else None


def _rss_slope(judged: Judged) -> tuple[float, float, float] | None:
    known = [
        (size, at)
        for one, at in zip(judged.taken, judged.stretch.seconds, strict=True)
        if (size := one.snapshot.sidecar.rss_bytes) is not None
    ]
    return slope([size for size, _ in known], [at for _, at in known])


def _forecast(judged: Judged, limit: int | None, memory: Sequence[MemoryEntry]) -> Range | None:
    """When the limit is reached if the leaks go on: their growth, once to twice, within what resident memory did."""
    leaks = judged.leaks
    if not leaks or limit is None:
        return None
    low = sum(one.low for one in leaks) / 3600
    high = sum(one.high for one in leaks) / 3600 * HEAD_ROOM
    resident = _last(one.snapshot.sidecar.rss_bytes for one in judged.taken)
    now = resident or sum(one.bytes for one in memory) or in_use(judged.taken[-1].held) * HEAD_ROOM
    return limit_reached(limit, now, (low, high))


def _notes(taken: Sequence[Taken], breaks: Sequence[Break]) -> list[Finding]:
    found = []
    for one in breaks:
        text = f"From {one.snapshot.path} on it is another process: {one.reason}. What came before is judged by itself."
        found.append(note("heap.restart", "Another process", text, [one.snapshot.path]))
    stale = [one for one in taken if one.left_out]
    if stale:
        text = (
            f"{counted(len(stale), 'snapshot')} left out, such as {stale[0].snapshot.path}: {stale[0].left_out}."
            " In-use memory is as of the last garbage collection."
        )
        found.append(note("heap.stale", "Nothing new in them", text, [one.snapshot.path for one in stale]))
    return found


def _summary(judged: Judged, taken: Sequence[Taken]) -> str:
    count = len(judged.taken)
    if not count:
        return (
            "No snapshot tells anything: nothing was in use when they were taken, or nothing changed. Fetch with ?gc=1."
        )
    over = f"{counted(count, 'snapshot')} over {duration(judged.stretch.seconds[-1])}"
    if count < len(taken):
        over += f" (of {len(taken)}; the others are of another process, or tell nothing new)"
    held = [in_use(one.held) for one in judged.taken]
    change = f"in use {size_words(held[0])} to {size_words(held[-1])} ({signed(size_words(held[-1] - held[0]))})"
    if leaks := judged.leaks:
        verb = "leaks" if len(leaks) == 1 else "leak"
        return f"{listed([one.function for one in leaks], 3)} {verb}: {over}, {change}."
    if not judged.is_enough:
        return (
            f"{over}, {change}: that can show growth, not a leak. It takes three or more snapshots of one process, "
            "minutes apart."
        )
    if any(one.verdict == Verdict.UNCLEAR for one in judged.suspects):
        return f"{over}, {change}: no leak is sure; what grew may go on or level off. Take more snapshots."
    return f"No leak in {over}: {change}; nothing grows on that sampling and filling caches do not explain."
