"""Lines of keys and values: where the keys are is learned from one line, and checked in every other."""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.spec import TOOK, Keyed
from gwdiag.logs.scan.values import Fields, Flags, Span
from gwdiag.logs.scan.words import (
    LONGEST,
    MOST_AT_ONCE,
    Bytes,
    Places,
    literal,
    rows_of,
    until,
    whole_numbers,
    words_in,
)

LOGFMT_KEY = re.compile(rb'(?<![\w.@/-])([\w.@/-]+)=(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)')
JSON_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"(:?)|([{}\[\],])')
JSON_VALUE = re.compile(rb'(?:"(?:[^"\\]|\\.)*"|[^",}\]]*)([,}\]])')
NOTHING = re.compile(rb" ?(?:null(?=[,} ])|[{\[])")
JSON_SIGNS = b"{}[], "
JSON_END = re.compile(rb'"?[}\] ]*$')

NEWLINE, SPACE, QUOTE, BACKSLASH, SLASH, QUERY, COLON, COMMA = b'\n "\\/?:,'
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

    `is_quoted`: whether it must be quoted, None where it may be. `after`: the next key's anchor, and how many bytes
    before that the value ends; None: the line's end must follow; False: nothing is asked.
    """

    anchor: int
    shift: int
    stop: int
    is_quoted: bool | None = None
    after: tuple[int, int] | bool | None = False


@dataclass(frozen=True)
class KeyedLayout:
    """A shape of lines, up to the last key that counts. `ends`: their last bytes. `unit_ms`: of the duration."""

    checks: tuple[Check, ...]
    values: dict[str, Value]
    ends: bytes
    unit_ms: float | None
    spec: Keyed

    def fields(self, page: Page, lines: Places, first: Places, anchors: Places) -> Fields:
        """The fields of those of these lines that are of this shape. `first`: the number of each one's first anchor."""
        places = anchors[first + self._used]
        fits = self._fits(page, lines, places)
        if not fits.all():
            lines, first, places = lines[fits], first[fits], places[:, fits]
        spans, are_whole = self._between_keys(page, places)
        for name, value in self.values.items():
            if name in spans:
                continue
            spans[name], is_whole = self._span(page, name, value, anchors[first + value.anchor])
            are_whole &= is_whole
            if value.after is not False:
                are_whole &= self._followed(page, lines, value, spans[name], first, anchors)
        if line := self.spec.request_line:
            are_whole &= self._asked(page, spans.get(line), spans)
        return Fields(lines, spans).of(are_whole)

    @property
    def at_once(self) -> int:
        """Lines that are looked at together: their keys are many, and what they take is to stay in the cache."""
        return 1 << 13

    @property
    def meaning(self) -> Hashable:
        """The same where the same keys stand in the same places: `read` says the same of equal fields."""
        return self.checks, tuple(self.values.items()), self.ends

    @cached_property
    def _used(self) -> Places:
        """The anchors of all checks, and of values between keys, which are checked too."""
        return _column(sorted({one.anchor for one in self.checks} | {one.anchor for one in self.values.values()}))

    def _row(self, anchors: Sequence[int] | Places) -> Places:
        """Of which of those."""
        return np.searchsorted(self._used[:, 0], anchors)

    def _fits(self, page: Page, lines: Places, places: Places) -> Flags:
        """Which lines have the keys of this shape in their places."""
        wrong = np.zeros(len(lines), np.uint64)
        for row, shift, texts in self._standing:
            rows = rows_of(page.words, places[row] + shift, len(texts))
            for number, (word, mask) in enumerate(texts):
                other = rows[:, number] ^ word
                other &= mask
                wrong |= other
        fits: Flags = wrong == 0
        if self.ends:
            last, mask_of_last = literal(self.ends)
            fits &= page.words[page.ends[lines] - len(self.ends)] & mask_of_last == last
        return fits

    @cached_property
    def _standing(self) -> list[tuple[int, int, list[tuple[np.uint64, np.uint64]]]]:
        """The checks, those of words behind each other together: they are gathered at once."""
        found: list[tuple[int, int, list[tuple[np.uint64, np.uint64]]]] = []
        last = None
        for one in self.checks:
            if last and (one.anchor, one.shift) == (last.anchor, last.shift + 8) and len(found[-1][2]) < MOST_AT_ONCE:
                found[-1][2].append((one.word, one.mask))
            else:
                found.append((int(self._row([one.anchor])[0]), one.shift, [(one.word, one.mask)]))
            last = one
        return found

    @cached_property
    def _between(self) -> tuple[list[str], tuple[Places, Places, Places, Places], Flags | None]:
        """The fields that are all that stands before the next key: their names, where they begin and end.

        What `read` makes of such a text it is asked once for each; of durations and times only digits count.
        """
        found = {
            name: (value.anchor, value.shift, *value.after)
            for name, value in self.values.items()
            if isinstance(value.after, tuple) and self._before(name) is None
        }
        anchor, shift, next_anchor, size = np.array(list(found.values()), np.int64).reshape(-1, 4).T
        places = self._row(anchor), shift[:, None], self._row(next_anchor), size[:, None]
        is_quoted = _column([bool(self.values[name].is_quoted) for name in found], bool)
        return list(found), places, is_quoted if self.spec.json else None

    def _between_keys(self, page: Page, places: Places) -> tuple[dict[str, Span], Flags]:
        """Values without their quotes, and where all of them are whole."""
        names, (row, shift, next_row, size), must_be_quoted = self._between
        begin = places[row] + shift
        end = places[next_row] - size
        is_quoted = page.bytes[begin] == QUOTE
        lengths = end - begin
        are_whole = np.ones(lengths.shape[1], bool)
        for number in np.flatnonzero(is_quoted.any(axis=1)).tolist():  # few fields are
            its_end = end[number] - 1
            ends_so = (page.bytes[its_end] == QUOTE) & (page.bytes[its_end - 1] != BACKSLASH)
            are_whole &= ~is_quoted[number] | ends_so
            begin[number] += is_quoted[number]
            lengths[number] -= 2 * is_quoted[number]
        fit = lengths.view(np.uint64) < np.uint64(8 * LONGEST)  # nor below nought
        if not fit.all():
            lengths[~fit] = 0
        are_whole &= fit.all(axis=0)
        if must_be_quoted is not None:
            are_whole &= (is_quoted == must_be_quoted).all(axis=0)
        return dict(zip(names, map(Span, begin, lengths), strict=True)), are_whole

    def _span(self, page: Page, name: str, value: Value, anchor: Places) -> tuple[Span, Flags]:
        """The value behind an anchor, and where it is whole."""
        begin = anchor + value.shift
        is_quoted = page.bytes[begin] == QUOTE
        some_quoted = bool(is_quoted.any())
        stop: int | Bytes = value.stop
        if some_quoted:
            begin += is_quoted
            stop = QUOTE if is_quoted.all() else np.where(is_quoted, np.uint8(QUOTE), np.uint8(stop))
        if name in self.spec.origins:
            word = page.words[begin]
            scheme = np.where(word & HTTP[1] == HTTP[0], 7, np.where(word == HTTPS[0], 8, 0))
            lengths = until(page.words, begin + scheme, stop, SLASH, self._usual.get(name, 1))
            self._usual[name] = words_in(lengths)
            is_path = page.bytes[begin] == SLASH  # which has none
            is_whole = is_path | ((lengths >= 0) & (scheme > 0))
            return Span(begin, np.where(is_whole & ~is_path, lengths + scheme, 0)), is_whole
        also = self._before(name)
        lengths = until(page.words, begin, stop, also, self._usual.get(name, 1))
        self._usual[name] = words_in(lengths)
        is_whole = lengths >= 0
        if also == COLON and (rows := np.flatnonzero(page.bytes[begin + lengths] == COLON)).size:
            port = begin[rows] + lengths[rows] + 1
            some = until(page.words, port, stop if isinstance(stop, int) else stop[rows])
            is_whole[rows] &= whole_numbers(page.words, port, some)[1]
        if value.is_quoted is not None:
            is_whole &= is_quoted == value.is_quoted
        if value.is_quoted and also is None:
            is_whole &= page.bytes[begin + lengths + 1] == value.stop
        if some_quoted:
            is_whole &= page.bytes[begin + lengths - 1] != BACKSLASH  # a quote behind one is not the end
        return Span(begin, lengths), is_whole

    @cached_property
    def _usual(self) -> dict[str, int]:
        """In how many words values ended so far: so many are looked at first."""
        return {}

    def _before(self, name: str) -> int | None:
        """The byte before which a field may end: what is behind it does not count."""
        if name == self.spec.client and (self.spec.ported or self.spec.chained):
            return COLON if self.spec.ported else COMMA
        return QUERY if self.spec.query and name == self.spec.path else None

    def _followed(self, page: Page, lines: Places, value: Value, span: Span, first: Places, anchors: Places) -> Flags:
        """Where the next key follows, so that the value had no blank in it."""
        end = span.begins + span.lengths
        is_quoted = page.bytes[span.begins - 1] == QUOTE
        rests = (page.bytes[end] == QUERY) | (page.bytes[end] == COMMA)
        rows = np.flatnonzero(rests & (end < page.ends[lines]))
        if len(rows):
            stop = np.where(is_quoted[rows], np.uint8(QUOTE), np.uint8(value.stop))
            end[rows] += until(page.words, end[rows], stop)
        end += is_quoted
        if isinstance(value.after, tuple):
            anchor, size = value.after
            return np.asarray(end + size == anchors[first + anchor])
        return np.asarray(end == page.ends[lines])

    def _asked(self, page: Page, line: Span | None, spans: dict[str, Span]) -> Flags | bool:
        """Method and path of a request line; where it has both."""
        if line is None:
            return True
        end = line.begins + line.lengths
        lengths = until(page.words, line.begins, SPACE)
        spans["method"] = Span(line.begins, lengths)
        begin = line.begins + lengths + 1
        sizes = until(page.words, begin, SPACE, QUERY)
        spans[self.spec.path] = Span(begin, sizes)
        return (lengths >= 0) & (sizes >= 0) & (begin + sizes < end)


class Key(NamedTuple):
    """A key of a line: its name, where it begins with what tells its place from others, and its sign's place."""

    name: str
    begin: int
    sign: int


def _column(values: Sequence[int], kind: type = np.int64) -> NDArray[Any]:
    return np.array(values, kind)[:, None]


def keyed_layout(line: bytes, spec: Keyed) -> KeyedLayout | None:
    """The layout of a line of keys and values; None where it is not of the kind, or says one thing twice."""
    if spec.kind and spec.kind[1].encode() not in line:
        return None
    if not spec.json and not _are_all_keys(line):
        return None
    line = b"\n" + line
    keys = list(_json_keys(line) if spec.json else _logfmt_keys(line))
    index = {seen.start(): number for number, seen in enumerate(re.finditer(spec.anchor.encode(), line))}
    names = _names(line, keys, spec)
    ends = JSON_END.search(line) if spec.json else None
    if names is None or (spec.time and spec.time not in names.values()) or (ends and not ends[0]):
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
                index[sign],
                begin - sign,
                _stop(line, begin, spec),
                is_quoted,
                _after(keys, number, line, index, spec, name),
            )
        else:
            is_wanted = False
        if spec.json and key.rpartition(".")[0] not in outer:
            continue  # inside of what is of no interest
        # What follows a value tells where it ends.
        is_wanted = is_wanted or (number > 0 and keys[number - 1].name in names)
        if is_wanted or _may_take_its_place(key, [one.name for one in keys], spec):
            text = line[start : sign + 1] + behind
            if not is_wanted and _is_told_by_its_end(text, spec):
                start, text = sign - 7, line[sign - 7 : sign + 1]
            checks += _checks(text, index[sign], start - sign, spec)
    unit = _unit(names, spec)
    return KeyedLayout(tuple(checks), values, ends[0][-8:] if ends else b"", unit, spec) if has_kind else None


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


def _are_all_keys(line: bytes) -> bool:
    """Whether no sign of a key is behind what is none: another line may have one there that counts."""
    end = 0
    for seen in LOGFMT_KEY.finditer(line):
        if b"=" in line[end : seen.start()]:
            return False
        end = seen.end()
    return b"=" not in line[end:]


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
    keys: list[Key], number: int, line: bytes, index: dict[int, int], spec: Keyed, name: str
) -> tuple[int, int] | bool | None:
    """What must follow a value; see `Value`."""
    if name in spec.origins:
        return False
    if number + 1 == len(keys):
        return False if spec.json else None
    key = keys[number + 1]
    # The byte before the signs before a key is the value's own.
    begin = key.begin + (line[key.begin] not in JSON_SIGNS) if spec.json else key.begin
    return index[key.sign], key.sign - begin
