"""From a proxy's routes to API definitions: addresses written one way, and the names that people use."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain, islice

from gwdiag.model.definition import ApiDefinition, Limit

MOST_MEMBERS = 256
"""Servers of one upstream that are kept: more tell nothing more, and a hostile file could name millions."""

MOST_ROUTES = 100_000

PORTS = {"http": 80, "https": 443, "h2": 443, "h2c": 80, "grpc": 80, "grpcs": 443, "ws": 80, "wss": 443, "ajp": 8009}
"""What stands for a port that is not written; logs print it."""

ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*+)://)?+"
    r"(?:[^/?#\s]*@)?+"  # a user and a password are nobody's business
    r"(?:(?P<socket>unix:/[^\s:|]++)(?=:|$)"
    r"|(?P<host>\[[0-9a-fA-F:.]++\]|[^\[\]\s:/?#{}()$<>\"'`|\\%,;=*@]++)"
    r"(?::(?P<port>\d{1,5})(?=[/?#$]|$)|(?=[/?#]|$)))"  # a variable may follow a port, but not a part of a host
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where requests whose path begins with `path` go.

    `name`: what the product itself calls it; else the path names it, and `title` where the path is `/` or empty.
    """

    path: str
    members: tuple[str, ...]
    title: str
    name: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()


def address(written: str, scheme: str = "http") -> str:
    """`scheme://host:port` of a URL or of `host:port`, without user, path and query; nothing where it is neither."""
    seen = ADDRESS.match(written[:2048])
    if not seen:
        return ""
    scheme = (seen["scheme"] or scheme).lower()
    if seen["socket"]:
        return f"{scheme}://{seen['socket']}"
    port = seen["port"] or PORTS.get(scheme)
    return f"{scheme}://{seen['host']}:{port}" if port else f"{scheme}://{seen['host']}"


@lru_cache(maxsize=64)  # many routes lead to one upstream
def addresses(written: tuple[str, ...], scheme: str = "http") -> tuple[str, ...]:
    """Those of them that are addresses, each once, in their order."""
    found = (address(one, scheme) for one in written[:MOST_MEMBERS])
    return tuple(dict.fromkeys(one for one in found if one))


def limits(timers: Mapping[str, float], path: str) -> tuple[Limit, ...]:
    """The timers that are on, by the product's own names for them. `path` is the file."""
    return tuple(Limit(name=name, seconds=seconds, path=path) for name, seconds in timers.items() if seconds > 0)


def definition(route: Route, name: str, id_: str = "", paths: Iterable[str] = ()) -> ApiDefinition:
    """The definition of a route that the product itself names."""
    return ApiDefinition(
        id=id_ or name,
        name=name,
        target=route.members[0] if route.members else "",
        members=route.members if len(route.members) > 1 else (),
        paths=tuple(dict.fromkeys(one for one in (route.path, *paths) if one)),
        aliases=route.aliases,
        limits=route.limits,
    )


def definitions(routes: Iterable[Route]) -> list[ApiDefinition]:
    """One definition per API, named by the first element of its path, or by more where that is not enough."""
    found: list[ApiDefinition] = []
    pending = list(islice(routes, MOST_ROUTES))
    for naming in NAMINGS:
        groups: defaultdict[str, list[Route]] = defaultdict(list)
        for route in pending:
            groups[naming(route)].append(route)
        pending = []
        for name, same in groups.items():
            if not name:
                continue
            if len({one.members for one in same}) == 1 or naming is NAMINGS[-1]:
                found.append(_merged(name, same))
            else:
                pending += same
    return unambiguous(found)


def unambiguous(found: Iterable[ApiDefinition]) -> list[ApiDefinition]:
    """Without the paths that several of them claim: there the host or a header decides, which no log shows."""
    found = list(found)
    owners = Counter(path for one in found for path in one.paths)
    return [replace(one, paths=tuple(path for path in one.paths if owners[path] == 1)) for one in found]


def _first_element(route: Route) -> str:
    return route.name or route.path.strip("/").partition("/")[0] or route.title


def _whole_path(route: Route) -> str:
    return route.name or route.path.strip("/") or route.title


def _with_title(route: Route) -> str:
    return route.name or f"{route.title}{route.path.rstrip('/')}"


def _target(route: Route) -> str:
    return route.name or (route.members[0].rpartition("://")[2] if route.members else route.title)


NAMINGS = (_first_element, _whole_path, _with_title, _target)
"""From the name that people would use to one that is surely not shared."""


def _merged(name: str, same: list[Route]) -> ApiDefinition:
    whole = replace(
        same[0],
        members=tuple(dict.fromkeys(chain.from_iterable({one.members: None for one in same}))),
        aliases=_together([one.aliases for one in same]),
        limits=tuple(dict.fromkeys(chain.from_iterable({one.limits: None for one in same}))),
    )
    return definition(whole, name, paths=(one.path for one in same))


def _together(every: list[Mapping[str, str]]) -> Mapping[str, str]:
    """All entries of them. Routes of one upstream share one mapping, which then needs no copy."""
    different = {id(one): one for one in every}
    if len(different) == 1:
        return every[0]
    whole: dict[str, str] = {}
    for one in different.values():
        whole |= one
    return whole


GROUP = re.compile(r"\((?:\?:)?(?P<choices>[\w.|/-]+)\)(?![?*+{])")
LITERAL = re.compile(r"(?:[\w/~%@,:;=&!<>'\" -]|\\[^\w\s])")


def beginnings(pattern: str) -> Iterator[str]:
    """How the matches of a regular expression begin, as far as that is plain text: `^/(a|b)/` in two ways."""
    text, at = "", 1 if pattern.startswith("^") else len(pattern)
    while seen := LITERAL.match(pattern, at):
        text, at = text + seen[0][-1], seen.end()
    if pattern[at : at + 1] in ("?", "*", "{"):  # the last character may be missing
        text = text[:-1]
    if pattern[at : at + 1] == "|":  # another expression follows, which may begin with anything
        return
    choices = GROUP.match(pattern, at)
    if choices:
        end = "/" if pattern[choices.end() : choices.end() + 1] == "/" else ""
        yield from (f"{text}{one}{end}" for one in choices["choices"].split("|") if one)
    elif len(text) > 1:
        yield text
