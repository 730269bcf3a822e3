"""What the values of web servers' logs look like, as patterns that match in one way only."""

import re

NUMBER = r"[\d.-]{0,40}+"
SECONDS = r"(?:\d{1,10}\.\d{3}|-|(?!\d))"
STATUS = r"(?:\d{3}|-|(?!\d))"
ESCAPED = r'(?:[^"\\]++|\\.)*+'
"""A value inside of quotes, in which a quote has a backslash before it or is written otherwise."""

LIST = "list"
"""Several values with `, ` or ` : ` between them."""

WORD = "word"
"""No blanks."""

ANY = "any"

BEGINNINGS = {
    NUMBER: r"(?:-|\d{1,20}(?:\.\d{1,9})?)(?![\w.])",
    SECONDS: r"\d{1,10}\.\d{3}(?!\d)",
    STATUS: r"\d{3}(?!\d)",
}
"""By what a value is known, where the text before it may also stand in the value before that."""


def shaped(shape: str, following: tuple[str, str]) -> str | None:
    """The pattern of a value of that shape, by the text behind it and the shape of the value behind that one.

    None: it reaches to the text behind it.
    """
    text, next_shape = following
    end = text[:1]
    not_end = "" if end.isspace() else re.escape(end)
    if shape == LIST and end not in (".", ":", "-", ","):
        item = rf"(?:\[[^\]\s]*+\]:\d++|[^\s,{not_end}]++)"
        return rf"(?:{item}(?:(?:, | : ){item})*+)?+"
    if shape == WORD:
        return rf"[^\s{not_end}]*+"
    if shape not in (LIST, ANY) and not (shape == NUMBER and end in (".", "-")):
        return shape
    if next_shape in BEGINNINGS:
        return rf"(?:(?!{re.escape(text)}{BEGINNINGS[next_shape]}).)*+"
    return None
