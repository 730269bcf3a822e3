"""Envoy's static configuration, its xDS files and its /config_dump (envoyproxy.io/docs: api-v3 Cluster,
RouteConfiguration, HttpConnectionManager).

Clusters and route configurations are looked for wherever they lie: their place differs between these kinds of file.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._routes import MOST_MEMBERS, Route, addresses, beginnings, definition, definitions, limits
from gwdiag.definitions._walk import at, go_duration, items, number, text
from gwdiag.model.definition import ApiDefinition, Limit

TOP = {"static_resources", "resources", "configs"}
MARKS = {"load_assignment", "connect_timeout", "lb_policy", "eds_cluster_config", "hosts"}
"""One of these is in every cluster."""

MANAGER_TIMERS = ("request_timeout", "request_headers_timeout", "stream_idle_timeout")
ROUTE_TIMERS = {
    "route timeout": ("timeout",),
    "route idle_timeout": ("idle_timeout",),
    "per_try_timeout": ("retry_policy", "per_try_timeout"),
}
NO_NAME = {"", "default"}
"""Istio calls every route `default`."""

MOST_DESTINATIONS = 16

Clusters = Mapping[str, Route]


def read(document: Document, path: str) -> list[ApiDefinition]:
    if not TOP & document.tree.keys():
        return []
    clusters: dict[str, Route] = {}
    configurations: list[tuple[object, tuple[Limit, ...]]] = []
    for one in _objects(document.tree):
        if MARKS & one.keys() and text(one, "name"):
            clusters[text(one, "name")] = _cluster(one, path)
        if items(one, "virtual_hosts"):
            configurations.append((one, ()))
        elif "stat_prefix" in one and items(one, "route_config", "virtual_hosts"):
            timers = {name: go_duration(text(one, name)) for name in MANAGER_TIMERS}
            configurations.append((at(one, "route_config"), limits(timers, path)))
    found = definitions(
        route for configuration, after in configurations for route in _routes(configuration, clusters, after, path)
    )
    used = {alias for one in found for alias in one.aliases}
    return [*found, *(definition(one, name) for name, one in clusters.items() if name not in used and one.members)]


def _objects(tree: object) -> Iterator[dict[str, object]]:
    """All objects of the tree; those of a connection manager's routes come with the manager alone."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, dict):
            yield one
            waiting += reversed(
                [inner for key, inner in one.items() if key != "route_config" or "stat_prefix" not in one]
            )


def _cluster(cluster: dict[str, object], path: str) -> Route:
    name = text(cluster, "name")
    socket = cluster.get("transport_socket")
    secure = "tls" in text(socket, "name") or "TlsContext" in text(socket, "typed_config", "@type")
    scheme = "https" if secure or "tls_context" in cluster else "http"
    members = addresses(tuple(islice(_endpoints(cluster), MOST_MEMBERS)), scheme)
    return Route(
        path="",
        members=members,
        title=name,
        aliases={name: members[0]} if members else {},
        limits=limits({"connect_timeout": go_duration(text(cluster, "connect_timeout"))}, path),
    )


def _endpoints(cluster: object) -> Iterator[str]:
    every = [
        at(one, "endpoint", "address")
        for group in items(cluster, "load_assignment", "endpoints")
        for one in items(group, "lb_endpoints")
    ]
    for address in (*every, *items(cluster, "hosts")):  # `hosts` was the field of version 2
        host, port = text(address, "socket_address", "address"), number(address, "socket_address", "port_value")
        if host and port:
            yield f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        elif pipe := text(address, "pipe", "path"):
            yield f"unix:{pipe}"


def _routes(configuration: object, clusters: Clusters, after: tuple[Limit, ...], path: str) -> Iterator[Route]:
    for host in items(configuration, "virtual_hosts"):
        for one in items(host, "routes"):
            names = list(_destinations(at(one, "route")))
            known = [clusters[name] for name in names if name in clusters]
            if not names:
                continue
            name = text(one, "name") if text(one, "name") not in NO_NAME else names[0]
            timers = {timer: go_duration(text(one, "route", *keys)) for timer, keys in ROUTE_TIMERS.items()}
            for begins in _paths(at(one, "match")) or ("",):
                yield Route(
                    path=begins,
                    members=tuple(dict.fromkeys(member for cluster in known for member in cluster.members)),
                    title=name,
                    name=name,
                    aliases={alias: address for cluster in known for alias, address in cluster.aliases.items()},
                    limits=(*(limit for one in known for limit in one.limits), *limits(timers, path), *after),
                )


def _destinations(action: object) -> Iterator[str]:
    """The clusters that a route's requests may go to."""
    if text(action, "cluster"):
        yield text(action, "cluster")
    for one in items(action, "weighted_clusters", "clusters")[:MOST_DESTINATIONS]:
        if text(one, "name"):
            yield text(one, "name")


def _paths(match: object) -> list[str]:
    if pattern := text(match, "safe_regex", "regex") or text(match, "regex"):
        return list(beginnings("^" + pattern.removeprefix("^")))  # it matches the whole path
    written = (text(match, key) for key in ("prefix", "path", "path_separated_prefix"))
    return [one for one in written if one]


ENVOY = DefinitionReader(title="Envoy configuration", read=read)
