"""Caddy's JSON configuration (caddyserver.com/docs/json: apps/http/servers, handlers reverse_proxy and subroute)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._caddy import dialled
from gwdiag.definitions._document import Document
from gwdiag.definitions._routes import Route, addresses, definitions, limits
from gwdiag.definitions._walk import at, go_duration, items, seconds, strings, text, values
from gwdiag.model.definition import ApiDefinition

TRANSPORT_TIMERS = ("dial_timeout", "response_header_timeout", "read_timeout", "write_timeout")
SERVER_TIMERS = ("read_timeout", "read_header_timeout", "write_timeout")
DEEPEST = 32


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a route inherits: the paths and the host of the routes around it, and the server."""

    server: object
    paths: tuple[str, ...] = ()
    host: str = ""
    depth: int = 0


def read(document: Document, path: str) -> list[ApiDefinition]:
    servers = values(document.tree, "apps", "http", "servers")
    return definitions(route for one in servers for route in _routes(items(one, "routes"), _Scope(one), path))


def _routes(written: list[object], outer: _Scope, path: str) -> Iterator[Route]:
    for one in written if outer.depth < DEEPEST else ():
        matches = items(one, "match")
        paths = tuple(begins for match in matches for begins in map(_beginning, strings(match, "path")) if begins)
        host = next((name for match in matches for name in strings(match, "host")), "")
        scope = replace(outer, paths=paths or outer.paths, host=host or outer.host, depth=outer.depth + 1)
        for handler in items(one, "handle"):
            if text(handler, "handler") == "subroute":
                yield from _routes(items(handler, "routes"), scope, path)
            elif text(handler, "handler") == "reverse_proxy":
                yield from _proxied(handler, scope, path)


def _beginning(matched: str) -> str:
    return matched.partition("*")[0] if matched.strip("/*") else ""


def _proxied(handler: object, scope: _Scope, path: str) -> Iterator[Route]:
    transport = at(handler, "transport")
    fastcgi = text(transport, "protocol") == "fastcgi"
    scheme = "fastcgi" if fastcgi else "https" if at(transport, "tls") is not None else "http"
    members = addresses(tuple(dialled(text(one, "dial")) for one in items(handler, "upstreams")), scheme)
    asks_first = at(handler, "rewrite", "uri") and items(handler, "handle_response")  # what `forward_auth` stands for
    if not members or asks_first:
        return
    timers = {name: _seconds(transport, name) for name in TRANSPORT_TIMERS}
    timers |= {f"server {name}": _seconds(scope.server, name) for name in SERVER_TIMERS}
    whole = Route(
        path="",
        members=members,
        title=scope.host or members[0].rpartition("://")[2],
        limits=limits(timers, path),
    )
    yield from (replace(whole, path=begins) for begins in scope.paths or ("/",))


def _seconds(content: object, name: str) -> float:
    """A duration: nanoseconds, or what Go writes."""
    return seconds(content, name) / 1e9 if not text(content, name) else go_duration(text(content, name))


CADDY_JSON = DefinitionReader(title="Caddy JSON configuration", read=read)
