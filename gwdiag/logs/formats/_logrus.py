"""What the formatters of the Go library logrus write: `key=value` text and JSON objects.

Source: logrus TextFormatter and JSONFormatter; a value is bare where it has only `[A-Za-z0-9-._/@^+]`, else it is
quoted as Go's %q does; keys after time, level and message are sorted.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import repeat

from gwdiag.model.pattern import pattern

LEVELS = frozenset(("trace", "debug", "info", "warning", "warn", "error", "fatal", "panic"))

KEYS = pattern(r"[\w.@/-]+")
FIELD = pattern(
    r"""(?<![\w.@/-])([\w.@/-]+)=               # the key
        (?: "([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?$)   # quoted; the end of a cut line ends it too
          | ([^\s"]*(?:\ (?![\w.@/-]+=)[^\s"=]+)*)  # bare; words without quotes go on to the next key (DisableQuote)
        )""",
    re.VERBOSE,
)

LAST_FIELD = pattern(r"""(?<!\s)\s++([\w.-]++)=(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"|(\S*))""")

PLAIN_VALUE = r"""("[ !#-\[\]-~]*+"|[!#-<>-\[\]-~]*+)"""
"""Quoted or bare, of ASCII that can be printed, without quotes and backslashes; bare, also without blanks and `=`."""

OFTEN = 100
"""Lines with the same keys from which on a pattern of them is compiled, which takes as long as reading 100."""

MOST_KNOWN = 4
"""Layouts that are tried for each line."""

ESCAPE = pattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
BACKSLASH, QUOTE = "\x01", "\x02"
"""What stands for an escaped backslash, and an escaped quote, while a line is taken apart."""

PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

TYK_S_OWN = frozenset(("prefix", "api_id", "api_name", "org_id", "mw"))
"""Keys of Tyk's records."""

SKIPPER_S = "[APP]"
"""Skipper puts this before each line unless told otherwise."""

CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"'})
"""Quotes as forums and word processors make of them."""


def text_fields(line: str) -> dict[str, str] | None:
    """The fields of a line that logrus wrote as text; None where it did not."""
    line = line.removeprefix(SKIPPER_S)
    if not line.startswith(("time=", "level=")):
        return None
    if not line.isascii():
        line = line.translate(CURLY)
    fields = _known_fields(line) or _plain_fields(line) or _any_fields(line)
    # go-kit begins with the level too; its time is `ts`, and logrus' own is the first of all.
    is_logrus_s = "time" in fields or "ts" not in fields
    return fields if is_logrus_s and fields.get("level") in LEVELS else None


class _Layout:
    """The keys of a line, in their order, and how many lines had them."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.lines = 0
        self._pattern = pattern(" ".join(f"{re.escape(key)}={PLAIN_VALUE}" for key in keys))

    def fields(self, line: str) -> dict[str, str] | None:
        """What `_plain_fields` gives, in half the time, for a line of these keys without escapes; None of others."""
        seen = self._pattern.fullmatch(line)
        return dict(zip(self.keys, map(str.strip, seen.groups(), repeat('"')), strict=True)) if seen else None


_known: list[_Layout] = []
"""What many lines had."""


def _known_fields(line: str) -> dict[str, str] | None:
    for layout in _known:
        if fields := layout.fields(line):
            return fields
    return None


def _plain_fields(line: str) -> dict[str, str] | None:
    """The fields of a line as nearly all are, in half the time: bare words, quoted texts, spaces. None of others."""
    if not line.isprintable():
        return None
    has_escapes = "\\" in line
    if has_escapes:  # a quote that is escaped ends nothing; what is not printable cannot be in the line
        line = line.replace("\\\\", BACKSLASH).replace('\\"', QUOTE)
    parts = line.split('"')  # outside of quotes and inside by turns
    outside, inside = '"'.join(parts[::2]), parts[1::2]
    if not len(parts) % 2 or (has_escapes and not outside.isprintable()) or "\\" in outside:
        return None
    words = outside.split()
    try:
        fields = dict([word.split("=", 1) for word in words])
    except ValueError:  # a word without a key
        return None
    if len(fields) < len(words) or list(fields.values()).count('"') < len(inside):
        return None
    if not (layout := _layout(tuple(fields))):
        return None
    layout.lines += 1
    if layout.lines == OFTEN and len(_known) < MOST_KNOWN:
        _known.append(layout)
    if has_escapes:
        inside = [unquote(text.replace(QUOTE, '\\"').replace(BACKSLASH, "\\\\")) for text in inside]
    if inside:
        texts = iter(inside)
        for key, value in fields.items():
            if value == '"':
                fields[key] = next(texts)
    return fields


@lru_cache
def _layout(words: tuple[str, ...]) -> _Layout | None:
    """Of these keys; None where they are none."""
    return _Layout(words) if "" not in words and KEYS.fullmatch("".join(words)) else None


def _any_fields(line: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for key, quoted, bare in FIELD.findall(line):
        if key not in fields:
            fields[key] = unquote(quoted) if quoted else bare
    return fields


def is_logrus(fields: Mapping[str, object]) -> bool:
    """Whether an object is a record of logrus. `message` for `msg` is Tyk's; zerolog writes it as well."""
    level = fields.get("level")
    if not isinstance(level, str) or level not in LEVELS or not isinstance(fields.get("time"), str):
        return False
    return isinstance(fields.get("msg"), str) or (
        isinstance(fields.get("message"), str) and not TYK_S_OWN.isdisjoint(fields)
    )


def message_and_fields(text: str) -> tuple[str, dict[str, str]]:
    """A message and the fields behind it: those that follow each other up to the end."""
    text, begin, end = text.rstrip(), 0, 0
    fields: dict[str, str] = {}
    for seen in LAST_FIELD.finditer(text):
        if seen.start() != end:
            begin, fields = seen.start(), {}
        fields[seen[1]] = unquote(seen[2]) if seen[2] else seen[3] or ""
        end = seen.end()
    return (text[:begin], fields) if fields and end == len(text) else (text, {})


def unquote(text: str) -> str:
    """What stood in Go's %q before it was quoted."""
    return ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(seen: re.Match[str]) -> str:
    code = seen[1] or seen[2] or seen[3]
    if not code:
        return PLAIN.get(seen[4], seen[4])
    number = int(code, 16)
    # Go writes bytes that are no UTF-8 as \xNN, and cannot write surrogates.
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "�"
