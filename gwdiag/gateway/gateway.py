"""What all requests share: settings, log, clock, keys, the APIs that are served now, and what has been counted."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING

from gwdiag._version import __version__
from gwdiag.gateway.apis import Api, Routes
from gwdiag.gateway.definitions import Definition
from gwdiag.gateway.discovery import LookupFailed
from gwdiag.gateway.exchange import Exchange
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.keys import Keys
from gwdiag.gateway.log import Log
from gwdiag.gateway.metrics import Metrics
from gwdiag.gateway.request import Request
from gwdiag.gateway.resolver import Resolver
from gwdiag.gateway.settings import Settings
from gwdiag.gateway.sweep import NEVER, Sweep
from gwdiag.gateway.uptime import Uptime
from gwdiag.gateway.urls import Url, escape
from gwdiag.model.tyk_flags import ResponseFlag, class_of_flag

if TYPE_CHECKING:
    from gwdiag.gateway.client import ClientConnection

FIRST_EPHEMERAL, EPHEMERAL = 32768, 28000
LINE = (
    "api_id", "api_key", "api_name", "api_type", "client_ip", "host", "latency_gateway", "latency_total", "method",
    "org_id", "original_path", "path", "prefix", "protocol", "remote_addr", "status", "upstream_addr",
    "upstream_latency", "user_agent",
)  # fmt: skip
"""The fields that every access line has."""


class Gateway:
    """Of one process. `strict_logging`: the log says what really happened where Tyk's does not."""

    def __init__(self, settings: Settings, log: Log, *, strict_logging: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self.settings, self.log, self.strict_logging = settings, log, strict_logging
        self.sweep = Sweep(loop)
        self.resolver = Resolver()
        self.metrics = Metrics()
        self.uptime = Uptime(settings, log)
        self.is_down = self.uptime.is_down
        self.keys = Keys(None)
        self.routes = Routes((), is_strict=settings.enable_strict_routes)
        self.is_draining = False
        self.health_path = f"/{settings.health_name}"
        self.connections: set[ClientConnection] = set()
        # Tyk turns to a little server of its own when there is no target; its port shows in the log.
        self.nowhere = f"127.0.0.1:{FIRST_EPHEMERAL + os.getpid() % EPHEMERAL}"
        self.head_limit = int(settings.upstream_timeout) or NEVER  # the whole part only; 0 seconds is no limit
        self.read_limit = settings.client_read_timeout
        self.write_limit = settings.client_write_timeout
        self._discoveries: set[asyncio.Task[None]] = set()

    def serve(self, definitions: Sequence[Definition], keys: Keys) -> None:
        """From the next request on these. What has not changed keeps its connections, breakers and counters."""
        known = {api.definition.source: api for api in self.routes.apis} if keys is self.keys else {}
        self.keys = keys
        served = [known[one.source] if one.source in known else Api(one, self, keys) for one in definitions]
        replaced = [api for api in self.routes.apis if api not in served]
        self.routes = Routes(served, is_strict=self.settings.enable_strict_routes)
        for api in replaced:
            api.close()
        self.uptime.watch(check for one in definitions for check in one.uptime)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, call)

    def discover(self, exchange: Exchange) -> None:
        """Asks for the targets of an exchange's API, and goes on with it then."""
        task = asyncio.get_running_loop().create_task(self._discover(exchange))
        self._discoveries.add(task)
        task.add_done_callback(self._discoveries.discard)

    async def _discover(self, exchange: Exchange) -> None:
        api = exchange.api
        assert api.discovery is not None
        try:
            hosts = await api.discovery.targets()
        except LookupFailed as error:
            message = f"[PROXY] [SERVICE DISCOVERY] Failed target lookup: {error}"
            self.log.message("error", message, mw="ReverseProxy", **api.log_fields)
            exchange.discovered(None)
        else:
            exchange.discovered(hosts)

    def real_ip(self, request: Request, peer: str) -> str:
        """Whose request it is, by what proxies in front say of it."""
        real = request.noted.get(b"x-real-ip")
        if real and (found := _address(real)):
            return found
        forwarded = request.noted.get(b"x-forwarded-for")
        if forwarded:
            every, depth = forwarded.split(b","), self.settings.xff_depth
            if depth < 0 or depth > len(every):
                return ""
            if found := _address(every[len(every) - depth if depth else 0]):
                return found
        return peer

    def api(self, path: str) -> Api | None:
        """Whose request it is. The health page stands before all APIs, as in Tyk."""
        return None if path == self.health_path else self.routes.api(path)

    def own_page(self, path: str) -> tuple[bytes, bytes] | None:
        """Content type and body of a page about this gateway itself."""
        if path == self.health_path:
            status = {"status": "draining" if self.is_draining else "pass", "version": __version__}
            return b"application/json", json.dumps({**status, "description": "gwdiag reference gateway"}).encode()
        if path == "/metrics":
            return b"text/plain; version=0.0.4; charset=utf-8", self.metrics.written(self).encode()
        return None

    def ended(
        self,
        exchange: Exchange,
        fields: tuple[str, ...],
        values: tuple[object, ...],
        *,
        is_error: bool,
        fault: Fault | None,
    ) -> None:
        """Counts an exchange and writes its line. `fault`: what went wrong with it, if something did."""
        api, request, connection, url = exchange.api, exchange.request, exchange.connection, exchange.url
        definition = api.definition
        total, upstream = exchange.latencies(is_error=is_error)
        self.metrics.ended(definition.api_id, exchange.status, total / 1000)
        if "response_flag" in fields:
            self._count_class(fields, values, exchange.status)
        is_untold = is_error and definition.do_not_track and not self.strict_logging
        if is_untold or not self.log.writes_access:
            return
        if self.strict_logging and fault is not None:
            fields, values = _truth(exchange, fields, values, fault)
        address = f"{url.scheme}://{url.host}{_encoded(url)}" if url.scheme else _encoded(url)
        self.log.access(
            LINE + fields,
            (
                definition.api_id,
                self.keys.shown(exchange.key),
                definition.name,
                definition.api_type,
                self.real_ip(request, connection.ip),
                request.host,
                total - upstream,
                total,
                request.method,
                definition.org_id,
                exchange.original_path,
                url.path,
                "access-log",
                request.version,
                connection.remote,
                exchange.status,
                address,
                upstream,
                request.agent,
                *values,
            ),
        )

    def _count_class(self, fields: tuple[str, ...], values: tuple[object, ...], status: int) -> None:
        known = dict(zip(fields, values, strict=True))
        name = class_of_flag(str(known["response_flag"]), str(known.get("response_code_details", "")), status)
        if name:
            self.metrics.classes[name] += 1


def _encoded(url: Url) -> str:
    """The log writes the decoded path anew; what was sent escaped is not always escaped there."""
    return url.path if url.is_plain else escape(url.path)


def _truth(
    exchange: Exchange, fields: tuple[str, ...], values: tuple[object, ...], fault: Fault
) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """With --strict-logging: an answer that was cut says why, and no time-out is claimed where there was none."""
    known = dict(zip(fields, values, strict=True))
    if "response_flag" not in known:
        where = exchange.url.host + exchange.url.path
        known |= {"response_flag": fault.flag.value, "response_code_details": fault.details}
        known |= {"error_source": "ReverseProxy", "error_target": where}
    elif fault.is_misjudged:
        known |= {"response_flag": ResponseFlag.UPE.value, "response_code_details": "upstream_error"}
    return tuple(known), tuple(known.values())


def _address(text: bytes) -> str:
    try:
        return str(ip_address(text.strip().decode("ascii")))
    except ValueError:
        return ""
