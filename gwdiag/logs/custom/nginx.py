"""Compiles nginx's `log_format` strings into formats.

Source: nginx.org, ngx_http_log_module (`log_format`, `escape=default|json|none`) and "Beginner's Guide", configuration
file's structure: tokens are words, `'...'` and `"..."` with backslashes, `;`; comments go from `#` to the line's end.
"""

import re
from collections.abc import Iterator

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom._shapes import ANY, ESCAPED, LIST, NUMBER, SECONDS, STATUS, WORD, shaped
from gwdiag.logs.custom._template import LONGEST_FORMAT, Field, Part, Template
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import CLF_MOMENT
from gwdiag.logs.formats._nginx import TRIES, event
from gwdiag.model.event import Event
from gwdiag.model.problem import Problem

VARIABLE = re.compile(r"\$(?:\{(\w{1,100})\}|(\w{1,100}))")
VARIABLES = re.compile(rf"(?:{VARIABLE.pattern})+")

TOKEN = re.compile(
    r"""\s*+(?:\#[^\n]*+\s*+)*+
        (?: '((?:[^'\\]++|\\.)*+)' | "((?:[^"\\]++|\\.)*+)" | (;) | ([^\s;'"][^\s;]*+) )""",
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"(?:^|[;{}])[^\S\n]*log_format(?=\s)", re.MULTILINE)

BACKSLASHED = re.compile(r"""\\(["'\\trn])""")
BLANKS = {"t": "\t", "r": "\r", "n": "\n"}
HEXADECIMAL = re.compile(r"\\x([0-9A-Fa-f]{2})")
IN_JSON = re.compile(r'\\(["\\/])')

PATHS = ("request_uri", "uri", "document_uri")

TOLD_BY = {
    "time": ("time_local", "time_iso8601", "msec"),
    "status": ("status",),
    "duration": ("request_time", "session_time"),
    "upstream": ("upstream_addr",),
}
OF_A_REQUEST = frozenset((*TRIES, "request", "status", "request_time", "session_time"))
"""Without one of these a line tells nothing of its request: a path alone could be any line of any file."""

USED = OF_A_REQUEST.union(
    *TOLD_BY.values(),
    PATHS,
    ("request_method", "remote_addr", "http_x_forwarded_for", "hostname", "pid", "connection", "upstream_scheme"),
    ("proxy_upstream_name", "service_name", "request_id", "req_id", "kong_request_id", "http_x_request_id"),
)
RENAMED = {"document_uri": "uri", "req_id": "request_id", "kong_request_id": "request_id"}

NUMBERS = (
    "body_bytes_sent bytes_sent bytes_received request_length connection pid connection_requests remote_port"
    " server_port content_length gzip_ratio"
)
WORDS = (
    "remote_addr request_method request_uri server_protocol server_name server_addr scheme host http_host hostname pipe"
    " request_id req_id ssl_protocol ssl_cipher upstream_cache_status protocol proxy_upstream_name"
)
LISTS = (*TRIES, "upstream_bytes_received", "upstream_bytes_sent")
SHAPES = {
    "status": STATUS,
    **dict.fromkeys(("request_time", "session_time", "msec"), SECONDS),
    "time_local": rf"(?:{CLF_MOMENT})",
    "time_iso8601": r"[\dT:+Z-]{19,25}+",
    **dict.fromkeys(NUMBERS.split(), NUMBER),
    **dict.fromkeys(WORDS.split(), WORD),
    **dict.fromkeys(LISTS, LIST),
}
"""What the values of variables look like; those of all others may be anything."""

ESCAPES = ("default", "json", "none")


def from_format(text: str, name: str, escape: str = "default") -> LogFormat:
    """The format that a `log_format` string describes: `$remote_addr [$time_local] "$request" $status ...`.

    `text` may also be the whole directive. Raises Problem where none of its variables tells anything of a request.
    """
    whole = next(_directives(text), None)
    if whole:
        _, escape, text = whole
    return _compiled(BACKSLASHED.sub(_blank, text), name, escape)


def formats_of_conf(text: str) -> dict[str, LogFormat]:
    """The formats of all `log_format` directives of a configuration, by name; those that tell nothing are left out.

    Files that it includes are not read.
    """
    found = {}
    for name, escape, format_ in _directives(text):
        try:
            found[name] = _compiled(format_, f"log_format {name}", escape)
        except Problem:
            continue
    return found


def _directives(text: str) -> Iterator[tuple[str, str, str]]:
    """Name, way of escaping and whole string of each `log_format` directive."""
    for directive in DIRECTIVE.finditer(text):
        name, *pieces = _tokens(text, directive.end()) or [""]
        escape = pieces.pop(0).removeprefix("escape=") if pieces and pieces[0].startswith("escape=") else "default"
        if name and pieces and escape in ESCAPES:
            yield name, escape, "".join(pieces)


def _tokens(text: str, place: int) -> list[str]:
    """The words and quoted texts up to the semicolon; none where there is no such end."""
    tokens: list[str] = []
    while seen := TOKEN.match(text, place):
        single, double, end, bare = seen.groups()
        if end:
            return tokens
        tokens.append(bare if bare is not None else BACKSLASHED.sub(_blank, single if double is None else double))
        place = seen.end()
    return []


def _blank(seen: re.Match[str]) -> str:
    return BLANKS.get(seen[1], seen[1])


def _compiled(text: str, where: str, escape: str) -> LogFormat:
    if len(text) > LONGEST_FORMAT:
        raise Problem(f"{where}: it is longer than the {LONGEST_FORMAT} characters that are read")
    template = Template([part for part in _parts(text, escape) if part])
    told = template.keys
    if OF_A_REQUEST.isdisjoint(told):
        raise Problem(f"{where}: it has no variable that tells of a request, such as $status or $request")

    def read(line: str, clock: Clock) -> Event | None:
        values = template.values(line)
        return None if values is None else event(_plain(values, escape), clock)

    return LogFormat(
        title=f"nginx, {where}",
        read=read,
        recorded="given by the user",
        cannot_tell=", ".join(f"no {what}" for what, variables in TOLD_BY.items() if told.isdisjoint(variables)),
    )


def _parts(text: str, escape: str) -> Iterator[Part]:
    """The texts and variables of a format. Variables without a text between them are one: nobody can part them."""
    place = 0
    for seen in VARIABLES.finditer(text):
        yield text[place : seen.start()]
        place = seen.end()
        names = [braced or plain for braced, plain in VARIABLE.findall(seen[0])]
        name = next((one for one in names if one in PATHS), names[0])
        shape = SHAPES.get(name, ANY) if len(names) == 1 else ANY
        quoted = escape != "none" and text[: seen.start()].endswith('"') and text.startswith('"', place)
        key = RENAMED.get(name, name) if name in USED else None
        yield Field(key, ESCAPED if quoted else shaped(shape, _next(text, place)))
    yield text[place:]


def _next(text: str, place: int) -> tuple[str, str]:
    """The text from there to the next variable, and the shape of that variable."""
    seen = VARIABLE.search(text, place)
    return (text[place : seen.start()], SHAPES.get(seen[1] or seen[2], ANY)) if seen else (text[place:], ANY)


def _plain(values: dict[str, str], escape: str) -> dict[str, str]:
    """The values as they were before they were escaped; of a path with a host before it only the path."""
    plain = {name: _unescaped(value, escape) if "\\" in value else value for name, value in values.items()}
    for name in plain.keys() & {"request_uri", "uri"}:
        plain[name] = plain[name][max(0, plain[name].find("/")) :]
    return plain


def _unescaped(value: str, escape: str) -> str:
    if escape == "json":
        return IN_JSON.sub(r"\1", value)
    return HEXADECIMAL.sub(lambda seen: chr(int(seen[1], 16)), value) if escape == "default" else value
