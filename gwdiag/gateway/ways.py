"""What a request line leads to, worked out once: the API, the path behind it, the target's URL, timeouts and breakers.

The same lines come again and again, and nothing of this depends on anything but the line and the definitions. A Way is
kept for each of the last lines that came twice, and dropped with its definitions; one for a line with a number of its
own is not worth keeping. A query changes nothing but the line that is sent on: one way serves all queries of a path.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gwdiag.gateway.memo import Recurring
from gwdiag.gateway.urls import DOTS, BadUrl, Url, cleaned, escape, parse_authority, parse_request

if TYPE_CHECKING:
    from gwdiag.gateway.apis import Api
    from gwdiag.gateway.targets import Target

PLAIN_LINE = re.compile(rb"([!-~]+) ([!\"$-~]+) (HTTP/1\.[01])").fullmatch
"""A request line that needs no second look."""
PLAIN_QUERY = re.compile(rb"\?[!\"$-~]+").fullmatch
"""The same of a query with its question mark."""
MOST_WAYS = 1024
LONGEST_LINE = 512
"""Bytes of a line that is worth being remembered."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

MOST_AIMS = 64
"""Targets that one way remembers."""


class Aim:
    """A way's end at one target: `url` there, `place` with the connections, `start` of the head that is sent (without
    the Host line where the client's own goes on), the enforced timeout in seconds (0: none) and the breaker.

    `logged`, once it is asked for: what access lines say of all this.
    """

    __slots__ = ("_end", "_first", "breaker", "limit", "logged", "place", "start", "target", "url")

    def __init__(self, way: "Way", api: "Api", target: "Target") -> None:
        self.target, self.place = target, target.place
        self.url = url = api.aim(way.stripped, target)
        self._first = f"{way.method} {url.escaped_path() or '/'}{url.question()}".encode("latin-1")
        self._end = b" HTTP/1.1\r\n"
        if not api.definition.preserve_host:
            self._end += host_line(url.host.encode("latin-1"))
        self.start = self._first + self._end
        matched = api.matched_path(url.path) if api.has_endpoints else ""
        self.limit = api.limit(way.method, matched)
        self.breaker = api.breaker(way.method, matched)
        self.logged: tuple[str, ...] | None = None

    def start_with(self, query: bytes) -> bytes:
        """`start`, with a query of the client's; behind that of the target, if there is one."""
        return b"%b%b%b%b" % (self._first, b"&" if self.url.query else b"?", query[1:], self._end)


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
        self.is_bad = False
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

    def lead(self, line: bytes) -> tuple[Way, bytes] | None:
        """The way and, where it is that of all queries, the query with its question mark; None for a line that is not
        plain."""
        way = self._known.get(line)
        if way is not None:
            return way, b""
        begin, end = line.find(b"?"), line.rfind(b" ")
        if begin > 0 and PLAIN_QUERY(line, begin, end):
            way = self.of_line(line[:begin] + line[end:])
            if way is not None and way.is_usual:
                return way, line[begin:end]
        way = self.of_line(line)
        return None if way is None else (way, b"")

    def of_line(self, line: bytes) -> Way | None:
        """None for a line that is not plain."""
        known = self._known.get(line)
        if known is not None:
            return known
        seen = PLAIN_LINE(line)
        if seen is None:
            return None
        made = self.of(*seen.groups())
        self._known.came(line, made)
        return made

    def of(self, method: bytes, target: bytes, version: bytes) -> Way:
        return Way(method, target, version, self._find)


def host_line(host: bytes) -> bytes:
    return b"Host: %b\r\n" % host


def said_of(way: Way, url: Url) -> tuple[str, str, str, str, str]:
    """What access lines say of a request's line, and of where it went: method, original_path, path, protocol,
    upstream_addr. The log writes the decoded path anew; what was sent escaped is not always escaped there."""
    path = url.path if url.is_plain else escape(url.path)
    address = f"{url.scheme}://{url.host}{path}" if url.scheme else path
    return way.method, way.url.path, url.path, way.version, address
