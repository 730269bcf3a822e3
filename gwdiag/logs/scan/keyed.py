"""Lines of keys and values: where the keys are is learned from one line, and checked in every other."""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.spec import Keyed
from gwdiag.logs.scan.values import Fields, Span
from gwdiag.logs.scan.words import ALL, LONGEST, Places, Words, literal, of_bytes, spread, until

LOGFMT_KEY = re.compile(rb'(?<![\w.@/-])([\w.@/-]+)=(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)')
JSON_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"(:?)')
JSON_BARE = re.compile(rb"[^,}\]]*([,}\]])")

SPACE, NEWLINE, QUOTE, BACKSLASH, SLASH = b' \n"\\/'
AT_QUOTE = spread(QUOTE)
HTTP, HTTPS = literal(b"http://"), literal(b"https://")


@dataclass(frozen=True, slots=True)
class Check:
    """Bytes that must stand `shift` bytes behind an anchor: a word and the mask of what counts of it."""

    anchor: int
    shift: int
    word: np.uint64
    mask: np.uint64


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value begins `shift` bytes behind an anchor. It ends before the byte `stop`, or at its second quote.

    `below`: the anchor of the next key, and how many bytes before it the value ends with its quote; None where another
    line of this shape may have something else between the two.
    """

    anchor: int
    shift: int
    stop: int
    below: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class KeyedLayout:
    """A shape of lines with so many anchors. `later`: fields that are only asked for one by one."""

    anchors: int
    checks: tuple[Check, ...]
    values: dict[str, Value]
    origins: tuple[str, ...]

    def fields(self, page: Page, lines: Places, first: Places, anchors: Places, without: frozenset[str]) -> Fields:
        """The fields but some, of lines whose first anchors are of these numbers."""
        places = {one: anchors[first + one] for one in {check.anchor for check in self.checks}}
        fits = np.ones(len(lines), bool)
        for check in self.checks:
            word = page.words[places[check.anchor] + check.shift]
            fits &= (word if check.mask == ALL else word & check.mask) == check.word
        if not fits.all():
            rows = np.flatnonzero(fits)
            lines, places = lines[rows], {anchor: place[rows] for anchor, place in places.items()}
        spans: dict[str, Span] = {}
        are_whole = np.ones(len(lines), bool)
        for name, value in self.values.items():
            if name not in without:
                below = places[value.below[0]] - value.below[1] if value.below else None
                spans[name], is_whole = self._span(page, name, value, places[value.anchor], below)
                are_whole &= is_whole
        return Fields(lines, spans, are_whole)

    def field(self, page: Page, name: str, first: Places, anchors: Places) -> Span | None:
        """One field, of lines that are known to be of this shape."""
        if name not in self.values:
            return None
        value = self.values[name]
        return self._span(page, name, value, anchors[first + value.anchor])[0]

    def _span(
        self, page: Page, name: str, value: Value, anchor: Places, end: Places | None = None
    ) -> tuple[Span, NDArray[np.bool_]]:
        """The value behind an anchor, and where it is whole. `end`: where it ends, with its quote, if that is known."""
        begin = anchor + value.shift
        is_quoted = page.bytes[begin] == QUOTE
        some_quoted = bool(is_quoted.any())
        stop: Words | np.uint64 = spread(value.stop)
        if end is not None and name not in self.origins:
            return _known_end(page, begin, end, is_quoted if some_quoted else None)
        if some_quoted:
            begin += is_quoted
            stop = AT_QUOTE if is_quoted.all() else np.where(is_quoted, AT_QUOTE, stop)
        if name in self.origins:
            word = page.words[begin]
            scheme = np.where(word & HTTP[1] == HTTP[0], 7, np.where(word == HTTPS[0], 8, 0))
            hashes, lengths = until(page.words, begin + scheme, stop, also=spread(SLASH))
            return Span(hashes + scheme.view(np.uint64), begin, lengths), (lengths >= 0) & (scheme > 0)
        hashes, lengths = until(page.words, begin, stop)
        is_whole = lengths >= 0
        if some_quoted:
            is_whole &= page.bytes[begin + lengths - 1] != BACKSLASH  # a quote behind one is not the end
        return Span(hashes, begin, lengths), is_whole


def _known_end(
    page: Page, begin: Places, end: Places, is_quoted: NDArray[np.bool_] | None
) -> tuple[Span, NDArray[np.bool_]]:
    is_whole = None
    if is_quoted is not None:
        begin, end = begin + is_quoted, end - is_quoted
        is_whole = ~is_quoted | ((page.bytes[end] == QUOTE) & (page.bytes[end - 1] != BACKSLASH))
    lengths = end - begin
    fits = (lengths >= 0) & (lengths < LONGEST * 8)
    if not fits.all():
        lengths = np.where(fits, lengths, 0)
    return Span(of_bytes(page.words, begin, lengths), begin, lengths), fits if is_whole is None else fits & is_whole


def keyed_layout(line: bytes, spec: Keyed) -> KeyedLayout | None:
    """The layout of a line of keys and values; None where it is not of the kind."""
    sign = b":" if spec.json else b"="
    index = {place: number for number, place in enumerate(seen.start() for seen in re.finditer(sign, line))}
    of_key = _keys(line, spec)
    names = [spec.names.get(key, key) for key in of_key]
    if len(set(names) & set(spec.fields)) < sum(name in spec.fields for name in names) or spec.time not in names:
        return None  # two keys for one field, or no time
    checks: list[Check] = []
    values: dict[str, Value] = {}
    has_kind = spec.kind is None
    every = list(zip(of_key.items(), names, strict=True))
    is_checked = False  # whether the key before needs to know that this one is here
    for ((key, place), name), below in zip(every, [*every[1:], None], strict=True):
        behind = b" " if line[place + 1 : place + 2] == b" " else b""
        is_read = False
        if spec.kind and key == spec.kind[0]:
            behind += (f'"{spec.kind[1]}"' if spec.json else spec.kind[1]).encode()
            if not line.startswith(behind, place + 1):
                return None
            has_kind = is_read = True
        elif is_read := name in spec.fields:
            begin = place + 1 + len(behind)
            values[name] = Value(index[place], begin - place, _stop(line, begin, spec))
        if is_read or is_checked or _may_take_its_place(key, list(of_key), spec):
            before = line[max(0, place - len(key.encode()) - (3 if spec.json else 1)) : place + 1][-8:]
            checks.append(Check(index[place], 1 - len(before), *literal(before)))
            for shift in range(0, len(behind), 8):
                checks.append(Check(index[place], 1 + shift, *literal(behind[shift : shift + 8])))  # noqa: PERF401
        is_checked = False
        if name in values and below:
            (next_key, next_place), _ = below
            back = len(next_key.encode()) + (3 if spec.json else 1)
            end = next_place - back
            if _ends_at(line, place + values[name].shift, end):
                values[name] = replace(values[name], below=(index[next_place], back))
                is_checked = True
    return KeyedLayout(len(index), tuple(checks), values, spec.origins) if has_kind else None


def _ends_at(line: bytes, begin: int, end: int) -> bool:
    """Whether a value that begins there ends where the separator before the next key is."""
    value = line[begin:end]
    if value[:1] == b'"':
        return len(value) > 1 and b'"' not in value[1:-1] and value[-1:] == b'"' and line[end : end + 1] in b", "
    return not set(value) & set(b' ",{[') and line[end : end + 1] in b", "


def _keys(line: bytes, spec: Keyed) -> dict[str, int]:
    """The first place of each key's sign."""
    found: dict[str, int] = {}
    for seen in (JSON_KEY if spec.json else LOGFMT_KEY).finditer(line):
        if not spec.json or seen[2]:
            found.setdefault(seen[1].decode("utf-8", "replace"), seen.start(2) if spec.json else seen.end(1))
    return found


def _may_take_its_place(key: str, keys: list[str], spec: Keyed) -> bool:
    """Whether another line may have a key in this one's place that counts. Where keys are sorted, few can."""
    if keys != sorted(keys) and keys[2:] != sorted(keys[2:]):  # time and level may come first
        return True
    count = {*spec.fields, *spec.names}
    below = max((one for one in keys if one in count and one < key), default="")
    above = min((one for one in keys if one in count and one > key), default="\uffff")
    return any(below < one < above and one not in keys for one in count)


def _stop(line: bytes, begin: int, spec: Keyed) -> int:
    """The byte behind a value without quotes."""
    if not spec.json:
        return SPACE if b" " in line[begin:] else NEWLINE
    seen = JSON_BARE.match(line, begin)
    return seen[1][0] if seen else NEWLINE
