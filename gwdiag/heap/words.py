"""Sizes and rates as people write them: MB are 10^6 bytes (pprof's are 2^20)."""

import re

from gwdiag.model.problem import Problem
from gwdiag.model.words import number

UNITS = ("B", "kB", "MB", "GB", "TB")

FACTORS = {
    "": 1,
    "k": 1e3,
    "m": 1e6,
    "g": 1e9,
    "t": 1e12,
    "ki": 1 << 10,
    "mi": 1 << 20,
    "gi": 1 << 30,
    "ti": 1 << 40,
}
SIZE = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?i?)b?", re.IGNORECASE)


def size_words(size: float) -> str:
    """`212 MB`, `9.6 MB`, `640 B`; with its sign where it is negative."""
    value, index = abs(size), 0
    while value >= 999.5 and index < len(UNITS) - 1:
        value, index = value / 1000, index + 1
    digits = 0 if value >= 99.5 or index == 0 else 1
    return f"{'-' if size < 0 else ''}{value:.{digits}f} {UNITS[index]}"


def range_words(low: float, high: float) -> str:
    """`190-236 MB`: both in the unit of the larger one."""
    unit, words = 1.0, size_words(max(abs(low), abs(high)))
    name = words.rpartition(" ")[2]
    unit = 1000.0 ** UNITS.index(name)
    digits = 0 if max(abs(low), abs(high)) / unit >= 99.5 or name == "B" else 1
    joint = " to " if low < 0 or high < 0 else "-"
    return f"{low / unit:.{digits}f}{joint}{high / unit:.{digits}f} {name}"


def value_words(value: float, unit: str) -> str:
    """A value of a sample in its unit."""
    return size_words(value) if unit == "bytes" else number(round(value))


def signed(words: str) -> str:
    """With a plus where it has no minus."""
    return words if words.startswith("-") else f"+{words}"


def bytes_of(text: str, option: str) -> int:
    """The bytes in `512Mi`, `8GB`, `1.5g` or `1000`. Raises Problem where it is none of these."""
    seen = SIZE.fullmatch(text.strip())
    if not seen or not float(seen["value"]):
        raise Problem(f"{option} {text}: give a size such as 512Mi, 8GB or 1500000000")
    return int(float(seen["value"]) * FACTORS[seen["unit"].lower()])
