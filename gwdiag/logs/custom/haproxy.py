"""A user's own HAProxy `log-format`.

Source: HAProxy configuration manual, section 8.2.6: variables, flags in braces, `%[...]` expressions, `%o`.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom._template import LONGEST_FORMAT, Field, Part, Template
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._haproxy import ACCEPTED, HEADER, event
from gwdiag.model.event import Event
from gwdiag.model.problem import Problem

HEADER_OF = re.compile(HEADER)

VARIABLE = re.compile(r"%(?:(?P<percent>%)|(?:\{(?P<flags>[^}]*)\})?(?:\[(?P<sample>[^\]]*)\]|(?P<name>[a-zA-Z]+)))")

ZONED = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
STATE = r"[CSPLRIDUKcs-][RQCHDLT-]"

NAME = re.compile(
    r"HPO|H[MPQUV]?|ID|ST|C[CS]|T[RTacdhilqrtsuw]?|tsc?|trg|trl|tr?|hrl|hsl|h[rs]|sslc|sslv|s[cipq]?|ac|b[cipq]?|c[ip]"
    r"|f[cipt]?|lc|ms|pid|r[ct]?|[BUo]"
)
"""All variables, the longer before what they begin with: `%ts--` and `%STx` are a variable and a text."""

ZONED_TIME, TIME = re.compile(r"Tl?|tr[gl]"), re.compile(r"tr?")
NUMBER = re.compile(r"ST|[BU]|T[RTacdhiqrtsuw]|[abfs]c|ms|rc|rt|[sb]q|lc|pid|[bcfs]p")
CAPTURES = re.compile(r"h[rs]")
ADDRESS = re.compile(r"[cs]i")

SHAPES = (
    (ZONED_TIME, ZONED),
    (TIME, ACCEPTED),
    (NUMBER, r"[+-]?\d+"),
    (CAPTURES, r"\{[^}]*\}"),
    (re.compile("tsc"), STATE + r"[NIDVEOU-][NIUPRD-]"),
    (re.compile("ts"), STATE),
    (ADDRESS, r"[0-9a-fA-F:.]+|unix|-"),
)
"""What variables look like whose values are no free text."""

BEFORE_A_PORT = r"(?:[0-9a-fA-F:.]+|unix|-)(?=:(?:\d+|-)(?![\d:]))"
"""An address with its port behind, without brackets also for IPv6."""

READ = re.compile(r"ci|tr?|tr[gl]|T[altsru]?|Tt|ms|ft?|b|s|s[ip]|ST|tsc?|rc|r|HM|HPO?|HU|ID|(?:ssl_)?bc_err_str")
"""Variables that mean something here; others are read over."""

TELLING = frozenset(("ST", "ts", "tsc"))

SAMPLES = {
    "src": "ci",
    "status": "ST",
    "method": "HM",
    "path": "HP",
    "be_name": "b",
    "srv_name": "s",
    "fe_name": "ft",
    "unique-id": "ID",
    "bc_err_str": "bc_err_str",
    "ssl_bc_err_str": "ssl_bc_err_str",
}
"""Expressions that hold what a variable would."""


def from_format(text: str, name: str) -> LogFormat:
    """The format of lines that HAProxy writes with this `log-format`. Raises Problem for one that tells nothing.

    `name` is for messages: where the text is from.
    """
    if len(text) > LONGEST_FORMAT:
        raise Problem(f"{name}: a log-format of over {LONGEST_FORMAT} characters is none of HAProxy's")
    template = Template(_joined(_parts(_plain(text))))
    if not TELLING & template.keys:
        raise Problem(f"{name}: it has none of %ST, %tsc, %ts: its lines tell no failure")

    def read(line: str, clock: Clock) -> Event | None:
        header = HEADER_OF.match(line)
        values = template.values(line[header.end() :] if header else line)
        return event(_with_address(values), clock) if values else None

    return LogFormat(title=f"your own HAProxy format, from {name}", read=read, recorded="your own")


def _with_address(values: dict[str, str]) -> dict[str, str | None]:
    """`%si:%sp` names a server better than `%s` does."""
    found: dict[str, str | None] = {**values}
    if values.get("si", "-") not in ("", "-"):
        found["s"] = f"{values['si']}:{values['sp']}" if values.get("sp") else values["si"]
        found["b"] = None
    return found


def _plain(text: str) -> str:
    """The format as it is in HAProxy's memory: without the quotes and backslashes of the configuration file."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    return re.sub(r"\\(.)", r"\1", text)


def _joined(parts: Iterator[Part]) -> list[Part]:
    """The parts, texts side by side as one. HAProxy writes several spaces as one, and none at the beginning."""
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    joined = [re.sub(" +", " ", part) if isinstance(part, str) else part for part in joined]
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip()
    for place, (part, behind) in enumerate(pairwise(joined)):
        if isinstance(part, Field) and part.key in ("ci", "si") and isinstance(behind, str) and behind.startswith(":"):
            joined[place] = part._replace(shape=BEFORE_A_PORT)
    return [part for part in joined if part]


def _parts(text: str) -> Iterator[Part]:
    at, is_quoted = 0, False
    for seen in VARIABLE.finditer(text):
        named = NAME.match(seen["name"] or "")
        if seen["name"] and not named:
            continue  # no variable: a text with a per cent sign
        variable = named[0] if named else ""
        yield text[at : seen.start()] + ("%" if seen["percent"] else "")
        at = seen.end() - len(seen["name"] or "") + len(variable)
        flags = seen["flags"] or ""
        quoted = "+Q" in flags or (is_quoted and "-Q" not in flags)
        if variable == "o":
            is_quoted = quoted
        elif not seen["percent"]:
            yield from _value(variable or _of_sample(seen["sample"] or ""), is_quoted=quoted)
    yield text[at:]


def _of_sample(expression: str) -> str | None:
    """The variable that holds the same as an expression, `src` or `src,ipmask(24)`."""
    return SAMPLES.get(expression.partition(",")[0].strip())


def _value(key: str | None, *, is_quoted: bool) -> Iterator[Part]:
    shape = next((shape for name, shape in SHAPES if name.fullmatch(key)), None) if key else None
    wanted = key if key and READ.fullmatch(key) else None
    if is_quoted:
        yield from ('"', Field(wanted), '"') if shape is None else (Field(wanted, f'"?(?:{shape})"?'),)
    else:
        yield Field(wanted, shape, vanishes=bool(key and CAPTURES.fullmatch(key)))
