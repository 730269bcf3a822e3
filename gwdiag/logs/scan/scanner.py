"""Reads the plain successes of a page of lines all at once; all that it cannot read is left to the slow way."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import LONGEST_CONNECTION
from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.keyed import KeyedLayout, keyed_layout
from gwdiag.logs.scan.numbers import durations
from gwdiag.logs.scan.page import Anchors, Page
from gwdiag.logs.scan.placed import PlacedLayout, placed_layouts
from gwdiag.logs.scan.shapes import Shapes
from gwdiag.logs.scan.spec import Keyed, Placed
from gwdiag.logs.scan.sums import distinct
from gwdiag.logs.scan.times import EARLIEST, LATEST, Times
from gwdiag.logs.scan.values import SLOW, Clients, Fields, Flags, Paths, Span
from gwdiag.logs.scan.words import (
    Places,
    Words,
    decimals,
    digits_before,
    together,
    until,
)
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

Layout = KeyedLayout | PlacedLayout

MOST_LAYOUTS = 32
MOST_TRIES = 64
"""Lines with as many anchors that are looked at for a layout, before the rest of them is only read slowly."""

MOST_KINDS = 20_000
"""When there are so many, the lane that counts by them forgets all, and they are learned anew."""
NOTHING = np.zeros(1, np.uint64)
MINUS, COLON, GREATER = b"-:>"
LONGEST_PORT = 5


class Known(NamedTuple):
    """What lines of one kind say, but for time, duration, client and path. `joined`: with a message before them."""

    event: Event
    id: str
    joined: bool = False


class Rows(NamedTuple):
    """Access lines of a page that need not be held. `kind`: which of the scanner's kinds each is of.

    `took` in milliseconds, NaN where it is not known. `client` and `path`: codes; None where the lines have none.
    """

    line: Places
    kind: NDArray[np.int32]
    at: NDArray[np.float64]
    took: NDArray[np.float64]
    client: NDArray[np.int32] | None
    path: NDArray[np.int32] | None
    client_text: Span | None
    path_text: Span | None

    def of(self, rows: Places | Flags) -> "Rows":
        client, path = (None if part is None else part[rows] for part in (self.client, self.path))
        texts = (text and text.of(rows) for text in (self.client_text, self.path_text))
        return Rows(self.line[rows], self.kind[rows], self.at[rows], self.took[rows], client, path, *texts)


class Scanner:
    """Of the lines of one file and one format. `read`: what a line of a page says; `clock`: the file's.

    `counts`: whether lines such as that of this event are wanted.
    """

    def __init__(
        self,
        spec: Keyed | Placed,
        read: Callable[[Page, int], Event | None],
        clock: Clock,
        clients: Clients | None,
        paths: Paths | None,
        counts: Callable[[Event], bool],
    ) -> None:
        self.spec = spec
        self.clients = clients
        self.paths = paths
        self.kinds: list[Known] = []
        self._failing = np.zeros(64, bool)  # by kind
        self._untimed = np.zeros(64, bool)
        self._counts = counts
        self._read = read
        self._times = Times(clock, spec.moment_of)
        placed = [] if isinstance(spec, Keyed) else placed_layouts(spec)
        self._layouts: list[Layout] = [*placed]
        self._counts_of = [[layout.anchors] for layout in placed]
        """How many anchors lines of each layout have: behind what counts there may be any number of them."""
        self._meanings: dict[Hashable, int] = {}  # of layouts: numbers of those that differ in what they mean
        self._tries: dict[int, int] = {}
        self._codes = Codes()
        self._shapes = Shapes()
        named = (spec.time, spec.client, spec.path, spec.connection)
        self._needed = frozenset((*named, *spec.tooks, *spec.plain))  # others may be missing in some of the rows
        self._decides = (*spec.decides, *spec.origins)
        self._only_decide = frozenset(self._decides).difference(self._needed, spec.figures)

    def rows(self, page: Page, found_anchors: Anchors, among: Places | None = None) -> list[Rows]:
        """What could be read of a page, or of these of its lines."""
        anchors, first, count = found_anchors
        left = count.copy()  # how many anchors each line has; -1 when it is done
        if among is not None:
            left[:] = -1
            left[among] = count[among]
        left[page.controls] = -1
        if self.spec.by_blanks:
            left[page.wide] = -1
        found: defaultdict[tuple[object, ...], list[_Block]] = defaultdict(list)

        def take(number: int, lines: Places) -> None:
            layout = self._layouts[number]
            for begin in range(0, len(lines), layout.at_once):
                block = lines[begin : begin + layout.at_once]
                fields = layout.fields(page, block, first[block], anchors)
                if len(fields.lines):
                    # While the block's bytes are in the cache; what only decides is not needed any more then.
                    decided = fields.hashes(page, self._decides)
                    if page.wrapped:
                        decided = together(decided, page.wrapped.hosts[fields.lines])
                    spans = {name: span for name, span in fields.spans.items() if name not in self._only_decide}
                    of_kind = found[layout.unit_ms, self._needed.intersection(spans)]
                    of_kind.append(_Block(number, fields._replace(spans=spans), decided))
                    left[fields.lines] = -1

        for number, counts in enumerate(self._counts_of):
            lines = np.flatnonzero(np.isin(left, counts))
            if len(lines):
                take(number, lines)
        for count in distinct(left[left > 0]).tolist():
            while len(lines := np.flatnonzero(left == count)):
                if (learned := self._learn_layout(page, lines, count)) is None:
                    break
                take(learned, lines)
        return [self._rows(page, of_fields) for of_fields in found.values()]

    def _learn_layout(self, page: Page, lines: Places, count: int) -> int | None:
        """The number of a layout that one of these lines has, which none with so many anchors was known to have."""
        if not isinstance(self.spec, Keyed):
            return None
        for line in lines.tolist():
            tries = self._tries[count] = self._tries.get(count, 0) + 1
            if tries > MOST_TRIES:
                return None
            layout = keyed_layout(page.raw(line), self.spec)
            if not layout:
                continue
            number = self._layouts.index(layout) if layout in self._layouts else len(self._layouts)
            if number == MOST_LAYOUTS or (number < len(self._layouts) and count in self._counts_of[number]):
                continue
            if (event := self._read(page, line)) and self._counts(event):
                self._tries[count] = 0
                if number == len(self._layouts):
                    self._layouts.append(layout)
                    self._counts_of.append([])
                self._counts_of[number].append(count)
                return number
        return None

    def _rows(self, page: Page, blocks: "list[_Block]") -> Rows:
        """The rows of layouts that have the same of the needed fields, and their durations in the same unit."""
        parts = [block.fields for block in blocks]
        lines = np.concatenate([fields.lines for fields in parts])
        spans = {
            name: _together(page, name, parts) for name in dict.fromkeys(name for one in parts for name in one.spans)
        }
        meanings = [
            self._meanings.setdefault(self._layouts[block.layout].meaning, len(self._meanings)) + 1 for block in blocks
        ]
        layout = np.repeat(np.array(meanings, np.uint64), [len(fields.lines) for fields in parts])
        hashes = together(np.concatenate([block.decided for block in blocks]), layout)
        if (lines[1:] < lines[:-1]).any():
            order = np.argsort(lines)
            lines, hashes = lines[order], hashes[order]
            spans = {name: span.of(order) for name, span in spans.items()}
        took, flags, fits = self._took(page, spans, len(lines), self._layouts[blocks[0].layout].unit_ms)
        for name in self.spec.plain:
            if name in spans:
                fits &= _is_plain_number(page, spans[name])
        # Small numbers are mixed before they are put together: sums of two of them are soon the same.
        hashes = together(hashes, together(flags, NOTHING))
        if self.spec.connection in spans:
            said = spans[self.spec.connection]
            hashes = together(hashes, self._shapes.of(page, said, _without_port(page, said)))
        at = self._written(page, lines, spans[self.spec.time]) if self.spec.time else self._collected(page, lines)
        if self.spec.begins:
            at = at + np.where(np.isnan(took), 0.0, took) / 1000
            if self.spec.rounded:
                at = np.rint(at * 1e6) / 1e6
        with np.errstate(invalid="ignore"):
            fits &= (at >= EARLIEST) & (at < LATEST)
        found = _Found(at, took, spans)
        kind = self._kinds(page, lines, found, hashes, fits)
        if self.spec.failures and len(failing := np.flatnonzero(self.are_failing(kind))):
            for name, values in self.spec.figures.items():
                if name in spans:
                    category = _category(page, spans[name].of(failing), values)
                    hashes[failing] = together(hashes[failing], together(category, NOTHING))
            kind[failing] = self._kinds(page, lines, found, hashes, fits, failing)
        if (untimed := self._untimed[kind]).any():
            took = np.where(untimed, np.nan, took)
        fits &= kind >= 0
        client = path = None
        if self.clients and (span := spans.get(self.spec.client)):
            client = self.clients.codes(page, span)
            fits &= client >= 0
        if self.paths and (span := spans.get(self.spec.path)):
            path = self.paths.codes(page, span)
            fits &= path >= 0
        rows = Rows(lines, kind, at, took, client, path, spans.get(self.spec.client), spans.get(self.spec.path))
        return rows if fits.all() else rows.of(np.flatnonzero(fits))

    def _written(self, page: Page, lines: Places, texts: Span) -> NDArray[np.float64]:
        """The times in lines."""

        def is_time(row: int) -> bool:
            event = self._read(page, int(lines[row]))
            return event is not None and event.at is not None

        return self._times.of(page, texts, is_time)

    def _collected(self, page: Page, lines: Places) -> NDArray[np.float64]:
        """The times that a collector wrote around lines; NaN where it did not."""
        at = np.full(len(lines), np.nan)
        if page.wrapped:
            written = page.wrapped.written.of(lines)
            timed = np.flatnonzero(written.lengths)
            at[timed] = self._times.of(page.wrapped.outer, written.of(timed))
        return at

    def _took(
        self, page: Page, spans: dict[str, Span], some: int, unit_ms: float | None
    ) -> tuple[NDArray[np.float64], Words, Flags]:
        """Milliseconds, NaN where the lines have none; what else `read` may see in the numbers; which are numbers."""
        fields = [spans[name] for name in self.spec.tooks if name in spans]
        if not fields:
            return np.full(some, np.nan), np.zeros(some, np.uint64), np.ones(some, bool)
        flags, fit, found = np.zeros(some, np.uint64), np.ones(some, bool), np.zeros(some)
        for span in fields:
            part, has_point, are = durations(page, span, unit_ms)
            fit &= are
            flags = flags * np.uint64(16) + (np.isnan(part) + 2 * (part == 0) + 4 * has_point).astype(np.uint64)
            found = found + part
        if len(fields) > 1:
            found = np.rint(found * 1e3) / 1e3  # as the sum of what is written
        with np.errstate(invalid="ignore"):
            return found, flags, fit & ~(found > LONGEST_CONNECTION)

    def _kinds(
        self, page: Page, lines: Places, found: "_Found", hashes: Words, fits: Flags, only: Places | None = None
    ) -> NDArray[np.int32]:
        """The kind of each row, or only of these. Of a new kind one row is read by the format; it must say the same."""
        rows = np.arange(len(lines)) if only is None else only
        kinds = self._codes.of(hashes[rows])
        unknown = np.flatnonzero((kinds == UNKNOWN) & fits[rows])
        if len(unknown):
            _, at_first = np.unique(hashes[rows[unknown]], return_index=True)
            new = rows[unknown[at_first]]
            room = max(0, MOST_KINDS - len(self._codes))
            codes = [self._learn(page, int(lines[row]), found, row) for row in new[:room].tolist()]
            codes += [SLOW] * (len(new) - len(codes))
            self._codes.add(hashes[new], np.array(codes, np.int32))
            kinds = self._codes.of(hashes[rows])
        return kinds

    def _learn(self, page: Page, line: int, found: "_Found", row: int) -> int:
        event = self._read(page, line)
        if event is None or not self._agrees(page, found, row, event):
            return SLOW
        return self.add(Known(event, class_of(event).id)) if self._counts(event) else SLOW

    @property
    def is_full(self) -> bool:
        """Whether there are as many kinds as may be."""
        return len(self._codes) >= MOST_KINDS

    def forget(self) -> None:
        """Forgets all kinds."""
        self.kinds.clear()
        self._codes = Codes()

    def add(self, kind: Known) -> int:
        """The code of a new kind."""
        number = len(self.kinds)
        self.kinds.append(kind)
        if number + 2 >= len(self._failing):  # two more at the end, for the codes below 0
            more = np.zeros(number + 2, bool)
            self._failing, self._untimed = (np.concatenate((one, more)) for one in (self._failing, self._untimed))
        self._failing[number] = kind.id != NONE
        self._untimed[number] = kind.event.duration_ms is None
        return number

    def are_failing(self, kinds: NDArray[np.int32]) -> Flags:
        """Which of the kinds are of failures."""
        return self._failing[kinds]

    def _agrees(self, page: Page, found: "_Found", row: int, event: Event) -> bool:
        took = None if np.isnan(found.took[row]) else float(found.took[row])
        client, path = found.spans.get(self.spec.client), found.spans.get(self.spec.path)
        return (
            event.at is not None
            and abs(event.at - float(found.at[row])) < 1e-6
            and (took == event.duration_ms or (event.duration_ms is None and took == 0))
            and (event.client or "") == (self.spec.client_from(client.text(page, row)) if client else "")
            and (event.path or "") == (self.spec.path_from(path.text(page, row)) if path else "")
        )


def is_plain(event: Event) -> bool:
    """Whether it is a success of which nothing is held back to see what comes."""
    is_success = 100 <= event.status < 400 if event.status is not None else event.claim == NONE
    return is_whole(event) and not event.message and is_success and class_of(event).id == NONE


def is_whole(event: Event) -> bool:
    """Whether it is an access line that says all of it in its fields."""
    return event.kind is Kind.ACCESS and not (event.mark or event.tried)


def _together(page: Page, name: str, parts: list[Fields]) -> Span:
    """A field of all these lines; nothing where they do not have it, which their layout tells from an empty one."""
    spans = [fields.spans.get(name) or Span(page.begins[fields.lines], np.zeros_like(fields.lines)) for fields in parts]
    return Span(*map(np.concatenate, zip(*spans, strict=True)))


def _without_port(page: Page, span: Span) -> Words:
    """Hashes of texts, but for the port of `:PORT->`."""
    hashes = span.hashes(page)
    arrow = until(page.words, span.begins, GREATER)
    rows = np.flatnonzero((arrow > 0) & (arrow < span.lengths))
    if not len(rows):
        return hashes
    begins = span.begins[rows]
    dash = begins + arrow[rows] - 1
    digits = digits_before(page.words, dash)
    is_port = (page.bytes[dash] == MINUS) & (page.bytes[dash - digits - 1] == COLON) & (digits <= LONGEST_PORT)
    digits[~is_port] = 0
    before = Span(begins, np.maximum(dash - digits - begins, 0))
    behind = Span(dash, span.lengths[rows] - (dash - begins))
    hashes[rows] = together(before.hashes(page), behind.hashes(page))
    return hashes


def _is_plain_number(page: Page, span: Span) -> Flags:
    is_minus = (page.bytes[span.begins] == MINUS) & (span.lengths == 1)
    are: Flags = decimals(page.words, span.begins, span.lengths)[2] | is_minus
    return are


def _category(page: Page, span: Span, values: tuple[int, ...]) -> Words:
    """What counts of a number: that it is one, which one if it is among these, its text if it is nought or none."""
    number, behind, are = decimals(page.words, span.begins, span.lengths)
    found = np.where(are & (number != 0), np.uint64(1), span.hashes(page))
    for value in values:
        found = np.where(are & (behind == 0) & (number == value), np.uint64(value + 2), found)
    return found


class _Block(NamedTuple):
    """Fields of lines of the layout of that number. `decided`: a hash of those that decide."""

    layout: int
    fields: Fields
    decided: Words


class _Found(NamedTuple):
    at: NDArray[np.float64]
    took: NDArray[np.float64]
    spans: dict[str, Span]
