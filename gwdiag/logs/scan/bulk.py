"""Plain successes into the sums of a tally, thousands at once, as `Tally.add` would have counted each."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.scanner import Rows
from gwdiag.logs.scan.sums import BELOW, MOMENT, Moments, Sums, distinct
from gwdiag.logs.scan.words import Places, Words
from gwdiag.logs.tally import LATENCY_STEP, Cell, FirstSight, Place, Sample, Tally, Value
from gwdiag.logs.timeline import Timeline
from gwdiag.model.error_class import NONE

LATENCY_WIDTH = 4
LATENCY_SHIFT = np.uint64(2)
BIN = np.uint64(10)
"""Bits of a latency's bin in a packed key, above a moment and below a cell."""

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
        self._cells: dict[tuple[str, Cell], int] = {}  # classes and cells by number
        self._keys: list[tuple[str, Cell]] = []
        self._classes = [NONE]
        self._class = np.zeros(64, np.uint64)  # of each, by its place among the classes
        self._first = np.full(64, np.inf)  # when the first request of each began
        tally = self.tally
        self._requests = Moments(1, tally.requests.most)  # class and cell, second
        self._notices = Moments(1, tally.notices.most)  # the same of what is about no request
        self._seconds = Moments(1, tally.seconds.most)  # class, second
        self._over_time = Moments(LATENCY_WIDTH, tally.latency_over_time.most)  # cell and latency's bin, bucket
        self._latency = Sums()  # class and cell, millisecond

    def begin(self, lane: Lane) -> None:
        """What this lane counts is wanted, too."""
        self._lanes.append(lane)

    def cell(self, id_: str, cell: Cell) -> int:
        number = self._cells.get((id_, cell))
        if number is None:
            number = self._cells[id_, cell] = len(self._cells)
            if number == len(self._first):
                self._first = np.concatenate((self._first, np.full(number, np.inf)))
                self._class = np.concatenate((self._class, np.zeros(number, np.uint64)))
            if id_ not in self._classes:
                self._classes.append(id_)
            self._class[number] = self._classes.index(id_)
            self._keys.append((id_, cell))
        return number

    def add(self, lane: Lane, page: Page, rows: Rows) -> None:
        self.tally.saw(len(rows.line), float(rows.at.min()), float(rows.at.max()))
        cells = lane.count(rows, self.cell)
        is_timed = ~np.isnan(rows.took)
        took = rows.took if is_timed.all() else np.where(is_timed, rows.took, 0.0)
        begins = rows.at - took / 1000
        buckets = begins.astype(np.int64).view(np.uint64)
        high = cells << MOMENT
        self._requests.add(high | buckets)
        self._sights(lane, page, rows, cells, begins)
        is_failing = self._class[cells.view(np.int64)] != 0
        failing = np.flatnonzero(is_failing)
        if len(failing):
            self._fail(lane, page, rows.of(failing), cells[failing], buckets[failing])
        lines, milliseconds = rows.line, np.rint(took).astype(np.uint64)
        if not is_timed.all():
            timed = np.flatnonzero(is_timed)
            high, milliseconds = high[timed], milliseconds[timed]
            is_failing = is_failing[timed]
            lines, cells, buckets = lines[timed], cells[timed], buckets[timed]
        self._latency.add(high | milliseconds)
        if is_failing.any():
            fine = np.flatnonzero(~is_failing)
            lines, cells, buckets, milliseconds = lines[fine], cells[fine], buckets[fine], milliseconds[fine]
        if len(milliseconds):
            self._slowest(lane, page, lines, cells, milliseconds)
            self._over_time.add((cells << BIN | self._bin(milliseconds)) << MOMENT | buckets >> LATENCY_SHIFT)

    def fail(self, cells: Words, at: Floats, *, are_requests: bool) -> None:
        """Failures of these classes and cells without a duration, or what is about no one request."""
        buckets = at.astype(np.int64).view(np.uint64)
        (self._requests if are_requests else self._notices).add(cells << MOMENT | buckets)
        ids = self._class[cells.view(np.int64)]
        self._seconds.add(ids << MOMENT | buckets)
        for number in distinct(ids).tolist():
            of_class = at[ids == number]
            self.tally.failing(self._classes[number], float(of_class.min()), float(of_class.max()))

    def _bin(self, milliseconds: Words) -> Words:
        if milliseconds.max() < BINS:
            return self._bins[milliseconds.view(np.int64)]
        return np.ceil(np.log(np.maximum(milliseconds, 1)) / log(LATENCY_STEP)).astype(np.uint64)

    def _fail(self, lane: Lane, page: Page, rows: Rows, cells: Words, buckets: Words) -> None:
        """When which classes failed, and the first lines of them."""
        ids = self._class[cells.view(np.int64)]
        self._seconds.add(ids << MOMENT | buckets)
        for number in distinct(ids).tolist():
            id_, at = self._classes[number], rows.at[ids == number]
            self.tally.failing(id_, float(at.min()), float(at.max()))
            those = np.flatnonzero(ids == number)
            for row in those[np.argsort(rows.at[those], kind="stable")][: self.tally.most_samples].tolist():
                is_joined = lane.scanner.kinds[int(rows.kind[row])].joined  # with the message on the line before it
                line = int(rows.line[row]) - is_joined
                place = Place(lane.file.path, page.number + line + 1)
                if self.tally.wants_sample(id_, float(rows.at[row]), place):
                    node, text = self._keys[int(cells[row])][1].node, page.text(line)
                    self.tally.sample(id_, float(rows.at[row]), Sample(place, node, text, lane.message(text)))

    def _sights(self, lane: Lane, page: Page, rows: Rows, cells: Words, begins: Floats) -> None:
        first = np.full(len(self._first), np.inf)
        np.minimum.at(first, cells.view(np.int64), begins)
        for number in np.flatnonzero((first <= self._first) & (first < np.inf)).tolist():
            self._first[number] = first[number]
            _, cell = self._keys[number]
            row = int(np.flatnonzero((cells == number) & (begins == first[number]))[0])
            is_joined = lane.scanner.kinds[int(rows.kind[row])].joined
            place = Place(lane.file.path, page.number + int(rows.line[row]) + 1 - is_joined)
            self.tally.sight(cell.api, cell.upstream, FirstSight(float(first[number]), cell.node, place))

    def _slowest(self, lane: Lane, page: Page, lines: Places, cells: Words, took: Words) -> None:
        for node in lane.nodes:
            rows = np.arange(len(took))
            if len(lane.nodes) > 1:
                of_node = [number for number, (_, cell) in enumerate(self._keys) if cell.node == node]
                rows = np.flatnonzero(np.isin(cells, of_node))
            if not len(rows) or took[rows].max() < self.tally.slowest_of(node):
                continue
            row = int(rows[took[rows].argmax()])
            line = int(lines[row])
            sample = Sample(Place(lane.file.path, page.number + line + 1), node, page.text(line), "")
            self.tally.slow(node, int(took[row]), sample)

    def settle(self) -> None:
        """Puts all that was counted into the tally."""
        tally, cells = self.tally, self._keys
        for number, _, buckets in _timelines(self._seconds, 0, tally.seconds):
            tally.seconds.take(self._classes[number], self._seconds.width, buckets)
        for number, _, buckets in _timelines(self._requests, 0, tally.requests):
            tally.requests.take(cells[number], self._requests.width, buckets)
        for number, _, buckets in _timelines(self._notices, 0, tally.notices):
            tally.notices.take(cells[number], self._notices.width, buckets)
        for number, bin_, buckets in _timelines(self._over_time, int(BIN), tally.latency_over_time):
            tally.latency_over_time.take((cells[number][1], bin_), self._over_time.width, buckets)
        self._latency.settle()
        for number, _, milliseconds, counts in _groups(self._latency, 0):
            id_, cell = cells[number]
            _add(tally.latency[cell] if id_ == NONE else tally.durations[id_, cell], milliseconds, counts)
        asked: defaultdict[str, Counter[Value]] = defaultdict(Counter)
        failed: defaultdict[tuple[str, str], Counter[Value]] = defaultdict(Counter)
        for lane in self._lanes:
            lane.settle()
            of_all, of_failures = lane.values()
            for dimension, values in of_all.items():
                asked[dimension].update(values)
            for id_, of_class in of_failures.items():
                for dimension, values in of_class.items():
                    failed[id_, dimension].update(values)
        tally.take_values(asked, failed)
        self._clear()


def _groups(sums: Sums, middle: int) -> Iterator[tuple[int, int, list[int], list[int]]]:
    """The upper part of each key, its middle part of so many bits, the lower parts below it and their counts."""
    upper = sums.keys >> MOMENT
    begins = np.flatnonzero(np.concatenate((np.ones(min(1, len(upper)), bool), upper[1:] != upper[:-1])))
    # Each number becomes an object once: the same seconds are in many groups, and these stay until the end.
    different, whose = np.unique(sums.keys & BELOW, return_inverse=True)
    lower = different.astype(object)[whose].tolist()
    counts = sums.counts.tolist()
    ends = [*begins.tolist(), len(lower)][1:]
    for begin, end in zip(begins.tolist(), ends, strict=True):
        key = int(upper[begin])
        yield key >> middle, key & ((1 << middle) - 1), lower[begin:end], counts[begin:end]


def _timelines(sums: Moments, middle: int, timeline: Timeline[Any]) -> Iterator[tuple[int, int, Counter[int]]]:
    """Upper and middle parts of the keys, and their buckets, not narrower than the timeline's."""
    sums.settle()
    while sums.width < timeline.width:
        sums.coarsen()
    for upper, between, buckets, counts in _groups(sums, middle):
        counter: Counter[int] = Counter()
        dict.update(counter, zip(buckets, counts, strict=True))  # Counter's own would add to each what is not there
        yield upper, between, counter


def _add(counter: Counter[int], values: list[int], counts: list[int]) -> None:
    if counter:
        for value, count in zip(values, counts, strict=True):
            counter[value] += count
    else:
        counter.update(dict(zip(values, counts, strict=True)))
