"""Lines of keys and values: where the keys are is learned from one line, and checked in every other."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.spec import TOOK, Keyed
from gwdiag.logs.scan.values import Fields, Flags, Span
from gwdiag.logs.scan.words import ALL, LONGEST, Places, Words, literal, of_bytes, spread, until, whole_numbers

LOGFMT_KEY = re.compile(rb'(?<![\w.@/-])([\w.@/-]+)=(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)')
JSON_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"(:?)|([{}\[\],])')
JSON_VALUE = re.compile(rb'(?:"(?:[^"\\]|\\.)*"|[^",}\]]*)([,}\]])')
NOTHING = re.compile(rb" ?(?:null(?=[,} ])|[{\[])")
JSON_SIGNS = b"{}[], "
JSON_END = re.compile(rb'"?[}\] ]*$')

NEWLINE, SPACE, QUOTE, BACKSLASH, SLASH, QUERY, COLON = b'\n "\\/?:'
AT_QUOTE, AT_SPACE, AT_QUERY = spread(QUOTE), spread(SPACE), spread(QUERY)
AT_COLON = spread(b":"[0])
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

    `is_quoted`: whether it must be quoted, None where it may be. `after`: the next key's anchor and the length of that
    key, which must follow, with a blank between; None: the line's end must; where it is not known, nothing is asked.
    """

    anchor: int
    shift: int
    stop: int
    is_quoted: bool | None = None
    after: tuple[int, int] | bool | None = False


@dataclass(frozen=True, slots=True)
class KeyedLayout:
    """A shape of lines with so many anchors. `ends`: their last bytes. `unit_ms`: of the duration."""

    anchors: int
    checks: tuple[Check, ...]
    values: dict[str, Value]
    ends: bytes
    unit_ms: float | None
    spec: Keyed

    def fields(self, page: Page, lines: Places, first: Places, anchors: Places, without: frozenset[str]) -> Fields:
        """The fields but some, of lines whose first anchors are of these numbers."""
        places = {one: anchors[first + one] for one in {check.anchor for check in self.checks}}
        fits = np.ones(len(lines), bool)
        for check in self.checks:
            words = page.words[places[check.anchor] + check.shift]
            fits &= (words if check.mask == ALL else words & check.mask) == check.word
        if self.ends:
            word, mask = literal(self.ends)
            fits &= page.words[page.ends[lines] - len(self.ends)] & mask == word
        if not fits.all():
            rows = np.flatnonzero(fits)
            lines, places = lines[rows], {anchor: place[rows] for anchor, place in places.items()}
            first = first[rows]
        spans: dict[str, Span] = {}
        are_whole = np.ones(len(lines), bool)
        for name, value in self.values.items():
            if name in without:
                continue
            if isinstance(value.after, tuple) and name in self._hashed:
                anchor, size = value.after
                end = anchors[first + anchor] - size - 1
                spans[name], is_whole = _up_to(page, places[value.anchor] + value.shift, end)
                are_whole &= is_whole
                continue
            spans[name], is_whole = self._span(page, name, value, places[value.anchor])
            are_whole &= is_whole
            if value.after is not False:
                are_whole &= self._followed(page, lines, value, spans[name], first, anchors)
        if line := self.spec.request_line:
            are_whole &= self._asked(page, spans.get(line), spans)
        return Fields(lines, spans, are_whole)

    @property
    def _hashed(self) -> frozenset[str]:
        """Fields of which whatever stands before the next key may be hashed: `read` is asked of each such text once.

        Of durations only digits count.
        """
        return frozenset((*self.spec.decides, *self.spec.tooks, self.spec.time)) - {
            self.spec.client,
            *self.spec.origins,
        }

    def field(self, page: Page, name: str, first: Places, anchors: Places) -> Span | None:
        """One field, of lines that are known to be of this shape."""
        if name not in self.values:
            return None
        value = self.values[name]
        return self._span(page, name, value, anchors[first + value.anchor])[0]

    def _span(self, page: Page, name: str, value: Value, anchor: Places) -> tuple[Span, Flags]:
        """The value behind an anchor, and where it is whole."""
        begin = anchor + value.shift
        is_quoted = page.bytes[begin] == QUOTE
        some_quoted = bool(is_quoted.any())
        stop: Words | np.uint64 = spread(value.stop)
        if some_quoted:
            begin += is_quoted
            stop = AT_QUOTE if is_quoted.all() else np.where(is_quoted, AT_QUOTE, stop)
        if name in self.spec.origins:
            word = page.words[begin]
            scheme = np.where(word & HTTP[1] == HTTP[0], 7, np.where(word == HTTPS[0], 8, 0))
            hashes, lengths = until(page.words, begin + scheme, stop, also=spread(SLASH))
            return Span(hashes + scheme.view(np.uint64), begin, lengths), (lengths >= 0) & (scheme > 0)
        is_ported = self.spec.ported and name == self.spec.client
        also = AT_QUERY if self._is_target(name) else AT_COLON if is_ported else None
        hashes, lengths = until(page.words, begin, stop, also)
        is_whole = lengths >= 0
        if is_ported and (rows := np.flatnonzero(page.bytes[begin + lengths] == COLON)).size:
            port = begin[rows] + lengths[rows] + 1
            some = until(page.words, port, stop if isinstance(stop, np.uint64) else stop[rows])[1]
            is_whole[rows] &= whole_numbers(page.words, port, some)[1]
        if value.is_quoted is not None:
            is_whole &= is_quoted == value.is_quoted
        if value.is_quoted and also is None:
            is_whole &= page.bytes[begin + lengths + 1] == value.stop
        if some_quoted:
            is_whole &= page.bytes[begin + lengths - 1] != BACKSLASH  # a quote behind one is not the end
        return Span(hashes, begin, lengths), is_whole

    def _is_target(self, name: str) -> bool:
        return self.spec.query and name == self.spec.path

    def _followed(self, page: Page, lines: Places, value: Value, span: Span, first: Places, anchors: Places) -> Flags:
        """Where the next key follows, so that the value had no blank in it."""
        end = span.begins + span.lengths
        is_quoted = page.bytes[span.begins - 1] == QUOTE
        rows = np.flatnonzero((page.bytes[end] == QUERY) & (end < page.ends[lines]))
        if len(rows):  # the path has a query
            stop = np.where(is_quoted[rows], AT_QUOTE, spread(value.stop))
            end[rows] += until(page.words, end[rows], stop)[1]
        end += is_quoted
        if isinstance(value.after, tuple):
            anchor, size = value.after
            return np.asarray(end + 1 + size == anchors[first + anchor])
        return np.asarray(end == page.ends[lines])

    def _asked(self, page: Page, line: Span | None, spans: dict[str, Span]) -> Flags | bool:
        """Method and path of a request line; where it has both."""
        if line is None:
            return True
        end = line.begins + line.lengths
        hashes, lengths = until(page.words, line.begins, AT_SPACE)
        spans["method"] = Span(hashes, line.begins, lengths)
        begin = line.begins + lengths + 1
        hashes, sizes = until(page.words, begin, AT_SPACE, AT_QUERY)
        spans[self.spec.path] = Span(hashes, begin, sizes)
        return (lengths >= 0) & (sizes >= 0) & (begin + sizes < end)


class Key(NamedTuple):
    """A key of a line: its name, where it begins with what tells its place from others, and its sign's place."""

    name: str
    begin: int
    sign: int


def _up_to(page: Page, begin: Places, end: Places) -> tuple[Span, Flags]:
    """The value between, without its quotes, and where it is whole."""
    is_quoted = page.bytes[begin] == QUOTE
    begin, end = begin + is_quoted, end - is_quoted
    lengths = end - begin
    is_whole = (lengths >= 0) & (lengths < 8 * LONGEST)
    if is_quoted.any():
        is_whole &= ~is_quoted | ((page.bytes[end] == QUOTE) & (page.bytes[end - 1] != BACKSLASH))
    if not is_whole.all():
        lengths = np.where(is_whole, lengths, 0)
    return Span(of_bytes(page.words, begin, lengths), begin, lengths), is_whole


def keyed_layout(line: bytes, spec: Keyed) -> KeyedLayout | None:
    """The layout of a line of keys and values; None where it is not of the kind, or says one thing twice."""
    line = b"\n" + line
    keys = list(_json_keys(line) if spec.json else _logfmt_keys(line))
    index = {seen.start(): number for number, seen in enumerate(re.finditer(spec.anchor.encode(), line))}
    names = _names(line, keys, spec)
    ends = JSON_END.search(line) if spec.json else None
    if names is None or spec.time not in names.values() or (ends and not ends[0]):
        return None
    checks: list[Check] = []
    values: dict[str, Value] = {}
    has_kind = spec.kind is None
    outer = _outer_keys(spec)
    for number, (key, start, sign) in enumerate(keys):
        behind = b" " if line[sign + 1 : sign + 2] == b" " else b""
        begin, name, is_wanted = sign + 1 + len(behind), names.get(key), True
        if spec.kind and key == spec.kind[0]:
            behind += (f'"{spec.kind[1]}"' if spec.json else spec.kind[1]).encode()
            if not line.startswith(behind, sign + 1):
                return None
            has_kind = True
        elif spec.json and line.startswith((b"{", b"["), begin):
            is_wanted = key in outer
            behind = line[sign + 1 : begin + 1]
        elif spec.json and (_says_nothing(line, begin)):
            behind = line[sign + 1 : begin + 5]
        elif name is not None:
            is_quoted = line[begin : begin + 1] == b'"' if spec.json else None
            values[name] = Value(
                index[sign], begin - sign, _stop(line, begin, spec), is_quoted, _after(keys, number, index, spec, name)
            )
        else:
            is_wanted = False
        if spec.json and key.rpartition(".")[0] not in outer:
            continue  # inside of what is of no interest
        # What follows a value tells where it ends.
        is_wanted = is_wanted or (not spec.json and number > 0 and keys[number - 1].name in names)
        if is_wanted or _may_take_its_place(key, [one.name for one in keys], spec):
            text = line[start : sign + 1] + behind
            if not is_wanted and _is_told_by_its_end(text, spec):
                start, text = sign - 7, line[sign - 7 : sign + 1]
            checks += _checks(text, index[sign], start - sign, spec)
    unit = _unit(names, spec)
    return (
        KeyedLayout(len(index), tuple(checks), values, ends[0][-8:] if ends else b"", unit, spec) if has_kind else None
    )


def _names(line: bytes, keys: list[Key], spec: Keyed) -> dict[str, str] | None:
    """The fields that keys of a line have; None where two have the same."""
    plain = [key for key in keys if not spec.json or not _says_nothing(line, key.sign + 1)]
    of_key = [(key.name, spec.name_of(key.name) if spec.name_of else key.name) for key in plain]
    count = Counter(name for _, name in of_key)
    has_line = bool(spec.request_line and count[spec.request_line])
    chosen: dict[str, str] = {}
    if has_line:
        chosen[spec.request_line] = spec.request_line
    for field in spec.fields:
        one = next((name for name in field.split("|") if count[name]), None)
        if one is not None and not (has_line and field in (spec.path, "method")):
            chosen[one] = field
    if any(count[name] > 1 for name in chosen):
        return None
    found = {key: chosen[name] for key, name in of_key if name in chosen}
    if spec.took and spec.took.unit_of:
        durations = [key.name for key in plain if spec.took.unit_of(key.name) is not None]
        if len(durations) > 1:
            return None
        found |= dict.fromkeys(durations, TOOK)
    return found


def _says_nothing(line: bytes, begin: int) -> bool:
    """Whether there is no plain value: null, an object or a list."""
    return NOTHING.match(line, begin) is not None


def _unit(names: dict[str, str], spec: Keyed) -> float | None:
    if not spec.took or not spec.took.unit_of:
        return spec.took.unit_ms if spec.took else None
    return next((spec.took.unit_of(key) for key, name in names.items() if name == TOOK), None) or None


def _outer_keys(spec: Keyed) -> frozenset[str]:
    """The keys of objects and lists in which there are fields, and of the whole object."""
    names = [name for field in (*spec.fields, *spec.there, spec.request_line) for name in field.split("|")]
    outer = {name[: place.start()] for name in names for place in re.finditer(r"\.|\[\]", name)}
    return frozenset(
        {"", *outer, *(f"{name}[]" for name in outer if any(one.startswith(f"{name}[]") for one in names))}
    )


def _checks(text: bytes, anchor: int, shift: int, spec: Keyed) -> Iterator[Check]:
    """That these bytes stand there. A digit at their begin stands for any."""
    for place in range(0, len(text), 8):
        word, mask = literal(text[place : place + 8])
        if not place and spec.json and text[:1].isdigit():
            word, mask = word & ~np.uint64(0x0F), mask & ~np.uint64(0x0F)
        yield Check(anchor, shift + place, word, mask)


def _is_told_by_its_end(text: bytes, spec: Keyed) -> bool:
    """Whether the last eight bytes of a key are enough to tell it from those of fields."""
    if spec.json or len(text) <= 8 or spec.name_of or (spec.took and spec.took.unit_of):
        return False
    names = [name for field in spec.fields for name in field.split("|")]
    return not any(f" {name}=".encode().endswith(text[-8:]) for name in names)


def _logfmt_keys(line: bytes) -> Iterator[Key]:
    """The keys, each with the byte before it."""
    for seen in LOGFMT_KEY.finditer(line):
        yield Key(seen[1].decode("utf-8", "replace"), seen.start(1) - 1, seen.end(1))


def _json_keys(line: bytes) -> Iterator[Key]:
    """The keys of an object and of those in it; with each the signs before it, and the byte before those."""
    within: list[str] = []  # the keys of the objects and lists that are open
    key = ""
    for seen in JSON_TOKEN.finditer(line):
        if seen[2]:
            key = seen[1].decode("utf-8", "replace")
            key = f"{within[-1]}.{key}" if within and within[-1] else key
            start = seen.start()
            while line[start - 1] in JSON_SIGNS:
                start -= 1
            is_telling = line[start - 1 : start].isdigit() or line[start - 1] in b'"el\n'
            yield Key(key, start - is_telling, seen.start(2))
        elif seen[3] == b"{":
            within.append(key)
        elif seen[3] == b"[":
            key = f"{key}[]"
            within.append(key)
        elif seen[3]:
            if seen[3] != b"," and within:
                within.pop()
            key = within[-1] if within else ""


def _may_take_its_place(key: str, keys: list[str], spec: Keyed) -> bool:
    """Whether another line may have a key in this one's place that counts. Where keys are sorted, few can."""
    if spec.name_of or spec.request_line or (spec.took and spec.took.unit_of) or any("." in one for one in spec.fields):
        return True
    if keys != sorted(keys) and keys[2:] != sorted(keys[2:]):  # time and level may come first
        return True
    count = {name for field in spec.fields for name in field.split("|")}
    below = max((one for one in keys if one in count and one < key), default="")
    above = min((one for one in keys if one in count and one > key), default="\uffff")
    return any(below < one < above and one not in keys for one in count)


def _stop(line: bytes, begin: int, spec: Keyed) -> int:
    """The byte behind a value without quotes."""
    if not spec.json:
        return SPACE if b" " in line[begin:] else NEWLINE
    seen = JSON_VALUE.match(line, begin)
    return seen[1][0] if seen else NEWLINE


def _after(
    keys: list[Key], number: int, index: dict[int, int], spec: Keyed, name: str
) -> tuple[int, int] | bool | None:
    """What must follow a value; see `Value`."""
    if spec.json or name in spec.origins:
        return False
    if number + 1 == len(keys):
        return None
    key = keys[number + 1]
    return index[key.sign], len(key.name.encode())
