"""Apache APISIX in standalone mode (apisix.apache.org/docs: deployment modes, Admin API's Route, Service, Upstream)."""

from collections.abc import Iterator

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._routes import Route, addresses, definition, limits, unambiguous
from gwdiag.definitions._walk import at, items, number, pairs, seconds, strings, text
from gwdiag.model.definition import ApiDefinition

TIMERS = ("connect", "send", "read")


def read(document: Document, path: str) -> list[ApiDefinition]:
    tree = document.tree
    services, upstreams = _by_id(tree, "services"), _by_id(tree, "upstreams")
    found = []
    for route in items(tree, "routes"):
        uris = [*strings(route, "uri"), *strings(route, "uris")]
        service = services.get(_id(route, "service_id"))
        upstream = _upstream(route, upstreams) or _upstream(service, upstreams)
        name = text(route, "name") or _id(route, "id") or next(iter(uris), "")
        members = addresses(tuple(_nodes(upstream)), text(upstream, "scheme") or "http")
        if not uris or not members:
            continue
        timeout = at(route, "timeout") or at(upstream, "timeout")
        called = text(upstream, "name") or _id(upstream, "id")
        whole = Route(
            path="",
            members=members,
            title=name,
            aliases={called: members[0]} if called else {},
            limits=limits({f"timeout.{timer}": seconds(timeout, timer) for timer in TIMERS}, path),
        )
        paths = (begins for one in uris if (begins := one.partition("*")[0].partition(":")[0]).strip("/"))
        found.append(definition(whole, name, _id(route, "id"), paths))
    return unambiguous(found)


def _id(entity: object, key: str) -> str:
    """An id: a text, or a number."""
    return text(entity, key) or (str(number(entity, key)) if number(entity, key) else "")


def _by_id(tree: object, kind: str) -> dict[str, object]:
    return {_id(one, "id"): one for one in items(tree, kind) if _id(one, "id")}


def _upstream(entity: object, upstreams: dict[str, object]) -> object:
    return at(entity, "upstream") or upstreams.get(_id(entity, "upstream_id"))


def _nodes(upstream: object) -> Iterator[str]:
    """`{"10.0.0.1:8080": 1}`, or a list of `{host, port, weight}`."""
    yield from (name for name, _ in pairs(upstream, "nodes"))
    for one in items(upstream, "nodes"):
        port = number(one, "port")
        yield f"{text(one, 'host')}:{port}" if port else text(one, "host")


APISIX = DefinitionReader(title="APISIX standalone configuration", read=read)
