"""Building patterns from the texts that gateways print."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from gwdiag.model.error_class import Words
from gwdiag.model.pattern import pattern

PART = pattern(
    r"""\\(?:(?P<escaped>[^\w\s])|.)       # \. stands for itself, \b and \d do not
      | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<open>\()
      | (?P<close>\))
      | (?P<bar>\|)
      | (?P<repeat>[?*]|\{[\d,]+\})
      | [.^$+]
      | (?P<plain>[^\\\[(){}|?*.^$+]+|.)""",
    re.VERBOSE,
)
"""A part of a regular expression."""

SPECIAL = pattern(r"[][\\.^$*+?{}|()]")
"""What makes more than a plain text of it."""

ALTERNATIVES = pattern(r"(?!\?)|\?:|\?P<\w+>")
"""How a group begins that finds something: another looks ahead or back."""

OPTIONAL = pattern(r"[?*]|\{[\d,]+\}")

BEGIN = 4
"""Letters of plain parts by which they are put together: so many that few messages have them without the rest."""

NUMBER = pattern(r"\d+")

LONGEST_REMEMBERED = 512

ALIKE = str.maketrans(dict.fromkeys("123456789", "0"))


class AnyOf:
    """Finds any of the texts, which are regular expressions, whatever their case.

    All classes have hundreds of them, and a log needs few: one is compiled when a message has one of its plain parts.
    """

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """Each alternative's text, once with each of its plain parts."""
        return [(plain, one) for text in self.texts for one in alternatives(text) for plain in plain_parts(one)]


def any_of(*texts: str) -> AnyOf:
    """A pattern that finds any of the texts, whatever their case."""
    return AnyOf(texts)


class Clue(NamedTuple):
    """A plain text, and the regular expression of that name that finds nothing without it or another one.

    `alike`: the plain text with nought for each digit. `is_all`: the expression is that text and no more.
    """

    name: str
    plain: str
    alike: str
    text: str
    is_all: bool


class Index:
    """Which of many patterns find something in a message: only those are looked at of which it has a plain part.

    In logs it is mostly numbers that differ, so which those are is remembered for messages without their digits.
    """

    def __init__(self, patterns: Mapping[str, Words]) -> None:
        self._clues: defaultdict[str, list[Clue]] = defaultdict(list)
        for name, words in patterns.items():
            for plain, text in words.parts:
                alike = plain.translate(ALIKE)
                self._clues[alike[:BEGIN]].append(Clue(name, plain, alike, text, plain == text.lower()))
        self._remembered = lru_cache(maxsize=8192)(self._looked_up)

    def may_find(self, message: str) -> bool:
        """Whether any pattern is to be looked at."""
        return bool(self._near(message.lower()))

    def numbers(self, message: str) -> set[str]:
        """The numbers that patterns look for which may find something in the message, whatever its numbers were."""
        without = NUMBER.sub("0", message.lower())
        return set().union(*(numbers for plain, numbers in self._numbers if plain in without))

    @cached_property
    def _numbers(self) -> list[tuple[str, set[str]]]:
        """Plain texts with one nought for each number, and the numbers of their patterns."""
        clues = [clue for some in self._clues.values() for clue in some]
        found = [(NUMBER.sub("0", clue.plain), set(NUMBER.findall(OPTIONAL.sub("", clue.text)))) for clue in clues]
        return [(plain, numbers) for plain, numbers in found if numbers]

    def search(self, message: str) -> set[str]:
        """The names of the patterns that find something."""
        lower = message.lower()
        near = (clue for clue in self._near(lower) if clue.plain in lower)
        return {clue.name for clue in near if clue.is_all or _compiled(clue.text).search(message)}

    def _near(self, lower: str) -> list[Clue]:
        without = lower.translate(ALIKE)
        return (self._remembered if len(without) <= LONGEST_REMEMBERED else self._looked_up)(without)

    def _looked_up(self, without: str) -> list[Clue]:
        """Those that are in a message, whatever their digits are."""
        clues = (clue for begin, some in self._clues.items() if begin in without for clue in some)
        return [clue for clue in clues if clue.alike in without]


@cache
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def alternatives(text: str) -> Iterator[str]:
    """The parts of a regular expression between bars that stand in no group."""
    begin = depth = 0
    for part in PART.finditer(text) if "|" in text else ():
        depth += (part.lastgroup == "open") - (part.lastgroup == "close")
        if part.lastgroup == "bar" and not depth:
            yield text[begin : part.start()]
            begin = part.end()
    yield text[begin:]


def plain_parts(text: str) -> list[str]:
    """Plain texts, in lower case: all that a regular expression without outer bars finds has one of them.

    They are its longest text in no group, or those of a group of alternatives, if the shortest of these is longer. Of
    alternatives that are plain themselves it is known what stands before them.
    """
    if not SPECIAL.search(text):
        return [text.lower()]
    runs, groups = [""], list[list[str]]()
    depth = begin = 0
    for part in PART.finditer(text):
        if part.lastgroup == "open":
            begin = begin if depth else part.end()
            depth += 1
        elif part.lastgroup == "close":
            depth -= 1
            if not depth and (group := ALTERNATIVES.match(text, begin)) and not OPTIONAL.match(text, part.end()):
                inner = list(alternatives(text[group.end() : part.start()]))
                before = runs[-1] if all(map(_is_plain, inner)) else ""
                groups.append([before + plain for one in inner for plain in plain_parts(one)])
        if depth:
            continue
        if part.lastgroup in ("plain", "escaped"):
            runs[-1] += part[part.lastgroup].lower()
            continue
        if part.lastgroup == "repeat":  # what stands before it may be missing
            runs[-1] = runs[-1][:-1]
        runs.append("")
    return max([[max(runs, key=len)], *groups], key=lambda some: min(map(len, some)))


def _is_plain(text: str) -> bool:
    return all(part.lastgroup in ("plain", "escaped") for part in PART.finditer(text))
