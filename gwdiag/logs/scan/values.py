"""Clients and paths: values of which a log may have any number, by small codes."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.words import Places, Words, without_numbers
from gwdiag.logs.tally import OTHERS

Flags = NDArray[np.bool_]

SLOW = -2
"""The code of what only the slow way can read."""

OTHER = 0
"""The code of all values that came when there were as many as are counted by name."""

MOST_PATHS = 1 << 16
"""Different paths, numbers in them apart, that are remembered. Others are looked at whenever they come."""


class Span(NamedTuple):
    """A value in each row: a hash of its bytes, where it begins, its length."""

    hashes: Words
    begins: Places
    lengths: Places

    def of(self, rows: Places | NDArray[np.bool_]) -> "Span":
        return Span(self.hashes[rows], self.begins[rows], self.lengths[rows])

    def text(self, page: Page, row: int) -> str:
        begin = int(self.begins[row])
        return page.buffer[begin : begin + int(self.lengths[row])].decode("utf-8", "replace")


class Fields(NamedTuple):
    """Fields of lines: those that are of the layout, and where all their values are whole."""

    lines: Places
    spans: dict[str, Span]
    are_whole: NDArray[np.bool_]


class Clients:
    """Clients by code. `names[code]` is what the event has; empty where it has none."""

    def __init__(self, client_of: Callable[[str], str | None], most: int) -> None:
        self.names = [OTHERS]
        self._client_of = client_of
        self._codes = Codes()
        self._most = most

    def codes(self, page: Page, span: Span) -> NDArray[np.int32]:
        found = self._codes.of(span.hashes)
        unknown = np.flatnonzero(found == UNKNOWN)
        if len(unknown) and len(self._codes) < self._most:
            hashes, rows = np.unique(span.hashes[unknown], return_index=True)
            order = np.argsort(rows)  # as they come: sorted hashes would crowd the same part of a small table
            for key, row in zip(hashes[order].tolist(), unknown[rows[order]].tolist(), strict=True):
                self._add(key, span.text(page, row))
            found[unknown] = self._codes.of(span.hashes[unknown])
        found[found == UNKNOWN] = OTHER
        return found

    def _add(self, key: int, text: str) -> None:
        if len(self._codes) >= self._most:
            return
        client = self._client_of(text)
        self._codes.add(key, SLOW if client is None else len(self.names))
        if client is not None:
            self.names.append(client)


class Paths:
    """Paths by code: `names[code]` is the path as it is counted, `apis[code]` the number of the API it belongs to."""

    def __init__(self, path_of: Callable[[str], str | None], known: Callable[[str], tuple[str, int]]) -> None:
        self.names: list[str] = []
        self.apis: list[int] = []
        self._path_of = path_of
        self._known = known
        self._codes = Codes()
        self._by_name: dict[tuple[str, int], int] = {}

    def codes(self, page: Page, span: Span) -> NDArray[np.int32]:
        hashes = without_numbers(page.words, span.begins, span.lengths)
        found = self._codes.of(hashes)
        unknown = np.flatnonzero(found == UNKNOWN)
        if not len(unknown):
            return found
        keys, rows, whose = np.unique(hashes[unknown], return_index=True, return_inverse=True)
        codes = [self._code(span.text(page, row)) for row in unknown[rows].tolist()]
        if len(self._codes) < MOST_PATHS:
            order = np.argsort(rows)  # as they come, see above
            for key, code in zip(keys[order].tolist(), np.array(codes)[order].tolist(), strict=True):
                self._codes.add(key, code)
        found[unknown] = np.array(codes, np.int32)[whose]
        return found

    def _code(self, text: str) -> int:
        path = self._path_of(text)
        if path is None:
            return SLOW
        known = self._known(path)
        code = self._by_name.get(known)
        if code is None:
            code = self._by_name[known] = len(self.names)
            self.names.append(known[0])
            self.apis.append(known[1])
        return code
