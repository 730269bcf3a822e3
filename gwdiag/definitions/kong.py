"""Kong's declarative configuration (developer.konghq.com: DB-less mode, decK; Service, Route, Upstream, Target)."""

from collections import defaultdict
from collections.abc import Iterator

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._routes import MOST_MEMBERS, Route, addresses, beginnings, definition, limits, unambiguous
from gwdiag.definitions._walk import at, items, number, seconds, strings, text
from gwdiag.model.definition import ApiDefinition

TIMERS = ("connect_timeout", "read_timeout", "write_timeout")


def read(document: Document, path: str) -> list[ApiDefinition]:
    tree = document.tree
    if "_format_version" not in tree:
        return []
    groups = _upstreams(tree)
    routes = _routes(tree)
    return unambiguous(
        _definition(service, groups, routes, path) for service in items(tree, "services") if _name(service)
    )


def _name(entity: object) -> str:
    return text(entity, "name") or text(entity, "id") or text(entity, "host")


def _upstreams(tree: object) -> dict[str, tuple[str, ...]]:
    """The targets of each upstream, which may be written within it or apart."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in items(tree, "upstreams"):
        found[text(one, "name")] += [text(target, "target") for target in items(one, "targets")]
    for target in items(tree, "targets"):
        found[_referred(target, "upstream")].append(text(target, "target"))
    # Kong's port for a target that has none is 8000 (entity Target).
    return {
        name: tuple(one if ":" in one else f"{one}:8000" for one in targets[:MOST_MEMBERS])
        for name, targets in found.items()
    }


def _referred(entity: object, kind: str) -> str:
    """Another entity's name: `service: orders`, or `service: {name: orders}`."""
    return text(entity, kind) or _name(at(entity, kind))


def _routes(tree: object) -> dict[str, list[object]]:
    """The routes that are written apart from their services, by the service's name."""
    found: defaultdict[str, list[object]] = defaultdict(list)
    for one in items(tree, "routes"):
        found[_referred(one, "service")].append(one)
    return found


def _definition(
    service: object, groups: dict[str, tuple[str, ...]], routes: dict[str, list[object]], path: str
) -> ApiDefinition:
    host, scheme = text(service, "host"), text(service, "protocol") or "http"
    port = number(service, "port") or (443 if scheme in ("https", "grpcs") else 80)
    url = text(service, "url") or f"{scheme}://{host}:{port}"
    group = url.partition("://")[2].partition("/")[0].partition(":")[0]
    members = addresses(groups.get(group) or (url,), url.partition("://")[0])
    name = _name(service)
    whole = Route(
        path="",
        members=members,
        title=name,
        aliases={group: members[0]} if members and groups.get(group) else {},
        limits=limits({timer: seconds(service, timer) / 1000 for timer in TIMERS}, path),
    )
    every = [*items(service, "routes"), *routes.get(name, []), *routes.get(text(service, "id") or name, [])]
    return definition(whole, name, text(service, "id"), (begins for route in every for begins in _paths(route)))


def _paths(route: object) -> Iterator[str]:
    for one in strings(route, "paths"):
        if one.startswith("~"):  # a regular expression, which Kong anchors
            yield from beginnings("^" + one[1:].removeprefix("^"))
        else:
            yield one


KONG = DefinitionReader(title="Kong declarative configuration", read=read)
