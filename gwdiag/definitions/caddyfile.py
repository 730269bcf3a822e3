"""Caddyfile (caddyserver.com/docs/caddyfile: concepts, matchers, reverse_proxy, handle, php_fastcgi)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._caddy import dialled
from gwdiag.definitions._caddyfile_syntax import parse
from gwdiag.definitions._directives import Directive, named
from gwdiag.definitions._document import Document
from gwdiag.definitions._durations import summed
from gwdiag.definitions._routes import Route, addresses, beginnings, definitions, limits
from gwdiag.definitions._walk import UNITS as GO_UNITS
from gwdiag.model.definition import ApiDefinition

LOOKS = re.compile(r"^[ \t]*+(?:reverse_proxy|php_fastcgi)[ \t]", re.MULTILINE)
SITE = re.compile(r"(?:https?://)?(?P<host>[\w.*{}-]*|\[[0-9a-f:]+\])(?::[\d-]+)?(?:/\S*)?,?")
ADDRESS_ALONE = re.compile(r"\S*[.:]\S*|localhost")
UNITS = {**GO_UNITS, "d": 86400.0}
PROXIES = {"reverse_proxy": "http", "php_fastcgi": "fastcgi"}
NESTING = {"handle", "handle_path", "route"}
TRANSPORT_TIMERS = {"dial_timeout", "response_header_timeout", "read_timeout", "write_timeout"}
PROXY_TIMERS = {"lb_try_duration", "stream_timeout"}
SERVER_TIMERS = {"read_body", "read_header", "write"}


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a block inherits: the site's host, the paths that lead to it, the matchers' paths, the server's timers.

    `stripped`: the beginning that `handle_path` has taken away, so that matchers within it do not see it.
    """

    title: str = ""
    stripped: str = ""
    paths: tuple[str, ...] = ()
    matchers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timers: Mapping[str, float] = field(default_factory=dict)


def read(document: Document, path: str) -> list[ApiDefinition]:
    if not LOOKS.search(document.text):
        return []
    top = parse(document.text)
    timers = _timers((_inner(_inner([one], ""), "servers", "timeouts") for one in named(top, "")), SERVER_TIMERS)
    return definitions(route for site, scope in _sites(top, timers) for route in _routes(site, scope, path))


def _sites(top: list[Directive], timers: Mapping[str, float]) -> Iterator[tuple[list[Directive], _Scope]]:
    for place, one in enumerate(top):
        if one.name and SITE.fullmatch(one.name):
            if one.block:
                yield one.block, _scope_of(one, timers)
            elif ADDRESS_ALONE.fullmatch(one.name):  # the only site, without braces
                yield top[place + 1 :], _scope_of(one, timers)
                return


def _scope_of(site: Directive, timers: Mapping[str, float]) -> _Scope:
    seen = SITE.fullmatch(site.name)
    return _Scope(title=seen["host"] if seen else "", timers=timers)


def _inner(block: list[Directive], *names: str) -> list[Directive]:
    """What is within the blocks of these names, one in the other."""
    for name in names:
        block = [inner for one in named(block, name) for inner in one.block]
    return block


def _routes(block: list[Directive], outer: _Scope, path: str) -> Iterator[Route]:
    scope = replace(outer, matchers={**outer.matchers, **dict(_matchers(block))})
    for one in block:
        if one.name in NESTING:
            paths, _ = _matched(one.words, scope)
            stripped = paths[0].rstrip("/") if paths and one.name == "handle_path" else scope.stripped
            yield from _routes(one.block, replace(scope, paths=paths or scope.paths, stripped=stripped), path)
        elif one.name in PROXIES:
            yield from _proxied(one, scope, path)


def _matchers(block: list[Directive]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Named matchers: `@name path /a/* /b/*` on one line or in a block."""
    for one in block:
        if one.name.startswith("@"):
            tests = [Directive(one.words[0], one.words[1:]), *one.block] if one.words else one.block
            yield one.name, tuple(begins for test in tests for begins in _of_test(test))


def _of_test(test: Directive) -> Iterator[str]:
    if test.name == "path":
        yield from (begins for word in test.words if (begins := _beginning(word)))
    elif test.name == "path_regexp" and test.words:
        yield from beginnings(test.words[-1])


def _beginning(matched: str) -> str:
    """The literal beginning of a path matcher such as `/orders/*`."""
    return matched.partition("*")[0] if matched.startswith("/") else ""


def _matched(words: list[str], scope: _Scope) -> tuple[tuple[str, ...], list[str]]:
    """The paths of the matcher that the words may begin with, and the words behind it."""
    first = words[0] if words else ""
    if not first.startswith(("@", "/", "*")):
        return (), words
    paths = scope.matchers.get(first, ()) if first[0] == "@" else (_beginning(first),)
    return tuple(scope.stripped + one for one in paths if one.strip("/")), words[1:]


def _proxied(one: Directive, scope: _Scope, path: str) -> Iterator[Route]:
    paths, upstreams = _matched(one.words, scope)
    upstreams = [*upstreams, *(word for to in named(one.block, "to") for word in to.words)]
    transports = list(named(one.block, "transport"))
    settings = [inner for transport in transports for inner in transport.block]
    how = next((transport.words[0] for transport in transports if transport.words), "")
    secure = any(inner.name.startswith("tls") for inner in settings)
    scheme = "https" if secure else how if how == "fastcgi" else PROXIES[one.name]
    members = addresses(tuple(dialled(upstream) for upstream in upstreams), scheme)
    if not members:
        return
    timers = _timers([settings], TRANSPORT_TIMERS) | _timers([one.block], PROXY_TIMERS)
    whole = Route(
        path="",
        members=members,
        title=scope.title or members[0].rpartition("://")[2],
        limits=limits({**timers, **scope.timers}, path),
    )
    yield from (replace(whole, path=begins) for begins in paths or scope.paths or ("/",))


def _timers(blocks: "Iterator[list[Directive]] | list[list[Directive]]", wanted: set[str]) -> dict[str, float]:
    return {
        one.name: summed(one.words[0], UNITS) for block in blocks for one in block if one.name in wanted and one.words
    }


CADDYFILE = DefinitionReader(title="Caddyfile", read=read)
