"""Figures as words, the same in every sentence: numbers, shares, times, durations, lists, chances."""

from collections.abc import Iterable
from datetime import datetime


def number(value: float) -> str:
    """1,034; 0.25; 3.4."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"


def percent(share: float) -> str:
    """A share of 0 to 1. Never rounded to 0 % or 100 % where it is neither."""
    value = share * 100
    if 0 < value < 0.1:
        return "under 0.1 %"
    if 99.9 < value < 100:
        return "over 99.9 %"
    return f"{value:.0f} %" if value in (0, 100) else f"{value:.1f} %"


def moment(at: datetime | None) -> str:
    """`2026-11-20 08:37:48 UTC`."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "an unknown time"


def duration(seconds: float) -> str:
    """`40 ms`, `5.0 s`, `12 min`, `3.2 h`, `4.5 days`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 3 * 86_400 else f"{seconds / 86_400:.1f} days"


def listed(names: Iterable[str], most: int = 4) -> str:
    """`a, b and c`; of a long list the first and how many more."""
    every = list(names)
    shown = every[:most]
    if len(every) > most:
        shown.append(f"{len(every) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "nowhere"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 node`, `3 nodes`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def by_chance(probability: float) -> str:
    """How often chance alone would do it, as a person says it."""
    for limit, words in (
        (1e-9, "practically never"),
        (1e-6, "less than once in a million times"),
        (1e-4, "less than once in ten thousand times"),
        (1e-3, "less than once in a thousand times"),
        (1e-2, "less than once in a hundred times"),
    ):
        if probability < limit:
            return f"chance alone does that {words}"
    return f"chance alone does that about {counted(max(1, round(probability * 100)), 'time')} in a hundred"
