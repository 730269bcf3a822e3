"""Compiles Apache httpd's `LogFormat` strings into formats.

Source: httpd.apache.org, mod_log_config, "Custom Log Formats": `%h`, `%>s`, `%{ms}T`, `%{User-Agent}i`,
`%400,501{Referer}i`. Times are the start of the request, unless `%{end:...}t` says otherwise. `%X` is X where the
client had left before the end.
"""

import re
from collections.abc import Iterator
from functools import partial

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom._shapes import ANY, ESCAPED, LIST, NUMBER, STATUS, WORD, shaped
from gwdiag.logs.custom._template import LONGEST_FORMAT, Field, Part, Template
from gwdiag.logs.custom._times import described
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import CLF_MOMENT, host_of, method_and_path, milliseconds, path_of, status_of, word
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Problem

DIRECTIVE = re.compile(r"%(?:!?[\d,]{1,100})?([<>]?)(?:\{([^}]{0,200})\})?([A-Za-z]|\^[A-Za-z]{2})")
DIRECTIVES = re.compile(rf"(?:{DIRECTIVE.pattern})+")
LOG_FORMAT = re.compile(r'^[ \t]*LogFormat[ \t]+"((?:[^"\\]++|\\.)*+)"(?:[ \t]+(\S+))?', re.MULTILINE | re.IGNORECASE)
CONTINUED = re.compile(r"\\\r?\n")
BACKSLASHED = re.compile(r"\\(.)")
BLANKS = {"t": "\t", "n": "\n"}
PERCENT = "\0"
"""Stands for `%%`, which is a percent sign and begins nothing."""

VALUES = {
    "h": ("remote_addr", WORD),
    "a": ("remote_addr", WORD),
    "r": ("request", ANY),
    "m": ("method", WORD),
    "U": ("path", ANY),
    "s": ("first_status", STATUS),
    ">s": ("status", STATUS),
    "D": ("us", NUMBER),
    "T": ("s", NUMBER),
    "{s}T": ("s", NUMBER),
    "{ms}T": ("ms", NUMBER),
    "{us}T": ("us", NUMBER),
    "X": ("connection", r"[X+-]"),
    "P": ("pid", NUMBER),
    "{pid}P": ("pid", NUMBER),
    "{tid}P": ("tid", NUMBER),
    "L": ("request_id", WORD),
    "{UNIQUE_ID}e": ("request_id", WORD),
    "{X-Forwarded-For}i": ("forwarded_for", LIST),
    "{BALANCER_WORKER_NAME}e": ("upstream", WORD),
    "{sec}t": ("time", r"\d{10}"),
    "{msec}t": ("time", r"\d{13}"),
    "{usec}t": ("time", r"\d{16}"),
    "{msec_frac}t": ("fraction", r"\d{3}"),
    "{usec_frac}t": ("fraction", r"\d{6}"),
    "{%z}t": ("zone", r"[+-]\d{4}"),
}
"""What is looked at, and what it looks like."""

PASSED_OVER = dict.fromkeys("lpvVHkA", WORD) | dict.fromkeys("bBIOS", NUMBER)

FACTORS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
"""Milliseconds of a unit; the finest one first."""

OF_A_REQUEST = frozenset(("request", "status", "first_status", *FACTORS))
"""Without one of these a line tells nothing of its request.

A path alone does not: Apache's own configuration has `%{Referer}i -> %U`, and any line of any file could be that.
"""


def from_format(text: str, name: str) -> LogFormat:
    """The format that a `LogFormat` string describes, or the whole directive. Raises Problem where it tells nothing."""
    whole = LOG_FORMAT.search(text)
    return _compiled(BACKSLASHED.sub(_plain, whole[1] if whole else text), name)


def formats_of_conf(text: str) -> dict[str, LogFormat]:
    """The formats of all `LogFormat` directives that have a name; those that tell nothing of a request are left out."""
    found = {}
    for format_, name in LOG_FORMAT.findall(CONTINUED.sub("", text)):
        try:
            found[name or "default"] = _compiled(BACKSLASHED.sub(_plain, format_), f"LogFormat {name}")
        except Problem:
            continue
    return found


def _plain(seen: re.Match[str]) -> str:
    return BLANKS.get(seen[1], seen[1])


def _compiled(text: str, where: str) -> LogFormat:
    if len(text) > LONGEST_FORMAT:
        raise Problem(f"{where}: it is longer than the {LONGEST_FORMAT} characters that are read")
    template = Template([part for part in _parts(text) if part])
    if OF_A_REQUEST.isdisjoint(template.keys):
        raise Problem(f"{where}: it has nothing that tells of a request, such as %r or %>s")
    untold = {"time": ("time",), "status": ("status", "first_status"), "duration": tuple(FACTORS)}
    return LogFormat(
        title=f"Apache, {where}",
        read=partial(_read, template, "{end:" in text),
        recorded="given by the user",
        cannot_tell=", ".join(f"no {what}" for what, keys in untold.items() if template.keys.isdisjoint(keys)),
    )


def _parts(text: str) -> Iterator[Part]:
    """The texts and values of a format. Where two of any shape stand side by side nobody can part them."""
    place = 0
    text = text.replace("%%", PERCENT)
    for seen in DIRECTIVES.finditer(text):
        yield text[place : seen.start()].replace(PERCENT, "%")
        place = seen.end()
        quoted = text[: seen.start()].endswith('"') and text.startswith('"', place)
        fields = [_field(*one) for one in DIRECTIVE.findall(seen[0])]
        if any(shape in (ANY, WORD, LIST) for shape, _ in fields[:-1]):
            fields = [next((one for one in fields if one[1].key == "path"), fields[0])]
        for shape, field in fields[:-1]:
            yield field._replace(shape=shape)
        shape, field = fields[-1]
        if shape in (ANY, WORD, LIST, NUMBER) and quoted:
            yield field._replace(shape=ESCAPED)
        else:
            yield field._replace(shape=shaped(shape, _next(text, place)))
    yield text[place:].replace(PERCENT, "%")


def _next(text: str, place: int) -> tuple[str, str]:
    """The text from there to the next value, and the shape of that value."""
    seen = DIRECTIVE.search(text, place)
    return (text[place : seen.start()], _field(*seen.groups(""))[0]) if seen else (text[place:], ANY)


def _field(which: str, argument: str, letter: str) -> tuple[str, Field]:
    """Shape and field of a directive: `>`, "", `s`; "", `User-Agent`, `i`."""
    argument = argument.removeprefix("begin:").removeprefix("end:") if letter == "t" else argument
    name = f"{{{argument}}}{letter}" if argument else f"{'>' if which == '>' else ''}{letter}"
    if name in VALUES:
        key, shape = VALUES[name]
        return shape, Field(key)
    if name == "t":
        return rf"\[{CLF_MOMENT}\]", Field("time", convert=lambda text: text.strip("[]"))
    if letter == "t":
        known = described(argument)
        return (known[0], Field("time", convert=known[1])) if known else (ANY, Field(None))
    if argument in ("c", "remote") and letter in "ah":
        return WORD, Field("remote_addr")
    return (PASSED_OVER.get(letter, ANY) if not argument else ANY), Field(None)


def _read(template: Template, ended: bool, line: str, clock: Clock) -> Event | None:
    values = template.values(line)
    if values is None:
        return None
    duration = next((milliseconds(values[unit], factor) for unit, factor in FACTORS.items() if values.get(unit)), None)
    at = clock.read(_time(values))
    method, path = method_and_path(values.get("request", ""))
    status = status_of(values.get("status") or values.get("first_status"))
    left = values.get("connection") == "X" and (status or 0) < 500
    pid, tid = word(values.get("pid")), word(values.get("tid"))
    return Event(
        at=at if ended or at is None or duration is None else at + duration / 1000,
        kind=Kind.ACCESS,
        claim="client_canceled" if left else None,
        status=status,
        duration_ms=duration,
        upstream=word(values.get("upstream")),
        client=host_of(word(values.get("remote_addr")) or values.get("forwarded_for", "").partition(",")[0]),
        method=method or word(values.get("method")),
        path=path or path_of(word(values.get("path"))),
        flag="X" if left else None,
        request_id=word(values.get("request_id")) or (f"{pid}:{tid}" if pid and tid else None),
    )


def _time(values: dict[str, str]) -> str:
    fraction = values.get("fraction", "")
    return values.get("time", "") + (f".{fraction}" if fraction else "") + values.get("zone", "")
