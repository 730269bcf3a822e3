"""Reads the plain successes of a page of lines all at once; what it cannot read, and all else, is left to be read
slowly."""

import copy
import re
from collections.abc import Callable
from math import log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import LONGEST_CONNECTION
from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.keyed import KeyedLayout, keyed_layout
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.placed import PlacedLayout, placed_layouts
from gwdiag.logs.scan.spec import Keyed, Placed
from gwdiag.logs.scan.values import SLOW, Clients, Paths, Span
from gwdiag.logs.scan.words import Places, Words, decimals, literal, together, whole_numbers
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

Flags = NDArray[np.bool_]
Layout = KeyedLayout | PlacedLayout

MOST_LAYOUTS = 32
MOST_TRIES = 64
"""Lines with as many anchors that are looked at for a layout, before the rest of them is only read slowly."""

MOST_KINDS = 20_000
NOUGHT = ord("0")
MOMENT = re.compile(rb"(.*[ T:]\d\d:\d\d:)(\d\d)(?:[.,](\d{3}|\d{6}))?((?:\D.{0,7})?)")
"""A time of day with what stands around it: up to the minute, seconds, their fraction, the zone."""


SECONDS = re.compile(r"\d\d(?:[.,]\d+)?")


class Known(NamedTuple):
    """What lines of one kind say, but for their time, duration, client and path. `joined`: with a message before
    them."""

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

    def of(self, rows: Places | Flags) -> "Rows":
        client, path = (None if part is None else part[rows] for part in (self.client, self.path))
        text = self.client_text and self.client_text.of(rows)
        return Rows(self.line[rows], self.kind[rows], self.at[rows], self.took[rows], client, path, text)


class Scanner:
    """Of the lines of one file and one format. `read` is the format's, `clock` the file's."""

    def __init__(
        self,
        spec: Keyed | Placed,
        read: Callable[[str, Clock], Event | None],
        clock: Clock,
        clients: Clients,
        paths: Paths,
    ) -> None:
        self.spec = spec
        self.clients = clients
        self.paths = paths
        self.kinds: list[Known] = []
        self._failing = np.zeros(64, bool)  # by kind
        self._untimed = np.zeros(64, bool)
        self.joined = np.zeros(64, bool)
        self._read = read
        self._clock = clock
        self._layouts: list[Layout] = [] if isinstance(spec, Keyed) else [*placed_layouts(spec)]
        self._tries: dict[int, int] = {}
        self._codes = Codes()
        took = spec.took.field if spec.took else ""
        self._only_noughts = frozenset(spec.noughts) - {took, *spec.decides}
        self._anchor = ord(spec.anchor)

    def rows(self, page: Page) -> list[Rows]:
        """What could be read of a page, by layout."""
        begin, end = page.begins[0], page.ends[-1]
        anchors = np.flatnonzero(page.bytes[begin:end] == self._anchor)
        anchors += begin
        after = np.searchsorted(anchors, page.ends)
        first = np.concatenate(([0], after[:-1]))
        left = after - first  # how many anchors each line has; -1 when it is done
        found = []
        for layout in self._layouts:
            lines = np.flatnonzero(left == layout.anchors)
            if len(lines):
                found.append(self._of_layout(page, layout, lines, anchors, first[lines]))
                left[found[-1].line] = -1
        for count in np.unique(left[left > 0]).tolist():
            lines = np.flatnonzero(left == count)
            while len(lines) and (layout := self._new_layout(page, lines, count)):
                rows = self._of_layout(page, layout, lines, anchors, first[lines])
                found.append(rows)
                lines = lines[~np.isin(lines, rows.line)]
        return [rows for rows in found if len(rows.line)]

    def _new_layout(self, page: Page, lines: Places, count: int) -> Layout | None:
        """A layout that one of these lines has."""
        if not isinstance(self.spec, Keyed):
            return None
        for line in lines.tolist():
            tries = self._tries[count] = self._tries.get(count, 0) + 1
            if tries > MOST_TRIES or len(self._layouts) >= MOST_LAYOUTS:
                return None
            layout = keyed_layout(page.raw(line), self.spec)
            if layout and layout not in self._layouts and (event := self._event(page, line)) and self._counts(event):
                self._tries[count] = 0
                self._layouts.append(layout)
                return layout
        return None

    def _of_layout(self, page: Page, layout: Layout, lines: Places, anchors: Places, first: Places) -> Rows:
        all_lines = lines
        lines, spans, fits = layout.fields(page, lines, first, anchors, self._only_noughts)
        if len(lines) < len(all_lines):
            first = first[np.searchsorted(all_lines, lines)]
        took, are_numbers = self._took(page, spans)
        fits &= are_numbers
        hashes = np.full(len(lines), self._layouts.index(layout) + 1, np.uint64)
        for name in (*self.spec.decides, *self.spec.origins):
            if name in spans:
                hashes = together(hashes, spans[name].hashes)
        at = self._at(page, spans[self.spec.time])
        fits &= ~np.isnan(at)
        found = _Found(at, took, spans)
        kind = self._kinds(page, lines, found, hashes, fits)
        if self.spec.failures and len(failing := np.flatnonzero(self.are_failing(kind))):
            for name in self.spec.noughts:
                if span := layout.field(page, name, first[failing], anchors):
                    is_nought = (page.bytes[span.begins] == NOUGHT) & (span.lengths == 1)
                    hashes[failing] = together(hashes[failing], is_nought.astype(np.uint64) + np.uint64(1))
            kind[failing] = self._kinds(page, lines, found, hashes, fits, failing)
            took = np.where(self._untimed[kind], np.nan, took)
        fits &= kind >= 0
        client = path = None
        if span := spans.get(self.spec.client):
            client = self.clients.codes(page, span)
            fits &= client >= 0
        if span := self._path(spans):
            path = self.paths.codes(page, span)
            fits &= path >= 0
        rows = Rows(lines, kind, at, took, client, path, spans.get(self.spec.client))
        return rows if fits.all() else rows.of(fits)

    def _path(self, spans: dict[str, Span]) -> Span | None:
        return next((spans[name] for name in self.spec.path if name in spans), None)

    def _took(self, page: Page, spans: dict[str, Span]) -> tuple[NDArray[np.float64], Flags]:
        """Milliseconds, NaN where the lines have none; and which are numbers."""
        took = self.spec.took
        if not took or took.field not in spans:
            some = len(spans[self.spec.time].begins)
            return np.full(some, np.nan), np.ones(some, bool)
        _, begins, lengths = spans[took.field]
        number, behind, are = decimals(page.words, begins, lengths)
        # Divided once, so that it is the double nearest to what is written, as Python's rounding makes it.
        if took.unit_ms >= 1:
            found = number * int(took.unit_ms) / (10.0**behind)
        else:
            found = number / (10.0**behind * round(1 / took.unit_ms))
        # Of more digits Python's rounding would leave some out.
        return found, are & (behind <= 6 + round(log10(took.unit_ms))) & (found <= LONGEST_CONNECTION)

    def _at(self, page: Page, span: Span) -> NDArray[np.float64]:
        """The times. Each minute is read once while it stays the same; the seconds in it are only numbers."""
        begins, lengths = span.begins, span.lengths
        seen = MOMENT.fullmatch(bytes(page.buffer[begins[0] : begins[0] + lengths[0]])) if len(begins) else None
        if not seen:
            return self._read_each(page, span.hashes, begins, lengths, 0)
        minutes, digits, zone = len(seen[1]), len(seen[3] or b""), seen[4]
        hashes = np.zeros(len(begins), np.uint64)
        for place in range(0, minutes, 8):
            hashes = together(hashes, page.words[begins + place] & literal(b"\xff" * min(8, minutes - place))[1])
        seconds, fit = whole_numbers(page.words, begins + minutes, np.full_like(begins, 2))
        fit &= (lengths == len(seen[0])) & (seconds < 60)
        if zone:
            word, mask = literal(zone)
            fit &= page.words[begins + len(seen[0]) - len(zone)] & mask == word
        found = self._read_each(page, hashes, begins, np.where(fit, lengths, 0), minutes)
        if digits:
            fraction, are = whole_numbers(page.words, begins + minutes + 3, np.full_like(begins, digits))
            fit &= are
            # As datetime has it: whole microseconds, divided once.
            found = ((found + seconds) * 1e6 + fraction * float(10 ** (6 - digits))) / 1e6
        else:
            found += seconds
        found[~fit] = np.nan
        return found

    def _read_each(
        self, page: Page, hashes: Words, begins: Places, lengths: Places, minutes: int
    ) -> NDArray[np.float64]:
        """The time that each text says, read where the hash changes; `minutes`: of a text whose seconds do not
        count."""
        if not len(begins):
            return np.empty(0)
        changes = np.concatenate(([True], hashes[1:] != hashes[:-1]))
        clock = copy.copy(self._clock)
        read: list[float] = []
        runs = np.flatnonzero(changes)
        for begin, length in zip(begins[runs].tolist(), lengths[runs].tolist(), strict=True):
            text = page.buffer[begin : begin + max(0, length)].decode("utf-8", "replace")
            if minutes:
                text = f"{text[:minutes]}00{SECONDS.sub('', text[minutes:], count=1)}"
            at = clock.read(text)
            read.append(np.nan if at is None else at)
        return np.array(read)[np.cumsum(changes) - 1]

    def _kinds(
        self, page: Page, lines: Places, found: "_Found", hashes: Words, fits: Flags, only: Places | None = None
    ) -> NDArray[np.int32]:
        """The kind of each row, or only of these. Of a new kind one row is read by the format; it must say the same."""
        rows = np.arange(len(lines)) if only is None else only
        kinds = self._codes.of(hashes[rows])
        unknown = np.flatnonzero((kinds == UNKNOWN) & fits[rows])
        if len(unknown):
            _, at_first = np.unique(hashes[rows[unknown]], return_index=True)
            for row in rows[unknown[at_first]].tolist():
                self._codes.add(int(hashes[row]), self._learn(page, int(lines[row]), found, row))
            kinds = self._codes.of(hashes[rows])
        return kinds

    def _learn(self, page: Page, line: int, found: "_Found", row: int) -> int:
        event = self._event(page, line) if len(self._codes) < MOST_KINDS else None
        if event is None or not self._agrees(page, found, row, event):
            return SLOW
        return self.add(Known(event, class_of(event).id)) if self._counts(event) else SLOW

    def _counts(self, event: Event) -> bool:
        return is_plain(event) or (self.spec.failures and is_alone(event) and class_of(event).id != NONE)

    def add(self, kind: Known) -> int:
        """The code of a new kind."""
        number = len(self.kinds)
        self.kinds.append(kind)
        if number + 2 >= len(self._failing):  # two more at the end, for the codes below 0
            more = np.zeros(number + 2, bool)
            self._failing, self._untimed, self.joined = (
                np.concatenate((one, more)) for one in (self._failing, self._untimed, self.joined)
            )
        self._failing[number] = kind.id != NONE
        self._untimed[number] = kind.event.duration_ms is None
        self.joined[number] = kind.joined
        return number

    def are_failing(self, kinds: NDArray[np.int32]) -> Flags:
        """Which of the kinds are of failures."""
        return self._failing[kinds]

    def _event(self, page: Page, line: int) -> Event | None:
        return self._read(page.text(line), copy.copy(self._clock))

    def _agrees(self, page: Page, found: "_Found", row: int, event: Event) -> bool:
        took = None if np.isnan(found.took[row]) else float(found.took[row])
        client, path = found.spans.get(self.spec.client), self._path(found.spans)
        return (
            event.at is not None
            and abs(event.at - float(found.at[row])) < 1e-6
            and (took == event.duration_ms or (event.duration_ms is None and took == 0 and self.spec.failures))
            and (event.client or "") == (self.spec.client_of(client.text(page, row)) if client else "")
            and (event.path or "") == (self.spec.path_of(path.text(page, row)) if path else "")
        )


def is_plain(event: Event) -> bool:
    """Whether it is a success of which nothing is held back to see what comes."""
    return is_alone(event) and class_of(event).id == NONE and 100 <= (event.status or 0) < 400


def is_alone(event: Event) -> bool:
    """Whether it is an access line that says all of it in its fields."""
    return event.kind is Kind.ACCESS and not (event.mark or event.tried or event.message or event.request_id)


class _Found(NamedTuple):
    at: NDArray[np.float64]
    took: NDArray[np.float64]
    spans: dict[str, Span]
