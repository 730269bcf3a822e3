"""KrakenD (krakend.io/docs: configuration file, endpoints, backends, service settings)."""

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._routes import Route, addresses, definitions, limits
from gwdiag.definitions._walk import go_duration, items, strings, text
from gwdiag.model.definition import ApiDefinition

SERVICE_TIMERS = ("dialer_timeout", "response_header_timeout", "read_timeout", "read_header_timeout", "write_timeout")


def read(document: Document, path: str) -> list[ApiDefinition]:
    tree = document.tree
    return definitions(
        route for one in items(tree, "endpoints") if (route := _route(one, tree, path)) and route.members
    )


def _route(endpoint: object, tree: object, path: str) -> Route | None:
    name = text(endpoint, "endpoint")
    backends = items(endpoint, "backend")
    if not name.startswith("/") or not backends:
        return None
    hosts = [host for one in backends for host in strings(one, "host") or strings(tree, "host")]
    whole = go_duration(text(endpoint, "timeout")) or go_duration(text(tree, "timeout"))
    return Route(
        path=name.partition("{")[0].partition("*")[0],
        members=addresses(tuple(hosts)),
        title=name,
        name=name,
        limits=limits({"timeout": whole} | {timer: go_duration(text(tree, timer)) for timer in SERVICE_TIMERS}, path),
    )


KRAKEND = DefinitionReader(title="KrakenD configuration", read=read)
