"""Lines whose fields have their places between anchors, as a template shows them."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np

from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.spec import Placed
from gwdiag.logs.scan.values import Fields, Flags, Span
from gwdiag.logs.scan.words import Places, blanks, literal, numbers_until, until, whole_numbers, words_in

FIELD = re.compile(r"\{([#>*-]?)(\w+)\}")
NEWLINE, MINUS, BACKSLASH, BLANK, QUESTION, BRACKET = b"\n-\\ ?["

MOST_ESCAPED = 4
"""Anchors inside a field that are looked for."""

OF_NO_INTEREST = "_"


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes that must stand here, and the field behind them; it ends before the byte `stop`.

    `is_last`: its part ends there, too.
    """

    before: bytes
    sign: str
    name: str
    stop: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two anchors. `after`: bytes behind the last field. `is_quoted`: the anchors are quotes."""

    steps: tuple[Step, ...]
    after: bytes
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class PlacedLayout:
    """A shape of lines with so many anchors. `inside`: of these many the part of that number holds some."""

    anchors: int
    parts: tuple[Part, ...]
    spec: Placed
    inside: tuple[int, int]
    usual: dict[Step, int] = field(default_factory=dict, compare=False)
    """In how many words fields ended so far: so many are looked at first."""

    @property
    def unit_ms(self) -> float | None:
        return self.spec.took.unit_ms if self.spec.took else None

    @property
    def at_once(self) -> int:
        """Lines that are looked at together: field by field, so that there may be many."""
        return 1 << 13

    @property
    def meaning(self) -> Hashable:
        """The same where the same fields stand in the same places: `read` says the same of equal fields."""
        return self.parts

    def fields(self, page: Page, lines: Places, first: Places, anchors: Places) -> Fields:
        """The fields of those of these lines that are of this shape. `first`: the number of each one's first anchor."""
        spans: dict[str, Span] = {}
        are_whole = np.ones(len(lines), bool)
        place, number = first, self.inside[1]
        for count, part in enumerate(self.parts):
            here = page.begins[lines] if not count else anchors[place - 1] + 1
            for one in range(number if count == self.inside[0] else 0):
                are_whole &= self._is_inside(page, anchors, place + one)
            if count == self.inside[0]:
                place = place + number
            end = page.ends[lines] if count == len(self.parts) - 1 else anchors[place]
            are_whole &= self._read(page, part, here, end, spans)
            if not are_whole.any():
                break
            place = place + 1
        return Fields(lines, spans).of(are_whole)

    def _is_inside(self, page: Page, anchors: Places, place: Places) -> Flags:
        """Where an anchor is one of those in a field."""
        inner = anchors[place]
        if self.spec.escapes:
            escaped: Flags = (page.bytes[inner - 1] == BACKSLASH) & (page.bytes[inner - 2] != BACKSLASH)
            return escaped
        fit = np.ones(len(place), bool)
        for begin in (anchors[place - 1], inner):
            fit &= (page.bytes[begin + 1] != BLANK) | (page.bytes[begin + 2] != page.bytes[begin])
        return fit

    def _read(self, page: Page, part: Part, here: Places, end: Places, spans: dict[str, Span]) -> Flags:
        """Reads the fields of a part into the spans. Where it is as the template says."""
        fit = np.ones(len(here), bool)
        if part.is_quoted:
            fit &= page.bytes[end - 1] != BACKSLASH
        known = 0  # bytes that are known to stand here: that before which the last field ended
        for step in part.steps:
            fit &= _stands(page, here + known, step.before[known:])
            here = here + len(step.before)
            if step.sign == ">":
                here = here + blanks(page.words, here)
            is_free = step.is_last and step.name == OF_NO_INTEREST
            if is_free and step.sign in ("", "*", ">"):
                fit &= here == end if step.sign == ">" else here <= end
                return fit
            also = QUESTION if self.spec.query and step.name == self.spec.path else None
            if step.name == OF_NO_INTEREST and step.stop == BLANK:
                also = BRACKET  # the time in brackets stands behind it
            if step.sign in ("#", "-"):
                lengths, is_number = _numbers(page, here, step)
                fit &= is_number
            else:
                lengths = until(page.words, here, step.stop, also, self.usual.get(step, 1))
                self.usual[step] = words_in(lengths)
            known = 1 if also is None else 0
            if step.name != OF_NO_INTEREST:
                spans[step.name] = Span(here, lengths)
            here = here + lengths
            fit &= (lengths >= 0) & (here <= end)
            here = np.minimum(here, end)  # where it does not fit, reading on must not leave the page
            if also == QUESTION and len(rows := np.flatnonzero(fit & (page.bytes[here] == QUESTION))):
                rest = until(page.words, here[rows], step.stop)
                here[rows] += rest
                fit[rows] &= (rest >= 0) & (here[rows] <= end[rows])
            if step.is_last:
                fit &= here == end
                return fit
        fit &= _stands(page, here + known, part.after[known:]) & (here + len(part.after) == end)
        return fit


def _numbers(page: Page, begins: Places, step: Step) -> tuple[Places, Flags]:
    """How long whole numbers are, and where there is one."""
    lengths, are, is_negative = numbers_until(page.words, begins, step.stop)
    if step.sign == "#":
        are &= ~is_negative | (lengths == 1)
    else:
        are &= ~is_negative | (lengths > 1)
    if step.stop == MINUS:
        are &= ~is_negative
    rows = np.flatnonzero(~are)
    if len(rows):  # or longer ones
        lengths[rows] = until(page.words, begins[rows], step.stop)
        are[rows] = _is_number(page, begins[rows], lengths[rows], step.sign)
    return lengths, are


def _is_number(page: Page, begins: Places, lengths: Places, sign: str) -> Flags:
    """Where there is a whole number; with `-` it may be negative, else a minus alone is for none."""
    negative = page.bytes[begins] == MINUS
    digits = lengths - negative
    are = whole_numbers(page.words, begins + negative, digits)[1]
    if sign == "#":
        are = (are & ~negative) | (negative & (digits == 0))
    return are


def _stands(page: Page, here: Places, text: bytes) -> Flags:
    """Where these bytes stand."""
    fit = np.ones(len(here), bool)
    for shift in range(0, len(text), 8):
        word, mask = literal(text[shift : shift + 8])
        fit &= page.words[here + shift] & mask == word
    return fit


def placed_layouts(spec: Placed) -> list[PlacedLayout]:
    """A layout for each template, and for those with anchors inside of a field."""
    return [layout for template in spec.templates for layout in _layouts(template, spec)]


def _layouts(template: str, spec: Placed) -> list[PlacedLayout]:
    texts = template.split(spec.anchor)
    parts = tuple(_part(text, number, len(texts), spec) for number, text in enumerate(texts))
    starred = [number for number, part in enumerate(parts) if any(step.sign == "*" for step in part.steps)]
    return [
        PlacedLayout(len(parts) - 1 + some, parts, spec, (starred[0] if starred else -1, some))
        for some in range(1 + (MOST_ESCAPED if starred else 0))
    ]


def _part(text: str, number: int, count: int, spec: Placed) -> Part:
    texts = FIELD.split(text)  # text, sign, name, text, ..., text
    end = NEWLINE if number == count - 1 else ord(spec.anchor)
    steps = []
    for place in range(0, len(texts) - 1, 3):
        before, sign, name, behind = texts[place : place + 4]
        steps.append(Step(before.encode(), sign, name, behind.encode()[0] if behind else end, not behind))
    return Part(tuple(steps), texts[-1].encode(), spec.anchor == '"' and spec.escapes and number % 2 == 1)
