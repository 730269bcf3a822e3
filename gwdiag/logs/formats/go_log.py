"""Go's standard log: net/http's own complaints in any program's stream, services on httputil.ReverseProxy, go-redis.

Source: package log: `2026/11/20 08:27:48`, `.118234`, `file.go:12: `, with a prefix before all of it or before the
message, each of them as the program's flags say; net/http, httputil (`http: Accept error: ...`).
"""

import re

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._golang import KRAKEND_S, peer
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

PREFIX = r"(?:(?:\[[\w. -]{1,40}\]|[A-Za-z][\w.-]{0,63}):? )?"
TIME = r"\d\d:\d\d:\d\d(?:\.\d{1,6})?"

LINE = pattern(
    rf"{PREFIX}(?P<at>\d{{4}}/\d\d/\d\d {TIME}) "
    r"(?!\[\w+\] \d+#\d+: )"  # nginx begins its error log with the same time
    rf"(?!{KRAKEND_S})"
    r"(?P<message>.*)$",
    re.DOTALL,
)
UNDATED = pattern(
    rf"{PREFIX}(?:\d{{4}}/\d\d/\d\d |{TIME} )?(?:[\w/.@-]{{1,256}}\.go:\d+: )?{PREFIX}"
    r"(?:http|http2|httputil|net/http): \S"
)

ABOUT_ONE_REQUEST = pattern(r"(?:http: )?proxy error|ReverseProxy|http: panic serving")
ANSWERS = (("http: proxy error: ", "5xx"), ("httputil: ReverseProxy read error during body copy", "cut"))
"""What httputil.ReverseProxy answers unless told otherwise: 502, whatever the error."""


def read(line: str, clock: Clock) -> Event | None:
    if seen := LINE.match(line):
        at, message = clock.read(seen["at"]), line[: seen.start("at")] + seen["message"]
    elif UNDATED.match(line):
        at, message = None, line
    else:
        return None
    about_request = ABOUT_ONE_REQUEST.search(message) is not None
    failing = claim(message).id != NONE
    return Event(
        at=at,
        kind=Kind.REQUEST if about_request else Kind.NOTICE,
        level="error" if failing else "",
        message=message,
        answers=next((answer for words, answer in ANSWERS if words in message), None),
        upstream=peer(message),
    )


GO_LOG = LogFormat(
    title="Go's standard log (any httputil.ReverseProxy)",
    read=read,
    recorded="recorded: Tyk 5.8.5 and 5.14.0, Go 1.26 httputil.ReverseProxy",
    cannot_tell="no API, no status, no duration; the upstream only where the error names it",
)
