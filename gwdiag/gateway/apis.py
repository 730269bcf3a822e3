"""The APIs that are served: which one a path belongs to, and what each keeps while it is served."""

import re
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING

from gwdiag.gateway.breaker import Breaker
from gwdiag.gateway.definitions import Definition
from gwdiag.gateway.discovery import Discovery
from gwdiag.gateway.guards import Guards
from gwdiag.gateway.keys import Keys
from gwdiag.gateway.log import Form
from gwdiag.gateway.pool import Pool
from gwdiag.gateway.targets import NoTarget, RoundRobin, Target, target_url
from gwdiag.gateway.urls import BadUrl, Url, joined

if TYPE_CHECKING:
    from gwdiag.gateway.gateway import Gateway

MOST_TARGETS = 1024
"""Targets whose addresses are remembered, however many a discovery has named over time."""


class Api:
    """One definition with its connections, its place in the list, its breakers and its counters."""

    def __init__(self, definition: Definition, gateway: "Gateway", keys: Keys) -> None:
        self.definition = definition
        self.pool = Pool(gateway.settings, definition.tls, gateway.sweep, gateway.resolver, gateway.rounds)
        self.discovery = Discovery(definition.discovery, gateway.log, gateway.rounds) if definition.discovery else None
        self.guards = Guards(definition, keys)
        self.has_endpoints = bool(definition.endpoints.limits or definition.endpoints.breakers)
        self.logged = {
            "api_id": definition.api_id,
            "api_name": definition.name,
            "api_type": definition.api_type,
            "org_id": definition.org_id,
            "prefix": "access-log",
        }
        """What all access lines of this API say; `usual_form` is the shape of most of them, `forms` are those of the
        others by what more they say."""
        self.usual_form: Form | None = None
        self.forms: dict[tuple[str, ...], Form] = {}
        self.log_fields = _filled(api_id=definition.api_id, api_name=definition.name, org_id=definition.org_id)
        self._gateway = gateway
        self._listen = re.compile(definition.listen_pattern)
        self._plain_listen = definition.listen_path if "{" not in definition.listen_path else ""
        self._round_robin = RoundRobin()
        self._target = Target(definition.target, self.pool)
        self._known: dict[str, Target] = {}
        self._targets = [self._found(one) for one in definition.targets]
        now = monotonic()
        self._breakers = [Breaker(rule, self._tripped, now) for rule in definition.endpoints.breakers]

    def stripped(self, path: str) -> str:
        """Without the listen path; always with a slash in front."""
        if path.startswith(self.definition.listen_path):
            path = path[len(self.definition.listen_path) :]
        elif not self._plain_listen:
            path = self._listen.sub("", path)
        return path if path.startswith("/") else "/" + path

    def strip(self, url: Url) -> Url:
        """Of a request's URL what goes on to the target."""
        path, raw_path = url.path, url.raw_path
        if self.definition.strip:
            path, raw_path = self.stripped(path), raw_path and self.stripped(raw_path)
        return Url(path, raw_path, url.query, "", "", "", url.has_bare_question, url.is_plain)

    def aim(self, url: Url, target: Target) -> Url:
        """What is left of it becomes a URL of the target's."""
        base, keep = target.url, self.definition.keep_slash
        path = joined(base.path, url.path, keep_slash=keep)
        raw_path = url.raw_path and joined(base.path, url.raw_path, keep_slash=keep)
        if raw_path == path:  # without an escape in it Go writes it anew
            raw_path = ""
        query = f"{base.query}&{url.query}" if base.query and url.query else base.query or url.query
        is_plain = url.is_plain and base.is_plain
        return Url(path, raw_path, query, target.scheme, target.host, "", url.has_bare_question, is_plain)

    def matched_path(self, path: str) -> str:
        """What patterns of endpoints see of the path that goes to the upstream."""
        return self.stripped(path) if self.definition.listen_path != "/" else path

    @property
    def only_target(self) -> Target | None:
        """Where there is no choice."""
        return None if self.definition.is_balanced or self.discovery is not None else self._target

    def target(self, hosts: list[str] | None, is_down: Callable[[str], bool]) -> Target:
        """Where the next request goes. `hosts`: what discovery found. Raises NoTarget."""
        definition = self.definition
        if hosts is None:
            if not definition.is_balanced:
                return self._target
            return self._round_robin.pick(self._targets, is_down if definition.checks_uptime else None)
        if definition.is_balanced:
            found = [self._found(one) for one in hosts]
            return self._round_robin.pick(found, is_down if definition.checks_uptime else None)
        if not hosts:
            raise NoTarget("index out of range")
        return self._found(hosts[0])

    def limit(self, method: str, path: str) -> float:
        """Seconds of the enforced timeout, 0 for none. `path` as `matched_path` gives it."""
        for one in self.definition.endpoints.limits:
            if one.endpoint.method == method and one.endpoint.pattern.search(path):
                return one.value or self.definition.limit
        return self.definition.limit

    def breaker(self, method: str, path: str) -> Breaker | None:
        for one in self._breakers:
            if one.rule.endpoint.method == method and one.rule.endpoint.pattern.search(path):
                return one
        return None

    def close(self) -> None:
        """It is no longer served; what is under way ends."""
        self.pool.close()

    def _found(self, host: str) -> Target:
        known = self._known.get(host)
        if known is not None:
            return known
        if len(self._known) >= MOST_TARGETS:
            self._known.clear()
        try:
            made = self._known[host] = Target(target_url(host, self.definition.scheme), self.pool)
        except BadUrl as error:
            log = self._gateway.log
            log.message("error", f"[PROXY] [LOAD BALANCING] Couldn't parse target URL:{error}", **self.log_fields)
            return self._target
        return made

    def _tripped(self, breaker: Breaker) -> None:
        log, rule = self._gateway.log, breaker.rule
        log.message("warning", f"[PROXY] [CIRCUIT BREAKER] Breaker tripped for path: {rule.endpoint.path}")
        if self.discovery is not None:
            log.message("warning", "[PROXY] [CIRCUIT BREAKER] Refreshing host list")
            self.discovery.forget()
        self._gateway.later(rule.return_after, breaker.reset)


class Routes:
    """Which API a path belongs to: the longest listen path first, and each API's own id before its listen path."""

    def __init__(self, apis: Iterable[Api], *, is_strict: bool) -> None:
        self.apis = sorted(apis, key=lambda api: -listen_length(api.definition.listen_path))
        self._is_strict = is_strict
        self._entries: list[tuple[Api, str]] = []
        expressions = []
        for api in self.apis:
            for prefix, expression in (
                (f"/{api.definition.api_id}/", re.escape(f"/{api.definition.api_id}/")),
                (api.definition.listen_path, api.definition.listen_pattern),
            ):
                self._entries.append((api, prefix))
                expressions.append(f"({expression})")
        self._all = re.compile("|".join(expressions) or r"(?!)")

    def api(self, path: str) -> Api | None:
        seen = self._all.match(path)
        if seen is None or seen.lastindex is None:
            return None
        api, prefix = self._entries[seen.lastindex - 1]
        is_explicit = self._is_strict and not prefix.endswith("/") and "{" not in prefix
        if is_explicit and path != prefix and not path.startswith(prefix + "/"):
            return None
        return api


def listen_length(path: str) -> int:
    """What counts for the order: a whole part that is a parameter is nothing but its slash."""
    if "{" not in path:
        return len(path)
    parts = path.split("/")
    return path.count("/") + sum(len(one) for one in parts if not (len(one) > 2 and one[0] == "{" and one[-1] == "}"))


def _filled(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
