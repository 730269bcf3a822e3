"""The figures of a logs report as people read them."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gwdiag.logs.report import LogsReport, Series
from gwdiag.model.report import Chart, Table
from gwdiag.model.words import duration, number

BARS = " ▁▂▃▄▅▆▇█"
MOST_ROWS = 10
DAY = 86_400


def tables_of(report: LogsReport) -> tuple[Table, ...]:
    return tuple(_tables(report))


def _tables(report: LogsReport) -> Iterator[Table]:
    if report.series.start and len(report.series.requests) > 1:
        yield _over_time(report)
    if report.latency:
        yield _latency(report)
    if report.grouping:
        yield _grouping(report)
    if report.unparsed_samples:
        rows = tuple((f"{one.path}:{one.line}", one.text) for one in report.unparsed_samples)
        title = f"Lines of no known format: {number(report.totals.unparsed)}, for example"
        yield Table(title, ("where", "line"), rows)


def _over_time(report: LogsReport) -> Table:
    has_days = report.series.interval_s * len(report.series.requests) > DAY
    begin = f"{report.series.start:{'%Y-%m-%d %H:%M' if has_days else '%H:%M:%S'}}" if report.series.start else ""
    rows = [("requests", spark(report.series.requests), number(max(report.series.requests)))]
    for one in report.classes[:MOST_ROWS]:
        figures = report.series.by_class[one.class_]
        rows.append((one.class_, spark(figures), number(max(figures))))
    title = f"Over time: a mark is {duration(report.series.interval_s)}, the first begins at {begin} UTC"
    return Table(title, ("", "", "most"), tuple(rows), numeric=frozenset((2,)), is_chart=True)


def charts_of(series: Series, onsets: Mapping[str, datetime | None]) -> tuple[Chart, ...]:
    """Requests and failures over time, with the onsets of what has one; nothing where there is but one interval."""
    if not series.start or len(series.requests) < 2:
        return ()
    chart = Chart(
        title=f"Requests and failures, {duration(series.interval_s)} each",
        start=series.start,
        interval_s=series.interval_s,
        whole=("requests", series.requests),
        parts=tuple(series.by_class.items()),
        marks=tuple((at, f"{what} begins") for what, at in onsets.items() if at),
    )
    return (chart,)


def spark(figures: tuple[int, ...]) -> str:
    """A bar for each figure, the largest one full; nothing at all is a blank, and anything at all is seen."""
    most = max(figures) or 1
    return "".join(BARS[-(-figure * (len(BARS) - 1) // most)] for figure in figures)


def _latency(report: LogsReport) -> Table:
    shown = report.latency[:MOST_ROWS]
    by_api = {(one.api, one.upstream) for one in report.latency}
    several = len(by_api) > len({api for api, _ in by_api})  # else the API tells the upstream
    has_change = any(one.p50_after_ms is not None for one in report.latency)
    columns = ["API", "node", *(["upstream"] if several else []), "requests", "p50", "p90", "p99", "most"]
    rows = [
        (
            one.api,
            one.node,
            *([one.upstream] if several else []),
            number(one.count),
            *_durations(one.p50_ms, one.p90_ms, one.p99_ms, one.max_ms),
            *(_durations(one.p50_before_ms, one.p50_after_ms) if has_change else ()),
        )
        for one in shown
    ]
    first_figure = columns.index("requests")
    columns += ["before", "since"] if has_change else []
    title = "Latency of requests that succeeded" + (", and p50 before and since the onset" if has_change else "")
    return Table(title, tuple(columns), tuple(rows), numeric=frozenset(range(first_figure, len(columns))))


def _durations(*milliseconds: float | None) -> tuple[str, ...]:
    return tuple("-" if value is None else duration(value / 1000) for value in milliseconds)


def _grouping(report: LogsReport) -> Table:
    assert report.grouping is not None
    rows = tuple(
        (
            group.name,
            number(group.requests),
            number(group.errors),
            f"{100 * group.errors / group.requests:.1f} %" if group.requests else "",
            ", ".join(
                f"{id_} {number(count)}" for id_, count in sorted(group.classes.items(), key=lambda one: -one[1])
            ),
        )
        for group in report.grouping.groups
    )
    columns = (report.grouping.by, "requests", "failed", "share", "classes")
    return Table(f"By {report.grouping.by}", columns, rows, numeric=frozenset((1, 2, 3)))
