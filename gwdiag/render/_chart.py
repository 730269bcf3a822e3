"""Figures over time as a picture in SVG: columns of what there is, what is bad on top of each other in front."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from gwdiag.model.report import Chart
from gwdiag.model.words import number
from gwdiag.render.text import printable

WIDTH, HEIGHT = 960, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 22, 24
COLOURS = 7
"""Kinds of what is bad that have a colour of their own; the others are added up."""
LEAST = 1.0
"""Height of a column that is almost nothing: anything at all is seen."""
MOST_COLUMNS = 240
"""Intervals that are drawn apart; of more, neighbours are added up: a column is some pixels wide."""
TICKS = 6
DAY = 86_400.0


def drawn(chart: Chart) -> Iterator[str]:
    """The picture with its legend."""
    chart = _joined(_few(chart))
    _, whole = chart.whole
    count = len(whole)
    heights = [max(every) for every in zip(whole, _sums(chart), strict=True)]
    most = max(heights, default=0) or 1
    step = (WIDTH - LEFT - RIGHT) / count
    scale = (HEIGHT - TOP - BOTTOM) / most
    floor = HEIGHT - BOTTOM

    yield f'<section class="chart"><h2>{_text(chart.title)}</h2>'
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_text(chart.title)}">'
    for share in (0, 0.5, 1):
        y = floor - share * most * scale
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
        figure = number(round(share * most))
        yield f'<text class="axis" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{figure}</text>'
    for index in range(count):
        yield from _column(chart, index, LEFT + index * step, step, scale, floor)
    has_days = chart.interval_s * count > DAY
    for index in sorted({tick * (count - 1) // (TICKS - 1) for tick in range(TICKS)}):
        x = LEFT + (index + 0.5) * step
        anchor = "start" if index == 0 else "end" if index == count - 1 else "middle"
        when = _clock(_begin(chart, index), chart.interval_s, has_days=has_days)
        yield f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 7}" text-anchor="{anchor}">{when}</text>'
    for at, what in chart.marks:
        x = LEFT + (at - chart.start).total_seconds() / chart.interval_s * step
        if not LEFT <= x <= WIDTH - RIGHT:
            continue
        anchor, shift = ("start", 5) if x < WIDTH * 0.6 else ("end", -5)
        label = f"{_clock(at, chart.interval_s, has_days=has_days)} {what}"
        yield f'<line class="mark" x1="{x:.1f}" y1="8" x2="{x:.1f}" y2="{floor}"/>'
        yield f'<text class="mark" x="{x + shift:.1f}" y="16" text-anchor="{anchor}">{_text(label)}</text>'
    yield "</svg>"
    yield f'<p class="legend">{"".join(_legend(chart))}</p></section>'


def _column(chart: Chart, index: int, x: float, step: float, scale: float, floor: float) -> Iterator[str]:
    """One interval. Pointing at it tells its figures."""
    name, whole = chart.whole
    wide = max(step - (1 if step > 4 else 0), 0.5)
    told = [f"{_clock(_begin(chart, index), chart.interval_s, has_days=True)}: {number(whole[index])} {name}"]
    told += [f"{number(figures[index])} {part}" for part, figures in chart.parts if figures[index]]
    yield f"<g><title>{_text(', '.join(told))}</title>"
    if whole[index]:
        high = whole[index] * scale
        yield f'<rect class="whole" x="{x:.1f}" y="{floor - high:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'
    y = floor
    for place, (_, figures) in enumerate(chart.parts):
        if figures[index]:
            high = max(figures[index] * scale, LEAST)
            y -= high
            yield f'<rect class="{_colour(place)}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'
    yield "</g>"


def _legend(chart: Chart) -> Iterator[str]:
    name, whole = chart.whole
    yield f'<span><i class="whole"></i>{_text(name)} {number(sum(whole))}</span>'
    for place, (part, figures) in enumerate(chart.parts):
        yield f'<span><i class="{_colour(place)}"></i>{_text(part)} {number(sum(figures))}</span>'


def _colour(place: int) -> str:
    return f"c{place}" if place < COLOURS else "others"


def _few(chart: Chart) -> Chart:
    """The same with all parts in one for which there is no colour."""
    if len(chart.parts) <= COLOURS + 1:
        return chart
    others = [figures for _, figures in chart.parts[COLOURS:]]
    added = tuple(map(sum, zip(*others, strict=True)))
    return replace(chart, parts=(*chart.parts[:COLOURS], (f"{len(others)} more", added)))


def _joined(chart: Chart) -> Chart:
    """The same in fewer, longer intervals, where there are more than can be seen."""
    name, whole = chart.whole
    size = -(-len(whole) // MOST_COLUMNS)
    if size <= 1:
        return chart

    def added(figures: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sum(figures[at : at + size]) for at in range(0, len(figures), size))

    parts = tuple((part, added(figures)) for part, figures in chart.parts)
    return replace(chart, interval_s=chart.interval_s * size, whole=(name, added(whole)), parts=parts)


def _sums(chart: Chart) -> list[int]:
    """What is bad in each interval, altogether."""
    return [sum(figures[index] for _, figures in chart.parts) for index in range(len(chart.whole[1]))]


def _begin(chart: Chart, index: int) -> datetime:
    return chart.start + timedelta(seconds=index * chart.interval_s)


def _clock(at: datetime, interval_s: float, *, has_days: bool) -> str:
    day = "%m-%d " if has_days else ""
    return f"{at:{day}%H:%M}" if interval_s >= 60 else f"{at:{day}%H:%M:%S}"


def _text(what: str) -> str:
    return escape(printable(what))
