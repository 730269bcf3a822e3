"""Times as logs write them, thousands at once, each as the file's clock would read it."""

import copy
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import LONGEST_CONNECTION
from gwdiag.logs.scan.numbers import since_epoch
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.sums import BELOW
from gwdiag.logs.scan.values import Span
from gwdiag.logs.scan.words import BYTE, TENS, Places, Words, literal, rows_of, together, whole_numbers
from gwdiag.model.pattern import pattern

POINT, COMMA = b".,"
ZERO, SIX, TEN, BITS = np.uint64(b"0"[0]), np.uint64(6), np.uint64(10), np.uint64(8)
MOMENT = pattern(rb"(.*[ T:]\d\d:\d\d:)(\d\d)(?:[.,]\d{1,9})?((?:[^\d.,].{0,7})?)")
"""A time of day with what stands around it: up to the minute, seconds, their fraction, the zone."""

DIGITS = pattern(r"\d+")
SURE, TRIES = -1, 8
"""That a shape is one of times; how often it is asked of others whether it is."""

SECONDS = pattern(r"\d\d(?:[.,]\d+)?")
EPOCH = pattern(rb"\d{10}(?:(?:\d{3}){0,3}|\.\d+)")
"""Seconds since the epoch, or milli-, micro- or nanoseconds, as `Clock` reads them."""


EARLIEST, LATEST = LONGEST_CONNECTION / 1000, float(BELOW)
"""Seconds of times that can be counted in arrays: others are a clock that was never set."""


class Times:
    """Of one file. `moment_of` makes of a field's text what the clock reads."""

    def __init__(self, clock: Clock, moment_of: Callable[[str], str] = str) -> None:
        self._clock = clock
        self._moment_of = moment_of
        self._shapes: dict[str, int] = {}  # of texts without their digits: how often it was no time; SURE if it is one

    def of(self, page: Page, span: Span, is_time: Callable[[int], bool] | None = None) -> NDArray[np.float64]:
        """The times. Each minute is read once while it stays the same; the seconds in it are only numbers.

        `is_time`: whether the format takes for a time what a row has; it is asked once for each shape of texts.
        """
        begins, lengths = span.begins, span.lengths
        first = bytes(page.buffer[begins[0] : begins[0] + lengths[0]])
        if EPOCH.fullmatch(first):
            return since_epoch(page.words, begins, lengths)
        seen = MOMENT.fullmatch(first)
        if not seen:
            return self._read_each(page, span.hashes(page), begins, lengths, 0, is_time)
        minutes, zone = len(seen[1]), seen[3]
        words = rows_of(page.words, begins, (minutes + 9) // 8)
        hashes = np.zeros(len(begins), np.uint64)
        for place in range(0, minutes, 8):
            hashes = together(hashes, words[:, place // 8] & literal(b"\xff" * min(8, minutes - place))[1])
        tens, ones = (
            words[:, place // 8] >> np.uint64(8 * (place % 8)) & BYTE ^ ZERO for place in (minutes, minutes + 1)
        )
        seconds, fit = tens * TEN + ones, (tens < SIX) & (ones < TEN)
        behind = lengths - minutes - 2 - len(zone)  # the fraction's point and digits
        fit &= (behind >= 0) & (behind != 1) & (behind <= 10)
        if zone:
            word, mask = literal(zone)
            fit &= page.words[begins + lengths - len(zone)] & mask == word
        has_fraction = bool(behind.any())
        # A fraction of another length, or behind another sign, is none that this minute was read with.
        if has_fraction:
            sign = np.where(behind > 0, page.bytes[begins + minutes + 2], 0).astype(np.uint64)
            hashes = together(hashes, behind.view(np.uint64) << BITS | sign)
        found = self._read_each(page, hashes, begins, np.where(fit, lengths, 0), minutes, is_time)
        if has_fraction:
            point = begins + minutes + 2
            fit &= (behind == 0) | (page.bytes[point] == POINT) | (page.bytes[point] == COMMA)
            size = np.clip(behind - 1, 0, 6)
            fraction, are = whole_numbers(page.words, point + 1, size)
            rest = np.clip(behind - 1 - size, 0, 3)
            fit &= (are | (size == 0)) & ((rest == 0) | whole_numbers(page.words, point + 7, rest)[1])
            fraction = np.where(size > 0, fraction, 0) * TENS[6 - size]
            # As datetime has it: whole microseconds, divided once.
            found = ((found + seconds) * 1e6 + fraction) / 1e6
        else:
            found += seconds
        found[~fit] = np.nan
        return found

    def _read_each(
        self,
        page: Page,
        hashes: Words,
        begins: Places,
        lengths: Places,
        minutes: int,
        is_time: Callable[[int], bool] | None,
    ) -> NDArray[np.float64]:
        """The time that each text says, read where the hash changes. `minutes`: of texts whose seconds do not count."""
        if not len(begins):
            return np.empty(0)
        changes = np.concatenate(([True], hashes[1:] != hashes[:-1]))
        clock = copy.copy(self._clock)
        read: list[float] = []
        runs = np.flatnonzero(changes)
        for row, begin, length in zip(runs.tolist(), begins[runs].tolist(), lengths[runs].tolist(), strict=True):
            text = page.buffer[begin : begin + max(0, length)].decode("utf-8", "replace")
            if is_time and not self._has_shape(text, row, is_time):
                read.append(np.nan)
                continue
            if minutes:
                text = f"{text[:minutes]}00{SECONDS.sub('', text[minutes:], count=1)}"
            at = clock.read(self._moment_of(text))
            read.append(np.nan if at is None else at)
        times: NDArray[np.float64] = np.array(read)[np.cumsum(changes) - 1]
        return times

    def _has_shape(self, text: str, row: int, is_time: Callable[[int], bool]) -> bool:
        """Whether the format takes such a text for a time: the clock may read more."""
        shape = DIGITS.sub("0", text)
        known = self._shapes.get(shape, 0)
        if 0 <= known < TRIES:  # what else the line has may be damaged
            self._shapes[shape] = known = SURE if is_time(row) else known + 1
        return known == SURE
