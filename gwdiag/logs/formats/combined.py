"""The Common and the combined log format, as nginx, Apache, Caddy, Kong and others write them, with what people add.

Source: httpd.apache.org mod_log_config (`common`, `combined`, `vhost_combined`), nginx.org ngx_http_log_module. After
the user agent come `key=value` pairs, numbers and quoted headers of any kind. Of the numbers only these are used: with
three decimals nginx's seconds; one whole number alone Apache's `%D`, microseconds; `3/3001402` its `%T/%D`.

nginx's time is the end of the request, Apache's its start: a line with `%D` is known to be Apache's.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import CLF_MOMENT, client_as_it_is, milliseconds, path_as_it_is
from gwdiag.logs.formats._nginx import LIST, event, with_full_names
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    rf'([^\["]{{1,600}}) \[({CLF_MOMENT})\] "((?:[^"\\]++|\\.)*+)" (\d{{3}}|[-0](?= ))(?: (?:\d++|-))?+'
    r'(?: "(?:[^"\\]++|\\.)*+" "(?:[^"\\]++|\\.)*+")?+(?=[ a-z]|$)(.*)',
    re.DOTALL,
)

OTHER_FORMATS = pattern(
    r' (?:\d+|-) "[^"]*" "[^"]*" \d+ms$'  # Traefik: its number of requests, router, server
    r"| \d+ (?:[\d.]+|-) \[[^\]]*\] "  # ingress-nginx
)

PAIR = pattern(
    r'"(?:[^"\\]++|\\.)*+"'  # a header without a name, which is a stranger's words
    rf'|(?<![^\s,;])([A-Za-z][\w.-]{{0,63}})(?:=|: )(?:"((?:[^"\\]++|\\.)*+)"|({LIST}))'
)
WORDED = pattern(rf"(?<!\S)(request_time|upstream_\w{{1,40}}) ({LIST})")
"""`request_time 0.041`: a name and its value as two words."""

SECONDS = pattern(r"(?<![\w.:=/-])\d{1,7}\.\d{3}(?![\w.:])")
MICROSECONDS = pattern(r" \*{0,2}(?:\d{1,6}/)?(\d{3,13})\*{0,2}$")

LONGEST_TAIL = 4096


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen or OTHER_FORMATS.match(seen[5]):
        return None
    head, at, request, status, tail = seen.groups()
    values = {"time_local": at, "request": request, "status": status, "remote_addr": client_of_head(head)}
    tail = tail.rstrip()[:LONGEST_TAIL]
    if "=" in tail or ": " in tail or "_time " in tail:
        values = added(tail) | values
    found = event(values, clock)
    return _timed(found, tail) if tail and found.duration_ms is None else found


def client_of_head(head: str) -> str:
    """The address before the time: `[virtual host] address identity user`, where the user may have blanks."""
    words = head.split(" ")
    if words[1:2] != ["-"] and words[2:3] == ["-"] and not words[0].endswith(","):
        words = words[1:]
    return words[0].rstrip(",")


def added(tail: str) -> dict[str, str]:
    """The `key=value` pairs that stand in what was added to a line, by the names of nginx's variables."""
    pairs = {key: quoted or bare for key, quoted, bare in PAIR.findall(tail) if key}
    return with_full_names(dict(WORDED.findall(tail)) | pairs)


def _timed(found: Event, tail: str) -> Event:
    """With the duration that stands in the tail without a name. Of several times the whole one is the longest."""
    if whole := MICROSECONDS.fullmatch(tail):
        duration = milliseconds(whole[1], 0.001)
        begun = found.at
        return found._replace(duration_ms=duration, at=begun and duration and begun + duration / 1000)
    known = [took for one in SECONDS.findall(tail) if (took := milliseconds(one, 1000)) is not None]
    return found._replace(duration_ms=max(known)) if known else found


REQUEST = '{client} - {_} [{time}] "{method} {path} {_}" {status} {#_}'
COMBINED_LINE = f'{REQUEST} "{{_}}" "{{*_}}"'

SCAN = Placed(
    templates=(
        COMBINED_LINE,
        REQUEST,
        f"{COMBINED_LINE} {{took}}",
        f'{COMBINED_LINE} rt={{took}} uct="{{uct}}" uht="{{uht}}" urt="{{urt}}"',
    ),
    time="time",
    took=Took(field="took", unit_ms=1000),
    client="client",
    path="path",
    decides=("method", "status"),
    failures=True,
    plain=("uct", "uht", "urt"),
    figures={"uct": (), "uht": (), "urt": ()},
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

COMBINED = LogFormat(
    title="Common and combined access log (nginx, Apache, Caddy, Kong, ...)",
    read=read,
    scan=SCAN,
    recorded="recorded: nginx 1.22.1, Apache 2.4.71",
    cannot_tell="no API, no upstream, no duration and no reason of a failure, unless they were added at the end",
)
