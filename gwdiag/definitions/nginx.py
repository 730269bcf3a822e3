"""nginx, OpenResty and what generates their files (nginx.org/en/docs: http core, proxy, upstream, rewrite and map).

A route is a location with a `*_pass`. `include` is not followed: each file says what it says alone.
"""

import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._directives import Directive, named
from gwdiag.definitions._document import Document
from gwdiag.definitions._durations import summed
from gwdiag.definitions._nginx_syntax import parse
from gwdiag.definitions._routes import (
    MOST_MEMBERS,
    Route,
    address,
    addresses,
    beginnings,
    definition,
    definitions,
    limits,
)
from gwdiag.model.definition import ApiDefinition

LOOKS = re.compile(
    r"\b(?:proxy|grpc|fastcgi|uwsgi|scgi)_pass[ \t]|^[ \t]*+upstream[ \t]+[^\s{]{1,200}+\s*+\{", re.MULTILINE
)
PASS = re.compile(r"(proxy|grpc|fastcgi|uwsgi|scgi)_pass")
BLOCKS = {"http", "stream", "server", "location", "if", "limit_except"}
"""Where a location, or a pass, can be: nothing else is looked into, so that prose around an example defines nothing."""

TIMER = re.compile(
    r"(?:proxy|grpc|fastcgi|uwsgi|scgi)_(?:connect|send|read|next_upstream)_timeout|proxy_timeout|proxy_next_upstream_timeout"
    r"|send_timeout|client_(?:header|body)_timeout|resolver_timeout"
)
UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "M": 2592000.0, "y": 31536000.0}

LOCATION = re.compile(r"(?P<how>=|~\*?|\^~)?(?P<uri>.*)", re.DOTALL)
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
PASSED = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?P<group>[^/\s$]+)")
LONGEST_VALUE = 1024
USUAL_VALUES = {"scheme": ["http"], "request_uri": ["/"], "uri": ["/"], "is_args": [""], "args": [""]}
"""What nginx's own variables may be in a pass, as far as it matters for the address."""

PLACEHOLDER = "0.0.0.1"
"""The server of an upstream whose real ones Lua chooses (balancer_by_lua: ingress-nginx, Kong, APISIX)."""

INGRESS_NAME = "proxy_upstream_name"
"""The variable that ingress-nginx keeps `namespace-service-port` in, and logs."""

Groups = Mapping[str, tuple[str, ...]]
"""The servers of each upstream block."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a block inherits. `title`: the server's name; `values`: what a variable may stand for; `fallbacks`: the
    paths behind `@name`.
    """

    paths: tuple[str, ...] = ()
    title: str = ""
    scheme: str = "http"
    values: ChainMap[str, list[str]] = field(default_factory=ChainMap)
    timers: Mapping[str, float] = field(default_factory=dict)
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(document: Document, path: str) -> list[ApiDefinition]:
    if not LOOKS.search(document.text):
        return []
    tree = parse(document.text)
    groups = dict(_groups(tree))
    whole = [one for one in tree if not PASS.fullmatch(one.name)]  # outside of any server it is prose, or a fragment
    found = definitions(_routes(whole, _Scope(values=ChainMap(USUAL_VALUES)), groups, path))
    used = {alias for one in found for alias in one.aliases}
    unused = ((name, addresses(servers)) for name, servers in groups.items() if name not in used)
    return [*found, *(_unused(name, members) for name, members in unused if members)]


def _groups(tree: list[Directive]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The upstream blocks, wherever they stand, and their servers."""
    for block in (tree, *(one.block for one in named(tree, "http", "stream"))):
        for one in named(block, "upstream"):
            if one.words and one.block:
                servers = (server.words[0] for server in named(one.block, "server") if server.words)
                real = (server for server in servers if not server.startswith(PLACEHOLDER))
                yield one.words[0], tuple(islice(real, MOST_MEMBERS))


def _unused(name: str, members: tuple[str, ...]) -> ApiDefinition:
    """An upstream block that another file passes requests to."""
    return definition(Route(path="", title=name, members=members, aliases=_aliases(name, "http", members)), name)


def _aliases(name: str, scheme: str, members: tuple[str, ...]) -> dict[str, str]:
    """nginx writes a group's name in place of an address where no server of it is live."""
    return {f"{scheme}://{name}": members[0], name: members[0]} if members else {}


def _routes(block: list[Directive], outer: _Scope, groups: Groups, path: str) -> Iterator[Route]:
    scope = _within(block, outer)
    for one in block:
        if one.name in BLOCKS:
            yield from _routes(one.block, _entered(one, scope), groups, path)
        elif one.words and (how := PASS.fullmatch(one.name)):
            choices = _values(one.words[0], scope.values)
            for passed in choices:
                title = scope.title if len(choices) == 1 else ""
                yield from _passed(passed, how[1], replace(scope, title=title), groups, path)


def _passed(passed: str, how: str, scope: _Scope, groups: Groups, path: str) -> Iterator[Route]:
    """The routes of one pass: one for each path that leads to it."""
    seen = PASSED.match(passed)
    if not seen:
        return
    scheme = seen["scheme"] or (scope.scheme if how == "proxy" else how)
    servers = groups.get(seen["group"])
    members = addresses((passed,) if servers is None else servers, scheme)
    name = next(iter(scope.values.get(INGRESS_NAME, [])), "").strip("-") if servers == () else ""
    if not members and not name:
        return
    host = address(passed, scheme).rpartition("://")[2]
    whole = Route(
        path="",
        members=members,
        name=name,
        title=seen["group"] if servers else scope.title or host,
        aliases=_aliases(seen["group"], scheme, members) if servers else {},
        limits=limits({timer: after for timer, after in scope.timers.items() if _concerns(timer, how)}, path),
    )
    yield from (replace(whole, path=begins) for begins in scope.paths or ("",))


def _concerns(timer: str, how: str) -> bool:
    kind = PASS.fullmatch(f"{timer.partition('_')[0]}_pass")
    return not kind or kind[1] == how


def _within(block: list[Directive], outer: _Scope) -> _Scope:
    """What counts within a block: its own settings, and the outer ones it leaves alone."""
    timers = {one.name: summed(" ".join(one.words), UNITS, bare=1.0) for one in block if TIMER.fullmatch(one.name)}
    values = outer.values.new_child(dict(_mapped(block)))
    for one in named(block, "set"):
        if len(one.words) == 2:
            values[one.words[0].removeprefix("$")] = _values(one.words[1], values)
    return replace(outer, timers={**outer.timers, **timers}, values=values if values.maps[0] else outer.values)


def _mapped(block: list[Directive]) -> Iterator[tuple[str, list[str]]]:
    """What the variables of `map` blocks may be."""
    for one in named(block, "map"):
        if len(one.words) == 2:
            values = dict.fromkeys(choice.words[0] for choice in one.block if choice.words)
            yield one.words[1].removeprefix("$"), list(values)[:MOST_MEMBERS]


def _values(written: str, known: Mapping[str, list[str]]) -> list[str]:
    """What a word with variables may be; a variable that is not known stays as it is."""
    found = [written]
    for name in dict.fromkeys(a or b for a, b in VARIABLE.findall(written[:LONGEST_VALUE])):
        choices = known.get(name, [])
        if len(choices) == 1 or (choices and len(found) == 1):
            found = [_put(one, name, choice) for one in found for choice in choices]
    return found


def _put(written: str, name: str, value: str) -> str:
    whole = VARIABLE.sub(lambda seen: value if name in seen.groups() else seen[0], written)
    return whole if len(whole) <= LONGEST_VALUE else ""


def _entered(one: Directive, scope: _Scope) -> _Scope:
    """The scope of a block before its own settings are known."""
    if one.name == "stream":
        return replace(scope, scheme="tcp")
    if one.name == "server":
        names = [name for each in named(one.block, "server_name") for name in each.words]
        title = next((name for name in names if re.match(r"[a-z0-9]", name)), "")
        return replace(scope, title=title, fallbacks=_fallbacks(one.block))
    if one.name == "location":
        return replace(scope, paths=_paths(one.words, scope))
    return scope


def _paths(words: list[str], scope: _Scope) -> tuple[str, ...]:
    seen = LOCATION.fullmatch("".join(words))
    uri = seen["uri"] if seen else ""
    if uri.startswith("@"):
        return scope.fallbacks.get(uri, ())
    return tuple(beginnings(uri)) if seen and (seen["how"] or "").startswith("~") else (uri,)


def _fallbacks(server: list[Directive]) -> dict[str, tuple[str, ...]]:
    """From which paths requests get to `location @name`: `try_files` and `error_page` say so."""
    found: dict[str, dict[str, None]] = {}
    for path, block in (("/", server), *((one.words[-1], one.block) for one in named(server, "location") if one.words)):
        for one in named(block, "try_files", "error_page"):
            if one.words and one.words[-1].startswith("@") and path.startswith("/"):
                found.setdefault(one.words[-1], {})[path] = None
    return {name: tuple(paths) for name, paths in found.items()}


NGINX = DefinitionReader(title="nginx configuration", read=read)
