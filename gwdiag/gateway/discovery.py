"""Targets from a discovery endpoint: asked over HTTP, found in JSON by dotted paths, kept for a while.

Source: Tyk 5.14, service discovery. The status of the endpoint is not looked at; only a failed request falls back to
target_url.
"""

import asyncio
import json
from collections.abc import Callable
from time import monotonic

from gwdiag.gateway.definitions import DiscoveryRule
from gwdiag.gateway.fetch import fetch
from gwdiag.gateway.log import Log
from gwdiag.gateway.rounds import Rounds


class LookupFailed(Exception):
    """In Go's words."""


class Discovery:
    """The targets of one API. `forget` after a 504 or a tripped breaker: the next request asks again."""

    def __init__(self, rule: DiscoveryRule, log: Log, rounds: Rounds) -> None:
        self._rule, self._log, self._rounds = rule, log, rounds
        self._known: list[str] | None = None
        self._until = float("-inf")
        self._last_good: list[str] = []
        self._asking: asyncio.Future[list[str]] | None = None

    def current(self) -> list[str] | None:
        """What is known and still good."""
        return self._known if self._known is not None and monotonic() < self._until else None

    def forget(self) -> None:
        self._until = float("-inf")

    async def targets(self) -> list[str]:
        """Those of the endpoint; while somebody asks, those of the time before. Raises LookupFailed."""
        if (known := self.current()) is not None:
            return known
        if self._asking is not None:
            return self._last_good if self._last_good else await asyncio.shield(self._asking)
        self._asking = asyncio.get_running_loop().create_future()
        try:
            found = await self._ask()
        except LookupFailed as error:
            self._asking.set_exception(error)
            self._asking.exception()  # it may be that nobody else waits
            raise
        else:
            self._asking.set_result(found)
            return found
        finally:
            if not self._asking.done():
                self._asking.cancel()
            self._asking = None

    async def _ask(self) -> list[str]:
        answer = await fetch("GET", self._rule.endpoint, self._rounds, timeout=None)
        if answer.fault:
            raise LookupFailed(f'Get "{self._rule.endpoint}": {answer.fault}')
        found = hosts_in(answer.body.decode("utf-8", "replace"), self._rule, self._warn)
        if not found:
            self._warn("[PROXY][SD] Service Discovery returned empty host list! Returning last good set.")
            if not self._last_good:
                self._warn("[PROXY][SD] Last good host list is nil, returning empty set.")
            return self._last_good
        self._known = self._last_good = found
        self._until = monotonic() + self._rule.cache_seconds
        return found

    def _warn(self, message: str) -> None:
        self._log.message("warning", message)


def hosts_in(text: str, rule: DiscoveryRule, warn: Callable[[str], None]) -> list[str]:
    """The hosts in an answer. Raises LookupFailed for a list that is no JSON; any other nonsense is one empty host."""
    finder = _Finder(rule, warn)
    try:
        content = json.loads(text)
    except ValueError as error:
        if rule.returns_list:
            raise LookupFailed(_unreadable(text, error)) from None
        content = None
    if rule.returns_list:
        found = [finder.host(one) for one in (content if isinstance(content, list) else [])]
        return found if rule.is_target_list else found[:1] or [""]
    if not rule.is_target_list:
        return [finder.host(content)]
    return finder.hosts(content)


def _unreadable(text: str, error: ValueError) -> str:
    at = getattr(error, "pos", 0)
    return (
        f"invalid character {text[at]!r} looking for beginning of value"
        if at < len(text)
        else "unexpected end of JSON input"
    )


class _Finder:
    def __init__(self, rule: DiscoveryRule, warn: Callable[[str], None]) -> None:
        self._rule, self._warn = rule, warn

    def hosts(self, content: object) -> list[str]:
        """Those of a list somewhere in an object."""
        rule = self._rule
        if rule.is_nested:
            text = at_path(content, rule.parent_path)
            if not isinstance(text, str):
                return []
            if text.startswith("["):
                return [self._plain(one) + rule.target_path for one in _children(_parsed(text))]
            return [self.host(one) for one in _children(at_path(content, rule.data_path))]
        return [self.host(one) for one in _children(at_path(content, rule.parent_path))] if rule.parent_path else []

    def host(self, item: object) -> str:
        rule = self._rule
        if rule.is_nested:
            text = at_path(item, rule.parent_path)
            return (self._plain(_parsed(text)) if isinstance(text, str) else "") + rule.target_path
        return self._plain(item) + rule.target_path

    def _plain(self, item: object) -> str:
        host = at_path(item, self._rule.data_path)
        if not isinstance(host, str):
            self._warn("Get Object: hostname is not a string")
            return ""
        if not self._rule.port_path:
            return host
        port = at_path(item, self._rule.port_path)
        if isinstance(port, list) and port:
            port = port[0]
        is_number = isinstance(port, int | float) and not isinstance(port, bool)
        return f"{host}:{int(port) if is_number else port if isinstance(port, str) else ''}"  # type: ignore[call-overload]


def at_path(content: object, path: str) -> object:
    """The value behind a dotted path; `*` gathers from all of a list. Nothing is None."""
    for index, name in enumerate(parts := path.split(".")):
        name = name.replace("~1", ".").replace("~0", "~")
        if isinstance(content, dict):
            content = content.get(name)
        elif isinstance(content, list) and name == "*":
            rest = ".".join(parts[index + 1 :])
            found = [at_path(one, rest) if rest else one for one in content]
            return [one for one in found if one is not None]
        elif isinstance(content, list) and name.isdigit() and int(name) < len(content):
            content = content[int(name)]
        else:
            return None
    return content


def _children(content: object) -> list[object]:
    return content if isinstance(content, list) else list(content.values()) if isinstance(content, dict) else []


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
