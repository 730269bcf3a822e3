"""HAProxy (its configuration manual: 2.2 quoting, 4 proxies, 7 ACLs).

Backends take the name of the path that leads to them. What a map or a fetch chooses at run time (`use_backend %[...]`)
has no path here, and keeps the backend's own name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._durations import summed
from gwdiag.definitions._routes import MOST_MEMBERS, MOST_ROUTES, Route, address, beginnings, definitions, limits
from gwdiag.model.definition import ApiDefinition

LOOKS = re.compile(r"^[ \t]*+(?:backend|listen)[ \t]+\S", re.MULTILINE)
SURE = re.compile(
    r"^[ \t]*+(?:(?:use|default)_backend|bind|balance|mode|option|timeout[ \t]+[a-z-]+)[ \t]+\S", re.MULTILINE
)
SECTIONS = {"global", "defaults", "frontend", "backend", "listen"}
OTHER_SECTIONS = {
    "cache",
    "fcgi-app",
    "http-errors",
    "log-forward",
    "mailers",
    "peers",
    "program",
    "resolvers",
    "ring",
    "userlist",
}

WORD = re.compile(r"(?:\"(?:[^\"\\]++|\\.)*+\"|'[^']*+'|\\.|[^\s\"'\\#])++|#.*|[\"'\\]")
QUOTES = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"|'([^']*+)'|\\(.)")

SETTINGS = {"mode", "default-server", "default_backend"}
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
FRONT_TIMERS = frozenset({"timeout client", "timeout http-request"})
BACK_TIMERS = frozenset({"timeout connect", "timeout server", "timeout queue", "timeout tarpit", "timeout tunnel"})
TIMERS = FRONT_TIMERS | BACK_TIMERS

PATH_FETCH = re.compile(r"(?:path|url|capture\.req\.uri|pathq)(?:_(?P<how>beg|dir|reg))?(?:,[a-z]+)?(?:\(\))?")
METHODS = {"str": "", "beg": "beg", "dir": "dir", "reg": "reg"}
IPV6 = re.compile(r"(?P<host>[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F.]*):(?P<port>\d{1,5})")
TEMPLATE = re.compile(r"(?:(?P<first>\d{1,6})-)?(?P<last>\d{1,6})")


@dataclass(slots=True)
class _Proxy:
    """A section of the file. `settings` and `timers` are its own and those of the defaults that it stands under."""

    kind: str
    name: str
    settings: dict[str, list[str]]
    timers: dict[str, float]
    lines: list[list[str]] = field(default_factory=list)

    def add(self, words: list[str]) -> None:
        if words[0] in SETTINGS:
            self.settings[words[0]] = words[1:]
        elif words[0] == "timeout" and len(words) > 2 and f"timeout {words[1]}" in TIMERS:
            self.timers[f"timeout {words[1]}"] = summed(words[2], UNITS, bare=1e-3)
        else:
            self.lines.append(words)

    def of(self, keyword: str) -> Iterator[list[str]]:
        """The lines with this keyword, without it."""
        return (line[1:] for line in self.lines if line[0] == keyword and len(line) > 1)

    def limits(self, side: frozenset[str]) -> dict[str, float]:
        return {name: after for name, after in self.timers.items() if name in side}


def read(document: Document, path: str) -> list[ApiDefinition]:
    if not LOOKS.search(document.text) or not SURE.search(document.text):
        return []
    proxies = list(_proxies(document.text))
    ways = _ways(one for one in proxies if one.kind in ("frontend", "listen"))
    backs = [one for one in proxies if one.kind in ("backend", "listen")]
    return definitions(route for one in backs for route in _routes(one, ways[one.name], path))


def _proxies(text: str) -> Iterator[_Proxy]:
    defaults: dict[str, _Proxy] = {}
    nothing = latest = here = _Proxy("defaults", "", {}, {})
    for line in text.splitlines():
        words = _words(line)
        if not words:
            continue
        if words[0] in SECTIONS:
            name = words[1] if len(words) > 1 else ""
            base = latest if words[0] != "defaults" else nothing
            if words[2:3] == ["from"]:
                base = defaults.get(" ".join(words[3:]), base)
            here = _Proxy(words[0], name, {**base.settings}, {**base.timers})
            if here.kind == "defaults":
                latest = defaults[name] = here
            yield here
        elif words[0] in OTHER_SECTIONS and not line[0].isspace():
            here = _Proxy(words[0], "", {}, {})
        else:
            here.add(words)


def _words(line: str) -> list[str]:
    words = (seen[0] for seen in WORD.finditer(line))
    return [QUOTES.sub(lambda seen: seen[1] or seen[2] or seen[3] or "", one) for one in words if one[0] != "#"]


@dataclass(slots=True)
class _Way:
    """What leads to a backend: paths, in their order, and the frontends' timers."""

    paths: dict[str, None] = field(default_factory=dict)
    timers: dict[str, float] = field(default_factory=dict)


def _ways(fronts: Iterable[_Proxy]) -> defaultdict[str, _Way]:
    found: defaultdict[str, _Way] = defaultdict(_Way)
    left = MOST_ROUTES
    for front in fronts:
        lists, timers = _acls(front), front.limits(FRONT_TIMERS)
        by_path = True
        for name, *condition in front.of("use_backend"):
            leading = list(islice(_of_condition(condition, lists), left))
            left -= len(leading)
            by_path = by_path and bool(leading)
            found[name].paths |= dict.fromkeys(leading)
            found[name].timers |= timers
        found[front.name].timers |= timers
        for name in front.settings.get("default_backend", [])[:1]:
            found[name].timers |= timers
            if by_path:  # it gets what no other path takes
                found[name].paths["/"] = None
    return found


def _acls(front: _Proxy) -> dict[str, list[str]]:
    """The paths that each named ACL means; several lines of one name are one ACL."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, *test in front.of("acl"):
        found[name] += _of_test(test)
    return found


def _of_condition(words: list[str], lists: Mapping[str, list[str]]) -> Iterator[str]:
    """The paths of `if is_orders or { path_beg /orders/ }`; what is negated leads nowhere."""
    if not words or words[0] != "if":
        return
    place = 1
    while place < len(words):
        word = words[place]
        if word.lstrip("!") == "{":
            try:
                end = words.index("}", place)
            except ValueError:
                return
            if word == "{" and words[place - 1] != "!":
                yield from _of_test(words[place + 1 : end])
            place = end
        elif words[place - 1] != "!":
            yield from lists.get(word, ())
        place += 1


def _of_test(words: list[str]) -> list[str]:
    """The paths that a test such as `path_beg -i /orders/ /returns/` lets through, as far as they have a beginning."""
    fetch = PATH_FETCH.fullmatch(words[0]) if words else None
    if not fetch:
        return []
    how, values = fetch["how"] or "", words[1:]
    while values and values[0].startswith("-"):
        flag, *values = values
        if flag == "-m" and values:
            how = METHODS.get(values.pop(0), "?")
        elif flag in ("-f", "-M", "-u"):
            return []
        elif flag == "--":
            break
    if how == "?":
        return []
    if how == "reg":
        return [begins for one in values for begins in beginnings(one)]
    return [f"/{one.strip('/')}" if how == "dir" else one for one in values if one.strip("/")]


def _routes(back: _Proxy, way: _Way, path: str) -> Iterator[Route]:
    servers = dict(islice(_servers(back), MOST_MEMBERS))
    if not servers:
        return
    members = tuple(dict.fromkeys(servers.values()))
    # `<NOSRV>` stands in the log where no server was chosen; the backend's name alone in messages about all of it.
    aliases = {f"{back.name}/{name}": target for name, target in servers.items()}
    aliases |= {f"{back.name}/<NOSRV>": members[0], back.name: members[0]}
    after = limits({**way.timers, **back.limits(BACK_TIMERS)}, path)
    for begins in way.paths or ("",):
        yield Route(path=begins, members=members, title=back.name, aliases=aliases, limits=after)


def _servers(back: _Proxy) -> Iterator[tuple[str, str]]:
    """The servers of a backend by name, and their addresses."""
    usual = back.settings.get("default-server", [])
    mode = "tcp" if back.settings.get("mode") == ["tcp"] else "http"
    every = [([name], rest) for name, *rest in back.of("server")]
    every += [(_numbered(name, rest[0]), rest[1:]) for name, *rest in back.of("server-template") if rest]
    for names, rest in every:
        secure = "ssl" in rest or ("ssl" in usual and "no-ssl" not in rest)
        target = _address(rest[0], "https" if secure else mode) if rest else ""
        yield from ((name, target) for name in names if target)


def _numbered(prefix: str, range_: str) -> list[str]:
    """`srv1`, `srv2`, `srv3` of `server-template srv 1-3`."""
    seen = TEMPLATE.fullmatch(range_)
    if not seen:
        return []
    first = int(seen["first"] or 1)
    return [f"{prefix}{one}" for one in range(first, min(int(seen["last"]) + 1, first + MOST_MEMBERS))]


def _address(written: str, scheme: str) -> str:
    family, _, plain = written.rpartition("@")
    if family == "unix" or plain.startswith("/"):
        return address(f"unix:{plain}", scheme)
    if seen := IPV6.fullmatch(plain):
        plain = f"[{seen['host']}]:{seen['port']}"
    return address(plain, scheme)


HAPROXY = DefinitionReader(title="HAProxy configuration", read=read)
