"""The tables of a logs report: classes, series, latency, groups."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from math import ceil

from gwdiag.logs.analysis import View, time_of
from gwdiag.logs.over_time import OverTime, Span
from gwdiag.logs.report import ClassEntry, Group, Grouping, LatencyEntry, LogLine, Series
from gwdiag.logs.tally import Cell, Sample, bin_latency
from gwdiag.redact import redacted

NICE_INTERVALS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
MOST_POINTS = 45
"""Figures of a series: with the longest name of a class before it, a terminal of 80 columns shows one line."""


MOST_POINTS_WANTED = 100_000
"""The same where an interval was wanted, which becomes a multiple of it: a log may begin in 1970, by an unset clock."""


def class_entries(view: View, requests: int) -> tuple[ClassEntry, ...]:
    errors = sum(seen.count for seen in view.classes)
    return tuple(
        ClassEntry(
            class_=seen.id,
            count=seen.count,
            share=seen.count / errors,
            rate=seen.requests / requests if requests and view.traffic.has_successes else None,
            requests=seen.requests,
            notices=seen.notices,
            first=seen.window.first,
            last=seen.window.last,
            onset=seen.window.onset,
            onset_at_start=seen.window.onset_at_start,
            ended=seen.ended,
            nodes=dict(seen.nodes),
            apis=dict(seen.apis),
            upstreams=dict(seen.upstreams),
            samples=tuple(shown(sample) for sample in view.tally.samples.get(seen.id, ())),
        )
        for seen in view.classes
    )


def shown(sample: Sample) -> LogLine:
    """A line as it may be shown."""
    return LogLine(path=sample.place.path, line=sample.place.line, node=sample.node, text=redacted(sample.text))


def series(view: View, interval: int | None) -> Series:
    """Requests and failures over time; the interval as wanted, else one that gives at most MOST_POINTS figures."""
    first, last = view.tally.first, view.tally.last
    if first is None or last is None:
        return Series.none(float(interval or 1))
    step = max(_step(last - first, interval), view.traffic.width)
    begin = int(first // step) * step
    points = int((last - begin) // step) + 1

    def figures(counts: OverTime[int], width: int) -> tuple[int, ...]:
        # Up to the first bucket of each next point. What lies before the first point or behind the last is in these.
        ends = [bisect_left(counts.buckets, -(-(begin + step * point) // width)) for point in range(1, points)]
        sums = [counts.up_to[end] for end in (0, *ends, len(counts))]
        return tuple(after - before for before, after in pairwise(sums))

    return Series(
        interval_s=float(step),
        start=time_of(begin),
        requests=figures(view.traffic.asked_over_time(view.traffic.cells), view.traffic.width),
        by_class={
            seen.id: figures(OverTime(view.tally.seconds.of(seen.id)), view.tally.seconds.width)
            for seen in view.classes
        },
    )


def _step(seconds: float, interval: int | None) -> int:
    if interval:
        return interval * (1 + int(seconds / interval) // MOST_POINTS_WANTED)
    day = NICE_INTERVALS[-1]
    fitting = (one for one in NICE_INTERVALS if seconds / one < MOST_POINTS)
    return next(fitting, day * (1 + int(seconds / day) // MOST_POINTS))


def latencies(view: View) -> tuple[LatencyEntry, ...]:
    """Latency of the requests that succeeded, by API, upstream and node; the slowest first."""
    around = _around_onset(view)
    entries = []
    for cell, counts in view.tally.latency.items():
        ordered = sorted(counts.items())
        p50, p90, p99 = (percentile(ordered, share) for share in (0.5, 0.9, 0.99))
        before, after = around.get(cell, ((None, None), (None, None)))
        entries.append(
            LatencyEntry(
                api=cell.api,
                upstream=cell.upstream,
                node=cell.node,
                count=counts.total(),
                p50_ms=p50,
                p90_ms=p90,
                p99_ms=p99,
                max_ms=float(ordered[-1][0]),
                p50_before_ms=before[0],
                p95_before_ms=before[1],
                p50_after_ms=after[0],
                p95_after_ms=after[1],
            )
        )
    return tuple(sorted(entries, key=lambda entry: (-entry.p99_ms, entry.api, entry.node)))


Percentiles = tuple[float | None, float | None]


def _around_onset(view: View) -> dict[Cell, tuple[Percentiles, Percentiles]]:
    onset = _worst_onset(view)
    if onset is None:
        return {}
    first = ceil(onset.timestamp() / view.traffic.latency_width - 0.5)  # the first bucket that is mostly after it
    halves = Span(None, first - 1), Span(first, None)
    return {
        cell: (_two_percentiles(before), _two_percentiles(after))
        for cell in view.traffic.cells
        for before, after in [[view.traffic.latencies([cell], half) for half in halves]]
    }


def _worst_onset(view: View) -> datetime | None:
    onsets = (seen.window.onset for seen in view.troubles if not seen.window.onset_at_start)
    return next((onset for onset in onsets if onset), None)


def _two_percentiles(counts: Counter[int]) -> Percentiles:
    ordered = [(bin_latency(latency), count) for latency, count in sorted(counts.items())]
    return (percentile(ordered, 0.5), percentile(ordered, 0.95)) if ordered else (None, None)


def percentile(ordered: Sequence[tuple[float, int]], share: float) -> float:
    """The smallest value with at least that share of all at or below it (nearest rank)."""
    needed = share * sum(count for _, count in ordered)
    for value, count in ordered:
        needed -= count
        if needed <= 1e-9:
            return float(value)
    return float(ordered[-1][0])


def _name(view: View, cell: Cell, by: str) -> str:
    """An upstream is called as in all of the report: by its definition, where that has one target for the API."""
    if by == "upstream" and len(targets := view.names.targets(cell.api, cell.upstream)) == 1:
        return targets[0]
    return str(getattr(cell, by))


def grouping(view: View, by: str, top: int) -> Grouping:
    """Requests and failures by a dimension: those with the most failures first, then those with the most requests."""
    asked: Counter[str] = Counter()
    failed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    if by in ("api", "node", "upstream"):
        for cell in view.traffic.cells:
            name = _name(view, cell, by) or "(unknown)"
            asked[name] += view.traffic.asked([cell])
            for seen in view.classes:
                failed[name][seen.id] += view.traffic.failed(seen.id, [cell])
    else:
        for (_, value), count in view.tally.requests_by[by].items():
            asked[value] += count
        for seen in view.classes:
            for (_, value), count in view.tally.failures_by[seen.id, by].items():
                failed[value][seen.id] += count
    groups = [
        Group(name=name, requests=count, errors=failed[name].total(), classes=dict(+failed[name]))
        for name, count in asked.items()
    ]
    return Grouping(by=by, groups=tuple(sorted(groups, key=lambda one: (-one.errors, -one.requests, one.name))[:top]))
