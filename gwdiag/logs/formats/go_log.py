"""Go's standard log: net/http's own complaints in any program's stream, services on httputil.ReverseProxy, go-redis.

Source: package log (`2026/11/20 08:27:48`, `file.go:12: `), net/http (`http: Accept error: ...`).
"""

import re

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

LINE = re.compile(
    r"(?:[\w.-]+: )?"  # a logger's prefix: `redis: `
    r"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) "
    r"(?!\[\w+\] \d+#\d+: )"  # nginx begins its error log with the same time
    r"((?:[\w/.-]+\.go:\d+: )?.*)$",
    re.DOTALL,
)
UNDATED = re.compile(r"(?:\w+: )?(?:http|http2|httputil|net/http): \S")

ABOUT_ONE_REQUEST = re.compile(r"(?:http: )?proxy error|ReverseProxy|http: panic serving")


def read(line: str, clock: Clock) -> Event | None:
    if seen := LINE.match(line):
        at, message = clock.read(seen[1]), line[: seen.start(1)] + seen[2]
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
    )


GO_LOG = LogFormat(
    title="Go's standard log (any httputil.ReverseProxy)",
    read=read,
    recorded="recorded: Tyk 5.8.5 and 5.14.0, Go 1.26 httputil.ReverseProxy",
    cannot_tell="no API, no status, no duration; the upstream only where the error names it",
)
