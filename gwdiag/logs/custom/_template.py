"""A format string as a regular expression: texts and the fields between them, in one pass over a line."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

LONGEST_FORMAT = 8192
"""Characters of a format string. The longest in use have some 1500."""


class Field(NamedTuple):
    """A place for a value. `key` None: it is read over. `shape`: what it looks like, where that is known.

    A shape must not be able to match in two ways (`\\d+`, not `.*`): then no line can make the search long.
    `vanishes`: an empty value is not written at all, nor the space behind it. `convert`: the value from its text.
    """

    key: str | None
    shape: str | None = None
    vanishes: bool = False
    convert: Callable[[str], str] | None = None


Part = str | Field


class Template:
    """Reads lines that begin as the parts say. Behind the last field that is wanted anything may follow.

    A field without a shape ends at the first place where the text behind it stands, and nothing makes the search come
    back to it: a line takes time in proportion to its length, whatever the format and the line are.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._groups: dict[str, str] = {}
        self._converts: dict[str, Callable[[str], str]] = {}
        wanted = max((place for place, part in enumerate(parts) if isinstance(part, Field) and part.key), default=-1)
        self._line = re.compile("".join(self._pattern(parts[: wanted + 2])), re.DOTALL)

    @property
    def keys(self) -> set[str]:
        """What the fields hold."""
        return set(self._groups)

    def values(self, line: str) -> dict[str, str] | None:
        """The values of a line; None for one that is not written so."""
        seen = self._line.match(line)
        if not seen:
            return None
        found = {key: seen[group] or "" for key, group in self._groups.items()}
        return found | {key: convert(found[key]) for key, convert in self._converts.items()}

    def _pattern(self, parts: Sequence[Part]) -> Iterator[str]:
        behind: Part | None
        for place, part in enumerate(parts):
            before = parts[place - 1] if place else None
            behind = parts[place + 1] if place + 1 < len(parts) else None
            if isinstance(part, Field):
                yield self._field(part, behind)
            elif behind is not None and not (isinstance(before, Field) and before.shape is None):
                # What stands behind a field without a shape is part of that one's pattern.
                has_vanishing = isinstance(before, Field) and before.vanishes
                yield re.escape(part.removeprefix(" ") if has_vanishing else part)

    def _field(self, field: Field, behind: Part | None) -> str:
        if field.shape is not None:
            group = f"{self._group(field)}(?>{field.shape}))"
            return f"(?>{group} ?)?+" if field.vanishes else group
        if isinstance(behind, str):
            return f"(?>{self._group(field)}.*?)(?:{re.escape(behind)}|$))"
        # With another field right behind it, where it ends cannot be told: that one gets both.
        return "" if behind else f"{self._group(field)}.*+)"

    def _group(self, field: Field) -> str:
        if field.key is None or field.key in self._groups:
            return "(?:"
        name = self._groups[field.key] = f"g{len(self._groups)}"
        if field.convert:
            self._converts[field.key] = field.convert
        return f"(?P<{name}>"
