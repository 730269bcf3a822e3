"""Traefik's dynamic configuration (doc.traefik.io/traefik: HTTP routers, services, serversTransports).

What its API gives at /api/rawdata has the same shape. The static configuration has no routes.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._routes import MOST_MEMBERS, Route, addresses, beginnings, definition, limits, unambiguous
from gwdiag.definitions._walk import at, go_duration, items, pairs, seconds, text
from gwdiag.model.definition import ApiDefinition

MATCHER = re.compile(
    r"(?P<not>!\s{0,3})?\b(?P<how>Path(?:Prefix|Regexp)?)\((?P<values>[^()]{0,500}+(?:\([^()]{0,200}+\)[^()]{0,200}+)*+)\)"
)
QUOTED = re.compile(r"`([^`]*+)`|\"([^\"]*+)\"")
TIMERS = ("dialTimeout", "responseHeaderTimeout")
BEHIND = (("mirroring", "service"), ("failover", "service"), ("failover", "fallback"))
MOST_SERVICES = 20
"""Services behind one router."""

Named = Mapping[str, object]


def read(document: Document, path: str) -> list[ApiDefinition]:
    tree = document.tree
    http = at(tree, "http") or (tree if "routers" in tree and "services" in tree else None)
    services = {_plain(name): one for name, one in pairs(http, "services")}
    transports = {_plain(name): one for name, one in pairs(http, "serversTransports")}
    transports[""] = at(tree, "serversTransport")  # of the static configuration, where one file has both
    routers = ((name, one) for name, one in pairs(http, "routers") if text(one, "rule"))
    found = (_definition(name, one, services, transports, path) for name, one in routers)
    return unambiguous(one for one in found if one.target)


def _definition(name: str, router: object, services: Named, transports: Named, path: str) -> ApiDefinition:
    service = _plain(text(router, "service"))
    balancers = list(_balancers(service, services))
    members = addresses(tuple(url for one in balancers for url in islice(_urls(one), MOST_MEMBERS)))
    # Traefik's log calls a router, and a service, `name@provider`.
    provider = name.partition("@")[2] or "file"
    whole = Route(
        path="",
        members=members,
        title=_plain(name),
        aliases={service: members[0], f"{service}@{provider}": members[0]} if members else {},
        limits=limits({timer: after for one in balancers for timer, after in _timers(one, transports)}, path),
    )
    return definition(whole, _plain(name), f"{_plain(name)}@{provider}", _paths(text(router, "rule")))


def _plain(name: str) -> str:
    return name.partition("@")[0]


def _balancers(name: str, services: Named) -> Iterator[object]:
    """The services with servers behind a service, through weighted, mirrored and failover ones."""
    waiting = [name]
    for one in waiting:  # it grows
        service = services.get(one)
        if balancer := at(service, "loadBalancer"):
            yield balancer
        several = chain.from_iterable(items(service, kind, "services") for kind in ("weighted", "highestRandomWeight"))
        inner = [text(other, "name") for other in islice(several, MOST_SERVICES)]
        inner += [text(service, *keys) for keys in BEHIND]
        waiting += [other for each in inner if (other := _plain(each)) and other not in waiting]
        del waiting[MOST_SERVICES:]


def _urls(balancer: object) -> Iterator[str]:
    return (text(server, "url") for server in items(balancer, "servers"))


def _timers(balancer: object, transports: Named) -> Iterator[tuple[str, float]]:
    forwarding = at(transports.get(_plain(text(balancer, "serversTransport"))), "forwardingTimeouts")
    for name in TIMERS:
        # A number without a unit is of seconds (paerser's Duration).
        if after := go_duration(text(forwarding, name)) or seconds(forwarding, name):
            yield name, after


def _paths(rule: str) -> Iterator[str]:
    """The paths of a rule such as ``Host(`a.example`) && PathPrefix(`/orders`, `/returns`)``."""
    for seen in MATCHER.finditer(rule):
        if seen["not"]:
            continue
        for one in (a or b for a, b in QUOTED.findall(seen["values"])):
            if seen["how"] == "PathRegexp":
                yield from beginnings(one)
            elif one.strip("/"):
                yield one.partition("{")[0]  # version 2 has patterns in braces


TRAEFIK = DefinitionReader(title="Traefik dynamic configuration", read=read)
