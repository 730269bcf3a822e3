"""Lines whose fields have their places between anchors, as a template shows them."""

import re
from dataclasses import dataclass

import numpy as np

from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.spec import Placed
from gwdiag.logs.scan.values import Fields, Span
from gwdiag.logs.scan.words import Places, literal, spread, until

FIELD = re.compile(r"\{(\w+)\}")
NEWLINE = b"\n"[0]
QUERY = spread(b"?"[0])


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes that must stand here, and the field behind them; it ends before the byte `stop`."""

    before: bytes
    name: str
    stop: int


@dataclass(frozen=True, slots=True)
class PlacedLayout:
    """A shape of lines with so many anchors. `parts`: the steps behind each anchor, the first behind the line's begin.

    `ends`: what must stand behind the last anchor; None where a field does.
    """

    anchors: int
    parts: tuple[tuple[Step, ...], ...]
    ends: bytes | None
    path: tuple[str, ...]

    def fields(self, page: Page, lines: Places, first: Places, anchors: Places, without: frozenset[str]) -> Fields:
        """The fields but some, of lines whose first anchors are of these numbers."""
        spans: dict[str, Span] = {}
        are_whole = np.ones(len(lines), bool)
        for number, steps in enumerate(self.parts):
            here = page.begins[lines] if not number else anchors[first + number - 1] + 1
            end = page.ends[lines] if number == self.anchors else anchors[first + number]
            for step in steps:
                for shift in range(0, len(step.before), 8):
                    word, mask = literal(step.before[shift : shift + 8])
                    are_whole &= page.words[here + shift] & mask == word
                here = here + len(step.before)
                if not step.name:
                    continue
                also = QUERY if step.name in self.path and step.stop != QUERY else None
                hashes, lengths = until(page.words, here, spread(step.stop), also)
                are_whole &= (lengths >= 0) & (here + lengths <= end)
                if step.name not in without and step.name != "_":
                    spans[step.name] = Span(hashes, here, lengths)
                here = here + lengths
        if self.ends is not None and self.anchors:
            last = anchors[first + self.anchors - 1]
            are_whole &= page.ends[lines] - last == 1 + len(self.ends)
        return Fields(lines, spans, are_whole)

    def field(self, page: Page, name: str, first: Places, anchors: Places) -> Span | None:
        """Fields of places are never asked for one by one."""
        raise NotImplementedError


def placed_layouts(spec: Placed) -> list[PlacedLayout]:
    """A layout for each template."""
    return [_layout(template, spec) for template in spec.templates]


def _layout(template: str, spec: Placed) -> PlacedLayout:
    parts = template.split(spec.anchor)
    steps = [
        _steps(part, spec, NEWLINE if number == len(parts) - 1 else ord(spec.anchor))
        for number, part in enumerate(parts)
    ]
    ends = parts[-1].encode() if not FIELD.search(parts[-1]) else None
    return PlacedLayout(len(parts) - 1, tuple(steps), ends, spec.path)


def _steps(part: str, spec: Placed, end: int) -> tuple[Step, ...]:
    """The steps of a part up to the last one that is of interest."""
    texts = FIELD.split(part)  # text, name, text, name, ..., text
    steps = []
    for place in range(0, len(texts) - 1, 2):
        behind = texts[place + 2]
        steps.append(Step(texts[place].encode(), texts[place + 1], ord(behind[0]) if behind else end))
    while steps and steps[-1].name not in spec.fields:
        steps.pop()
    return tuple(steps)
