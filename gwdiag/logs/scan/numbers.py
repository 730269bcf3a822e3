"""Durations and moments that are written as numbers, thousands at once, each as Python would read it."""

from math import log10

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.values import Flags, Span
from gwdiag.logs.scan.words import TENS, Places, Words, decimals, whole_numbers

Floats = NDArray[np.float64]

MINUS, POINT = b"-."

MOST_EXACT = 1 << 53
"""Up to here a double has every whole number."""

GO_UNITS = ((b"ms", 1.0), ("µs".encode(), 0.001), ("μs".encode(), 0.001), (b"us", 0.001), (b"ns", 1e-6), (b"s", 1000.0))
"""How a duration of Go's ends, the longer ones first; those of several parts (`1m2.5s`) are left to others."""


def durations(page: Page, span: Span, unit_ms: float | None) -> tuple[Floats, Places, Flags]:
    """Milliseconds, NaN where there is a minus: none was measured; and which are durations at all.

    Between them how the number is written: 1 with a point, 3 with three digits behind it.
    """
    if unit_ms is not None:
        return _in_unit(page, span.begins, span.lengths, unit_ms)
    found, points = np.full(len(span.begins), np.nan), np.zeros(len(span.begins), np.int64)
    left = span.lengths > 2
    for text, unit in GO_UNITS:
        is_it = left.copy()
        for place, byte in enumerate(text):
            is_it &= page.bytes[span.begins + span.lengths - len(text) + place] == byte
        rows = np.flatnonzero(is_it)
        if len(rows):
            took, has_point, are = _in_unit(page, span.begins[rows], span.lengths[rows] - len(text), unit)
            found[rows], points[rows] = np.where(are, took, np.nan), has_point
            left &= ~is_it
    return found, points, ~np.isnan(found)


def _in_unit(page: Page, begins: Places, lengths: Places, unit_ms: float) -> tuple[Floats, Places, Flags]:
    number, behind, are = decimals(page.words, begins, lengths)
    # Divided once, so that it is the double nearest to what is written, as Python's rounding makes it.
    up, down = (int(unit_ms), 1) if unit_ms >= 1 else (1, round(1 / unit_ms))
    number = number * up
    are &= number < MOST_EXACT
    found = number / (10.0**behind * down)
    are &= behind <= 6 + round(log10(unit_ms))  # of more digits Python's rounding would leave some out
    is_none = page.bytes[begins] == MINUS
    return np.where(is_none, np.nan, found), (behind > 0) + 2 * (behind == 3), are | (is_none & (lengths > 0))


def since_epoch(words: Words, begins: Places, lengths: Places) -> Floats:
    """Seconds of moments as `Clock` reads them: ten digits, then thousandths or a fraction; NaN for any other."""
    high, fit = whole_numbers(words, begins, np.full_like(begins, 5))
    low, are = whole_numbers(words, begins + 5, np.full_like(begins, 5))
    fit &= are & (lengths >= 10)
    seconds = high * 100_000 + low
    behind = np.where(fit, lengths - 10, 0)
    if not behind.any():
        return np.where(fit, seconds.astype(float), np.nan)
    has_point = (words[begins + 10] & np.uint64(0xFF)) == POINT
    size = behind - has_point
    fit &= (size <= 10) & np.where(has_point, size > 0, np.isin(size, (0, 3, 6, 9)))
    size = np.clip(size, 0, 10)
    begins = begins + 10 + has_point
    first, are = whole_numbers(words, begins, np.minimum(size, 8))
    rest, also = whole_numbers(words, begins + 8, np.clip(size - 8, 0, 2))
    fit &= (are | (size == 0)) & (also | (size <= 8))
    number = np.where(size > 0, first, 0) * TENS[np.clip(size - 8, 0, 2)] + np.where(size > 8, rest, 0)
    # As datetime.fromtimestamp does: the nearest double first, then its fraction in microseconds.
    fraction, whole = np.modf(seconds + number / 10.0**size)
    return np.where(fit, (whole * 1e6 + np.rint(fraction * 1e6)) / 1e6, np.nan)
