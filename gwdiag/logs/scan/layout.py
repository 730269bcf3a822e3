"""Where the fields of one shape of lines are: counted from bytes that all lines of the shape have, the anchors."""

import re
from dataclasses import dataclass

import numpy as np

from gwdiag.logs.scan.spec import Keyed
from gwdiag.logs.scan.words import Places, literal

LOGFMT_KEY = re.compile(rb'(?<![\w.@/-])([\w.@/-]+)=(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)')
SPACE, NEWLINE = b" \n"
JSON_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"(:?)')


@dataclass(frozen=True, slots=True)
class Check:
    """Bytes that must stand `shift` bytes behind an anchor: a word and the mask of what counts of it."""

    anchor: int
    shift: int
    word: np.uint64
    mask: np.uint64


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value begins `shift` bytes behind an anchor. It ends before the byte `stop`, or at its second quote."""

    anchor: int
    shift: int
    stop: int
    may_be_quoted: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A shape of lines with so many anchors."""

    anchors: int
    checks: tuple[Check, ...]
    values: dict[str, Value]

    def places(self, anchors: Places, first: Places) -> dict[int, Places]:
        """Where the anchors are that count, in lines whose first anchor is the one of that number."""
        return {one: anchors[first + one] for one in {check.anchor for check in self.checks}}


def checks_of(anchor: int, before: bytes, behind: bytes = b"") -> list[Check]:
    """That these bytes, up to sixteen of them, stand before the anchor (with itself), and these behind it."""
    found = []
    end = before[-8:]
    if end:
        found.append(Check(anchor, 1 - len(end), *literal(end)))
    if len(before) > 8:
        begin = before[-16:-8]
        found.append(Check(anchor, 1 - len(end) - len(begin), *literal(begin)))
    for place in range(0, len(behind), 8):
        found.append(Check(anchor, 1 + place, *literal(behind[place : place + 8])))
    return found


def keyed(line: bytes, spec: Keyed) -> Layout | None:
    """The layout of a line of keys and values; None where it is not of the kind."""
    sign = b":" if spec.json else b"="
    places = [place for place, byte in enumerate(line) if byte == sign[0]]
    of_key = _json_keys(line) if spec.json else _logfmt_keys(line)
    index = {place: number for number, place in enumerate(places)}
    checks: list[Check] = []
    values: dict[str, Value] = {}
    has_kind = spec.kind is None
    for key, place in of_key.items():
        name = key.decode("utf-8", "replace")
        behind = b""
        if spec.kind and name == spec.kind[0]:
            behind = (f'"{spec.kind[1]}"' if spec.json else spec.kind[1]).encode()
            if not line.startswith(behind, place + 1):
                return None
            has_kind = True
        if name in spec.fields:
            space = b" " if line[place + 1 : place + 2] == b" " else b""
            behind = space + behind
            values[name] = Value(index[place], 1 + len(space), _stop(line, place + 1 + len(space), spec), True)
        elif not behind and not _may_take_its_place(name, list(of_key), spec):
            continue
        before = line[max(0, place - len(key) - (3 if spec.json else 1)) : place + 1]
        checks += checks_of(index[place], before[-8:], behind)
    return Layout(len(places), tuple(checks), values) if has_kind and spec.time in values else None


def _may_take_its_place(name: str, keys: list[bytes], spec: Keyed) -> bool:
    """Whether a line may have a key in this one's place that counts. Where keys are sorted, few can."""
    names = [key.decode("utf-8", "replace") for key in keys]
    if names[2:] != sorted(names[2:]) and names != sorted(names):  # time and level may come first
        return True
    counts = [one for one in names if one in spec.fields]
    below = max((one for one in counts if one < name), default="")
    above = min((one for one in counts if one > name), default="\uffff")
    return any(below < one < above and one not in names for one in spec.fields)


def _stop(line: bytes, begin: int, spec: Keyed) -> int:
    """The byte behind a value without quotes."""
    if not spec.json:
        return SPACE if b" " in line[begin:] else NEWLINE
    seen = re.compile(rb"[^,}\]]*([,}\]])").match(line, begin)
    return seen[1][0] if seen else NEWLINE


def _logfmt_keys(line: bytes) -> dict[bytes, int]:
    """The first place of each key's `=`."""
    found: dict[bytes, int] = {}
    for seen in LOGFMT_KEY.finditer(line):
        found.setdefault(seen[1], seen.end(1))
    return found


def _json_keys(line: bytes) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for seen in JSON_KEY.finditer(line):
        if seen[2]:
            found.setdefault(seen[1], seen.start(2))
    return found
