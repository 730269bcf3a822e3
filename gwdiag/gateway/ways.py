"""What a request line leads to, worked out once: the API, the path behind it, the target's URL, timeouts and breakers.

The same lines come again and again, and nothing of this depends on anything but the line and the definitions. A Way is
kept for each of the last lines that came twice, and dropped with its definitions; one for a line with a number of its
own is not worth keeping.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gwdiag.gateway.log import Form, Log
from gwdiag.gateway.memo import Recurring
from gwdiag.gateway.urls import DOTS, BadUrl, Url, cleaned, escape, parse_authority, parse_request

if TYPE_CHECKING:
    from gwdiag.gateway.apis import Api
    from gwdiag.gateway.targets import Target

PLAIN_LINE = re.compile(rb"([!-~]+) ([!\"$-~]+) (HTTP/1\.[01])").fullmatch
"""A request line that needs no second look."""
MOST_WAYS = 1024
LONGEST_LINE = 512
"""Bytes of a line that is worth being remembered."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

MOST_AIMS = 64
"""Targets that one way remembers."""

VARYING = (
    "api_key", "client_ip", "host", "latency_gateway", "latency_total", "remote_addr", "status", "upstream_latency",
    "user_agent",
)  # fmt: skip
"""Fields of an access line that are not the same for all requests of one way."""


class Aim:
    """A way's end at one target: `url` there, `place` with the connections, `start` of the head that is sent (without
    the Host line where the client's own goes on), the enforced timeout in seconds (0: none) and the breaker.

    `form`, once it is made, is that of the access lines of requests that went well, or as well as Tyk's log tells;
    their fields are `VARYING`.
    """

    __slots__ = ("_api", "_way", "breaker", "form", "limit", "place", "start", "target", "url")

    def __init__(self, way: "Way", api: "Api", target: "Target") -> None:
        self._way, self._api, self.target, self.place = way, api, target, target.place
        self.url = url = api.aim(way.stripped, target)
        path = (url.escaped_path() or "/") + url.question()
        self.start = f"{way.method} {path} HTTP/1.1\r\n".encode("latin-1")
        if not api.definition.preserve_host:
            self.start += host_line(url.host.encode("latin-1"))
        matched = api.matched_path(url.path) if api.has_endpoints else ""
        self.limit = api.limit(way.method, matched)
        self.breaker = api.breaker(way.method, matched)
        self.form: Form | None = None

    def make_form(self, log: Log) -> Form:
        same = {**self._api.logged, **fields_of(self._way, self.url), "type": "request"}
        self.form = log.form(VARYING, same)
        return self.form


class Way:
    """`url` as it was asked for, `stripped` of what does not go on; both are never changed. Nobody's where `api` is
    None: then it may be moved to `location`. `is_special`: its URL is none (`is_bad`), it asks about the whole server,
    or it is in the absolute form and names the `host`. `only_aim` where there is no choice. `is_usual`: an API's, and
    not special.
    """

    __slots__ = (
        "_aims",
        "api",
        "guards",
        "host",
        "is_bad",
        "is_http10",
        "is_kept",
        "is_repeatable",
        "is_server_wide",
        "is_special",
        "is_usual",
        "location",
        "method",
        "only_aim",
        "stripped",
        "target",
        "url",
        "version",
    )

    def __init__(self, method: bytes, target: bytes, version: bytes, find: Callable[[str], "Api | None"]) -> None:
        self.method = method.decode("ascii")
        self.target = target.decode("latin-1")
        self.version = version.decode("ascii")
        self.is_http10 = self.version == "HTTP/1.0"
        self.is_repeatable = self.method in REPEATABLE
        self.is_server_wide = self.target == "*" and self.method == "OPTIONS"
        self.location = ""
        self.api: Api | None = None
        self.is_bad = self.is_kept = False
        is_authority = self.method == "CONNECT" and not self.target.startswith("/")
        try:
            self.url = parse_authority(self.target) if is_authority else parse_request(self.target)
        except BadUrl:
            self.is_bad, self.url = True, Url("")
        self.host = self.url.host.encode("latin-1")
        self.is_special = self.is_bad or self.is_server_wide or bool(self.host)
        path = self.url.path
        if DOTS.search(path) or not path.startswith("/"):
            clean = cleaned(path)
            if clean != path:
                self.location = replace(self.url, path=clean, is_plain=False).written()
        if not self.location:
            self.api = find(path)
        self.is_usual = self.api is not None and not self.is_special
        if self.api is not None:
            self._lead_to(self.api)

    def _lead_to(self, api: "Api") -> None:
        self.stripped = api.strip(self.url)
        self.only_aim = Aim(self, api, api.only_target) if api.only_target is not None else None
        self.guards = api.guards.of(self.method, api.stripped(self.url.path))
        self._aims: dict[Target, Aim] = {}

    def aim(self, target: "Target") -> Aim:
        """Its end at a target of its API."""
        known = self._aims.get(target)
        if known is None:
            assert self.api is not None
            if len(self._aims) >= MOST_AIMS:
                self._aims.clear()
            known = self._aims[target] = Aim(self, self.api, target)
        return known


class Ways:
    """Those of the last request lines. `find`: whose a path is."""

    def __init__(self, find: Callable[[str], "Api | None"]) -> None:
        self._find = find
        self._known = Recurring[Way](MOST_WAYS, LONGEST_LINE)

    def of_line(self, line: bytes) -> Way | None:
        """None for a line that is not plain."""
        known = self._known.get(line)
        if known is not None:
            return known
        seen = PLAIN_LINE(line)
        if seen is None:
            return None
        made = self.of(*seen.groups())
        made.is_kept = self._known.came(line, made)
        return made

    def of(self, method: bytes, target: bytes, version: bytes) -> Way:
        return Way(method, target, version, self._find)


def host_line(host: bytes) -> bytes:
    return b"Host: %b\r\n" % host


def fields_of(way: Way, url: Url) -> dict[str, object]:
    """What the access line says of a request's line, and of where it went. The log writes the decoded path anew; what
    was sent escaped is not always escaped there."""
    path = url.path if url.is_plain else escape(url.path)
    return {
        "method": way.method,
        "original_path": way.url.path,
        "path": url.path,
        "protocol": way.version,
        "upstream_addr": f"{url.scheme}://{url.host}{path}" if url.scheme else path,
    }
