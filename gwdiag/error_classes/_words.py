"""Building patterns from the texts that gateways print."""

import re
from collections.abc import Iterator
from functools import cache, cached_property

PART = re.compile(
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


class AnyOf:
    """Finds any of the texts, which are regular expressions, whatever their case.

    All classes have hundreds of them, and a log needs few: one is compiled when a message has its longest plain part.
    """

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts

    def search(self, message: str, /) -> bool:
        """Whether it has any of them."""
        lower = message.lower()
        return any(plain in lower and _compiled(text).search(message) for plain, text in self.parts)

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """The plain part and the text of each alternative."""
        return [(plain_part(one), one) for text in self.texts for one in alternatives(text)]


def any_of(*texts: str) -> AnyOf:
    """A pattern that finds any of the texts, whatever their case."""
    return AnyOf(texts)


@cache
def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def alternatives(text: str) -> Iterator[str]:
    """The parts of a regular expression between bars that stand in no group."""
    begin = depth = 0
    for part in PART.finditer(text):
        depth += (part.lastgroup == "open") - (part.lastgroup == "close")
        if part.lastgroup == "bar" and not depth:
            yield text[begin : part.start()]
            begin = part.end()
    yield text[begin:]


def plain_part(text: str) -> str:
    """The longest plain text, in lower case, that is in all that a regular expression without bars finds."""
    runs, depth = [""], 0
    for part in PART.finditer(text):
        depth += (part.lastgroup == "open") - (part.lastgroup == "close")
        if depth:
            continue
        if part.lastgroup in ("plain", "escaped"):
            runs[-1] += part[part.lastgroup]
            continue
        if part.lastgroup == "repeat":  # what stands before it may be missing
            runs[-1] = runs[-1][:-1]
        runs.append("")
    return max(runs, key=len).lower()
