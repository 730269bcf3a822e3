"""Times that a format string describes with strftime's conversions, as texts that Clock reads.

Source: strftime(3); Envoy adds `%f`, `%3f`, `%6f`, `%9f` (fractions of a second) and `%s` (since the epoch).
"""

import re
from collections.abc import Callable

SHAPES = {
    "Y": r"(?P<Y>\d{4})",
    "m": r"(?P<m>\d\d)",
    "d": r"(?P<d>[ \d]\d)",
    "e": r"(?P<d>[ \d]?\d)",
    "H": r"(?P<H>\d\d)",
    "M": r"(?P<M>\d\d)",
    "S": r"(?P<S>\d\d)",
    "f": r"(?P<f>\d{1,9})",
    "s": r"(?P<s>\d{10})",
    "z": r"(?P<z>Z|[+-]\d\d:?\d\d)",
    "b": r"(?P<b>[A-Z][a-z]{2})",
    "a": r"[A-Z][a-z]{2}",
    "Z": r"[A-Z][A-Za-z0-9+-]*+",
    "%": "%",
}
LONG = {"T": "%H:%M:%S", "F": "%Y-%m-%d", "R": "%H:%M", "h": "%b"}
CONVERSION = re.compile(r"%(?:[1-9](?=f))?(.)")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def described(text: str) -> tuple[str, Callable[[str], str]] | None:
    """What a time written so looks like, and what makes a text for Clock of it; None for an unknown conversion."""
    text = re.sub(r"%([TFRh])", lambda seen: LONG[seen[1]], text)
    pattern, at, named = "", 0, set[str]()
    for seen in CONVERSION.finditer(text):
        shape = SHAPES.get(seen[1])
        if shape is None:
            return None
        name = "d" if seen[1] == "e" else seen[1]
        pattern += re.escape(text[at : seen.start()]) + (re.sub(r"\?P<\w>", "?:", shape) if name in named else shape)
        named.add(name)
        at = seen.end()
    pattern += re.escape(text[at:])
    line = re.compile(pattern)

    def written(value: str) -> str:
        found = line.fullmatch(value)
        return _as_iso(found.groupdict()) if found else ""

    return re.sub(r"\?P<\w>", "?:", pattern), written


def _as_iso(found: dict[str, str]) -> str:
    """`2026-11-20T08:37:48.118+0000` of what was found, or seconds since the epoch; empty without a whole date."""
    fraction = f".{found['f']}" if found.get("f") else ""
    if found.get("s"):
        return f"{found['s']}{fraction}"
    month = found.get("m") or (f"{MONTHS.index(found['b']) + 1:02}" if found.get("b") in MONTHS else None)
    if not (found.get("Y") and month and found.get("d") and found.get("H") and found.get("M")):
        return ""
    zone = found.get("z") or ""
    day = found["d"].strip().zfill(2)
    return f"{found['Y']}-{month}-{day}T{found['H']}:{found['M']}:{found.get('S') or '00'}{fraction}{zone}"
