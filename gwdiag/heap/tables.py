"""Reports as tables for people, with functions as people call them; programs get all of it from JSON."""

from collections.abc import Sequence

from gwdiag.heap.frames import shortened
from gwdiag.heap.report import ChangeEntry, DiffReport, FunctionEntry, TopReport, TrendReport
from gwdiag.heap.words import range_words, signed, size_words, value_words
from gwdiag.model.report import Table
from gwdiag.model.words import counted, number

ROWS = 20
"""Of a table; JSON has all of them."""


def top_tables(report: TopReport) -> tuple[Table, ...]:
    """Functions, those that hold most first; after them those that only call."""
    shown = [one for one in report.functions if one.flat or one.cum][:ROWS]
    if not shown:
        return ()
    more = len(report.functions) - len(shown)
    columns: tuple[str, ...] = ("flat", "", "cum", "", "95 %", "samples", "function")
    rows = tuple(_top_row(one, report) for one in shown)
    if all(one.samples is None for one in shown):  # everything was counted: nothing to be unsure of
        columns, rows = (*columns[:4], columns[6]), tuple((*row[:4], row[6]) for row in rows)
    rest = f"; {counted(more, 'more function')} with -o json" if more else ""
    title = f"{report.sample}, {value_words(report.total, report.unit)} altogether{rest}"
    return (Table(title, columns, rows, numeric=frozenset(range(len(columns) - 1))),)


def _top_row(one: FunctionEntry, report: TopReport) -> tuple[str, ...]:
    is_sampled = one.samples and report.unit == "bytes"
    return (
        value_words(one.flat, report.unit),
        _share(one.flat, report.total),
        value_words(one.cum, report.unit),
        _share(one.cum, report.total),
        range_words(one.low, one.high) if is_sampled else "",
        number(one.samples) if one.samples else "",
        shortened(one.function)[0],
    )


def _share(value: int, total: int) -> str:
    return f"{value / total * 100:.1f}%" if total and value else ""


def diff_tables(report: DiffReport) -> tuple[Table, ...]:
    """Functions by what became of them; noise is one line with its sum."""
    own = [one for one in report.functions if one.flat]
    real = [one for one in own if one.change != "noise"]
    noise = [one for one in own if one.change == "noise"]
    callers = [one for one in report.functions if not one.flat and one.cum]
    if not own:
        return ()
    order = {"new": 0, "grew": 0, "shrank": 1, "gone": 1}
    shown = sorted(real, key=lambda one: (order[one.change], -abs(one.flat)))[:ROWS]
    rows = [_diff_row(one, report) for one in shown]
    if len(real) > len(shown):
        rows.append(_sum_row(real[len(shown) :], "more of them", report))
    if noise:
        rows.append(_sum_row(noise, "within noise", report))
    columns: tuple[str, ...] = ("change", "95 %", "now", "kept", "samples", "", "function")
    title = (
        f"{report.sample}: {counted(len(own), 'function')} changed; with -o json also {counted(len(callers), 'caller')}"
    )
    if all(one.samples is None for one in own):
        keep = (0, 2, 5, 6)
        columns, rows = _only(columns, keep), [_only(row, keep) for row in rows]
    numeric = frozenset(range(len(columns) - 2))
    return (Table(title, columns, tuple(rows), numeric=numeric),)


def _only(row: tuple[str, ...], keep: Sequence[int]) -> tuple[str, ...]:
    return tuple(row[index] for index in keep)


def _diff_row(one: ChangeEntry, report: DiffReport) -> tuple[str, ...]:
    return (
        signed(value_words(one.flat, report.unit)),
        range_words(one.low, one.high) if one.samples is not None and report.unit == "bytes" else "",
        value_words(one.new, report.unit),
        f"{one.retention * 100:.0f}%" if one.retention is not None and one.flat > 0 else "",
        number(one.samples) if one.samples is not None else "",
        "arena" if one.is_arena else one.change,
        shortened(one.function)[0],
    )


def _sum_row(entries: Sequence[ChangeEntry], what: str, report: DiffReport) -> tuple[str, ...]:
    total = sum(one.flat for one in entries)
    samples = sum(one.samples or 0 for one in entries)
    return (
        signed(value_words(total, report.unit)),
        "",
        value_words(sum(one.new for one in entries), report.unit),
        "",
        number(samples),
        "",
        f"({counted(len(entries), 'function')} {what})",
    )


def trend_tables(report: TrendReport) -> tuple[Table, ...]:
    """Suspects with their course over time, and where the process's memory is."""
    tables = []
    if report.suspects:
        rows = tuple(
            (
                one.verdict,
                sparkline(one.values),
                size_words(one.values[-1]) if one.values else "",
                f"{signed(size_words(one.growth_bytes_per_hour))}/h",
                range_words(one.low, one.high),
                shortened(one.function)[0],
            )
            for one in report.suspects[:ROWS]
        )
        columns = ("verdict", "over time", "now", "growth", "95 % per hour", "function")
        tables.append(Table("What functions hold", columns, rows, numeric=frozenset({2, 3, 4})))
    if report.memory:
        total = sum(one.bytes for one in report.memory)
        memory = tuple(
            (one.part, size_words(one.bytes), f"{one.bytes / total * 100:.0f}%" if total else "", one.means)
            for one in report.memory
        )
        title = f"Where the process's {size_words(total)} are"
        tables.append(Table(title, ("part", "size", "", "what it is"), memory, numeric=frozenset({1, 2})))
    return tuple(tables)


BLOCKS = "▁▂▃▄▅▆▇█"
WIDEST = 24


def sparkline(values: Sequence[int]) -> str:
    """The course of values from 0 to the largest, at most 24 marks."""
    if not values:
        return ""
    step = max(1, -(-len(values) // WIDEST))
    shown = values[::step]
    most = max(*shown, 1)
    return "".join(BLOCKS[min(7, max(0, value) * 8 // (most + 1))] for value in shown)
