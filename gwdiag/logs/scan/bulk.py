"""Plain successes into the sums of a tally, thousands at once, as `Tally.add` would have counted each."""

from collections import Counter
from collections.abc import Iterator
from math import log

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.scanner import Rows
from gwdiag.logs.scan.sums import Sums
from gwdiag.logs.scan.words import Places
from gwdiag.logs.tally import LATENCY_STEP, Cell, FirstSight, Place, Sample, Tally
from gwdiag.model.error_class import NONE

LATENCY_WIDTH = 4
LATENCY_SHIFT = np.uint64(2)
SECONDS, BIN = np.uint64(34), np.uint64(10)
"""Bits of a moment, and of a latency's bin, in a packed key; the cell is above them."""

BINS = 1 << 16
"""Latencies in milliseconds whose bin is looked up."""

Floats = NDArray[np.float64]


class Bulk:
    """Counts rows until they are put into the tally, all at once."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._lanes: list[Lane] = []
        bins = np.zeros(BINS, np.uint64)
        bins[2:] = np.ceil(np.log(np.arange(2, BINS)) / log(LATENCY_STEP))
        self._bins = bins
        self._clear()

    def _clear(self) -> None:
        self._cells: dict[Cell, int] = {}
        self._first = np.full(64, np.inf)  # when the first request of each cell began
        self._requests, self._latency, self._over_time = Sums(), Sums(), Sums()

    def begin(self, lane: Lane) -> None:
        """What this lane counts is wanted, too."""
        self._lanes.append(lane)

    def cell(self, cell: Cell) -> int:
        number = self._cells.get(cell)
        if number is None:
            number = self._cells[cell] = len(self._cells)
            if number == len(self._first):
                self._first = np.concatenate((self._first, np.full(number, np.inf)))
        return number

    def add(self, lane: Lane, page: Page, rows: Rows) -> None:
        tally, some = self.tally, len(rows.line)
        tally.saw(some, float(rows.at.min()), float(rows.at.max()))
        tally.access_lines += some
        cells = lane.count(rows, self.cell)
        is_timed = ~np.isnan(rows.took)
        every = bool(is_timed.all())
        took = rows.took if every else np.where(is_timed, rows.took, 0.0)
        begins = rows.at - took / 1000
        buckets = begins.astype(np.int64).view(np.uint64)
        high = cells << SECONDS
        self._requests.add(high | buckets)
        self._sights(lane, page, rows.line, cells, begins)
        if not every:
            timed = np.flatnonzero(is_timed)
            took, cells, high, buckets = took[timed], cells[timed], high[timed], buckets[timed]
        if len(took):
            whole = np.rint(took)
            self._slowest(lane, page, rows.line if every else rows.line[timed], cells, whole)
            milliseconds = whole.astype(np.uint64)
            self._latency.add(high | milliseconds)
            key = (cells << BIN | self._bin(milliseconds)) << SECONDS
            self._over_time.add(key | buckets >> LATENCY_SHIFT)

    def _bin(self, milliseconds: NDArray[np.uint64]) -> NDArray[np.uint64]:
        if milliseconds.max() < BINS:
            return self._bins[milliseconds.view(np.int64)]
        return np.ceil(np.log(np.maximum(milliseconds, 1)) / log(LATENCY_STEP)).astype(np.uint64)

    def _sights(self, lane: Lane, page: Page, lines: Places, cells: NDArray[np.uint64], begins: Floats) -> None:
        first = np.full(len(self._first), np.inf)
        np.minimum.at(first, cells.view(np.int64), begins)
        for number in np.flatnonzero((first <= self._first) & (first < np.inf)).tolist():
            self._first[number] = first[number]
            cell = self._cell(number)
            row = int(np.flatnonzero((cells == number) & (begins == first[number]))[0])
            place = Place(lane.file.path, page.number + int(lines[row]) + 1)
            self.tally.sight(cell, FirstSight(float(first[number]), cell.node, place))

    def _slowest(self, lane: Lane, page: Page, lines: Places, cells: NDArray[np.uint64], took: Floats) -> None:
        nodes = lane.nodes
        for node in nodes:
            rows = None if len(nodes) == 1 else np.flatnonzero(np.isin(cells, self._cells_of(node)))
            if rows is not None and not len(rows):
                continue
            row = int(took.argmax()) if rows is None else int(rows[took[rows].argmax()])
            if took[row] >= self.tally.slowest_of(node):
                line = int(lines[row])
                text = page.text(line)
                sample = Sample(Place(lane.file.path, page.number + line + 1), node, text, "")
                self.tally.slow(node, int(took[row]), sample)

    def _cells_of(self, node: str) -> list[int]:
        return [number for cell, number in self._cells.items() if cell.node == node]

    def _cell(self, number: int) -> Cell:
        return list(self._cells)[number]

    def settle(self) -> None:
        """Puts all that was counted into the tally."""
        tally, cells = self.tally, list(self._cells)
        for (cell, _), width, buckets in _timelines(self._requests, 0, tally.requests.most, tally.requests.width):
            tally.requests.take((NONE, cells[cell]), width, buckets)
        over_time = tally.latency_over_time
        for (cell, bin_), width, buckets in _timelines(self._over_time, int(BIN), over_time.most, over_time.width):
            over_time.take((cells[cell], bin_), width, buckets)
        self._latency.settle()
        for cell, _, milliseconds, counts in _groups(self._latency, 0):
            _add(tally.latency[cells[cell]], milliseconds, counts)
        for lane in self._lanes:
            lane.settle()
        self._clear()


def _groups(sums: Sums, middle: int) -> Iterator[tuple[int, int, list[int], list[int]]]:
    """The upper part of each key, its middle part of so many bits, the lower parts below it and their counts."""
    upper = sums.keys >> SECONDS
    begins = np.flatnonzero(np.concatenate((np.ones(min(1, len(upper)), bool), upper[1:] != upper[:-1])))
    lower = (sums.keys & ((np.uint64(1) << SECONDS) - np.uint64(1))).tolist()
    counts = sums.counts.tolist()
    ends = [*begins.tolist(), len(lower)][1:]
    for begin, end in zip(begins.tolist(), ends, strict=True):
        key = int(upper[begin])
        yield key >> middle, key & ((1 << middle) - 1), lower[begin:end], counts[begin:end]


def _timelines(sums: Sums, middle: int, most: int, width: int) -> Iterator[tuple[tuple[int, int], int, dict[int, int]]]:
    """Counts over time by the upper and middle parts of the keys, in buckets as wide as it takes to have few of them."""
    sums.settle()
    below = (np.uint64(1) << SECONDS) - np.uint64(1)
    grown = LATENCY_WIDTH if middle else 1
    while len(sums.keys) > most or grown < width:
        sums.replace(sums.keys & ~below | (sums.keys & below) >> np.uint64(1))
        grown *= 2
    for upper, between, buckets, counts in _groups(sums, middle):
        yield (upper, between), grown, dict(zip(buckets, counts, strict=True))


def _add(counter: Counter[int], values: list[int], counts: list[int]) -> None:
    if counter:
        for value, count in zip(values, counts, strict=True):
            counter[value] += count
    else:
        counter.update(dict(zip(values, counts, strict=True)))
