"""Clients and paths: values of which a log may have any number, by small codes."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.words import Places, Words, of_bytes, together, until, without_numbers, words_in
from gwdiag.logs.tally import OTHERS
from gwdiag.model.pattern import pattern

Flags = NDArray[np.bool_]

QUOTE, BLANK = b'" '
SIGN = np.uint64(0xFF)

SLOW = -2
"""The code of what only the slow way can read."""

OTHER = 0
"""The code of all values that came when there were as many as are counted by name."""

ADDRESS = pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
"""Of version 4. So most clients are called, and whatever the format, the event has it as it stands there."""

MOST_PATHS = 1 << 16
"""Different paths, numbers in them apart, that are remembered. Others are looked at whenever they come."""


class Span(NamedTuple):
    """A value in each row: where it begins, its length."""

    begins: Places
    lengths: Places

    def of(self, rows: Places | NDArray[np.bool_]) -> "Span":
        return Span(self.begins[rows], self.lengths[rows])

    def hashes(self, page: Page) -> Words:
        return of_bytes(page.words, self.begins, self.lengths)

    def text(self, page: Page, row: int) -> str:
        begin = int(self.begins[row])
        return page.buffer[begin : begin + int(self.lengths[row])].decode("utf-8", "replace")


class Fields(NamedTuple):
    """Fields of lines that are of a layout, by name."""

    lines: Places
    spans: dict[str, Span]

    def of(self, are: Flags) -> "Fields":
        """Those of lines of which it is true."""
        if are.all():
            return self
        rows = np.flatnonzero(are)
        return Fields(self.lines[rows], {name: span.of(rows) for name, span in self.spans.items()})

    def hashes(self, page: Page, names: Iterable[str]) -> Words:
        """One hash of all those of these fields that the lines have."""
        found = np.zeros(len(self.lines), np.uint64)
        for name in names:
            if name in self.spans:
                found = together(found, self.spans[name].hashes(page))
        return found


def with_sign(span: Span) -> Span:
    """Values with the byte before them, which says whether they are quoted: only then they may hold blanks."""
    return Span(span.begins - 1, span.lengths + 1)


def plain(page: Page, span: Span, rows: Places) -> list[str | None]:
    """The values of these rows; None where what is read line by line may be another."""
    found: list[str | None] = []
    for begin, length in zip(span.begins[rows].tolist(), span.lengths[rows].tolist(), strict=True):
        text = page.buffer[begin : begin + length].decode("utf-8", "replace")
        is_plain = '"' not in text and (" " not in text or page.buffer[begin - 1] == QUOTE)
        found.append(text if is_plain else None)
    return found


def _may_be_plain(page: Page, span: Span) -> Flags:
    """Where `plain` gives a value."""
    is_quoted = page.bytes[span.begins - 1] == QUOTE
    stop = np.where(is_quoted, np.uint8(QUOTE), np.uint8(BLANK)) if is_quoted.any() else BLANK
    to_stop = until(page.words, span.begins, stop, QUOTE, words_in(span.lengths))
    are: Flags = (to_stop < 0) | (to_stop >= span.lengths)
    return are


class Clients:
    """Clients by code. `names[code]` is what the event has; empty where it has none."""

    def __init__(self, client_of: Callable[[str], str | None], most: int) -> None:
        self.names = [OTHERS]
        self._client_of = client_of
        self._codes = Codes()
        self._most = most
        self._by_name: dict[str, int] = {}  # the same client may be written with other bytes, or quoted

    def codes(self, page: Page, span: Span) -> NDArray[np.int32]:
        hashes = with_sign(span).hashes(page)
        found = self._codes.of(hashes)
        unknown = np.flatnonzero(found == UNKNOWN)
        if len(unknown) and len(self._codes) < self._most:
            rows = np.sort(np.unique(hashes[unknown], return_index=True)[1])[: self._most - len(self._codes)]
            rows = unknown[rows]  # as they come, which decides about those that are counted by name
            self._codes.add(hashes[rows], np.array([*map(self._code, plain(page, span, rows))], np.int32))
            found[unknown] = self._codes.of(hashes[unknown])
        unknown = np.flatnonzero(found == UNKNOWN)
        found[unknown] = np.where(_may_be_plain(page, span.of(unknown)), OTHER, SLOW) if len(unknown) else OTHER
        return found

    def _code(self, text: str | None) -> int:
        if text is None:
            return SLOW
        client = text if ADDRESS.fullmatch(text) else self._client_of(text)
        if client is None:
            return SLOW
        code = self._by_name.setdefault(client, len(self.names))
        if code == len(self.names):
            self.names.append(client)
        return code


class Paths:
    """Paths by code: `names[code]` is the path as it is counted, `apis[code]` the number of the API it belongs to.

    When there are `most` of them, all others of an API are one, OTHERS.
    """

    def __init__(
        self, path_of: Callable[[str], str | None], known: Callable[[str], tuple[str, int]], most: int
    ) -> None:
        self.names: list[str] = []
        self.apis: list[int] = []
        self._path_of = path_of
        self._known = known
        self._most = most
        self._codes = Codes()
        self._by_name: dict[tuple[str, int], int] = {}

    def codes(self, page: Page, span: Span) -> NDArray[np.int32]:
        hashes = together(without_numbers(page.words, span.begins, span.lengths), page.words[span.begins - 1] & SIGN)
        found = self._codes.of(hashes)
        unknown = np.flatnonzero(found == UNKNOWN)
        if not len(unknown):
            return found
        keys, rows, whose = np.unique(hashes[unknown], return_index=True, return_inverse=True)
        codes = np.empty(len(keys), np.int32)
        order = np.argsort(rows)  # as they come, which decides about those that are counted by name
        codes[order] = [self._code(text) for text in plain(page, span, unknown[rows[order]])]
        if len(self._codes) < MOST_PATHS:
            self._codes.add(keys, codes)
        found[unknown] = codes[whose]
        return found

    def _code(self, text: str | None) -> int:
        path = None if text is None else self._path_of(text)
        if path is None:
            return SLOW
        name, api = self._known(path)
        if len(self.names) >= self._most and (name, api) not in self._by_name:
            name = OTHERS
        code = self._by_name.setdefault((name, api), len(self.names))
        if code == len(self.names):
            self.names.append(name)
            self.apis.append(api)
        return code
