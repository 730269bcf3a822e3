"""What all requests share: settings, log, clock, keys, the APIs that are served now, and what has been counted."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gwdiag._version import __version__
from gwdiag.gateway.access_log import AccessLog, real_ip
from gwdiag.gateway.apis import Api, Routes
from gwdiag.gateway.definitions import Definition
from gwdiag.gateway.discovery import LookupFailed
from gwdiag.gateway.exchange import Exchange
from gwdiag.gateway.keys import Keys
from gwdiag.gateway.log import Log
from gwdiag.gateway.metrics import Metrics
from gwdiag.gateway.request import Request
from gwdiag.gateway.resolver import Resolver
from gwdiag.gateway.rounds import Rounds
from gwdiag.gateway.settings import Settings
from gwdiag.gateway.sweep import NEVER, Sweep
from gwdiag.gateway.uptime import Uptime
from gwdiag.gateway.ways import Ways

if TYPE_CHECKING:
    from gwdiag.gateway.client import ClientConnection

FIRST_EPHEMERAL, EPHEMERAL = 32768, 28000


class Gateway:
    """Of one process. `strict_logging`: the log says what really happened where Tyk's does not."""

    def __init__(self, settings: Settings, log: Log, rounds: Rounds, *, strict_logging: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self.settings, self.log = settings, log
        self.sweep = Sweep(loop)
        self.resolver, self.rounds = Resolver(), rounds
        self.metrics = Metrics()
        self.access_log = AccessLog(self, strict_logging=strict_logging)
        self.uptime = Uptime(settings, log, self.rounds)
        self.is_down = self.uptime.is_down
        self.keys, self.logged_nobody = Keys(None), ""
        self.routes = Routes((), is_strict=settings.enable_strict_routes)
        self.ways = Ways(self.api)
        self.is_draining = False
        self.closes_connections = settings.close_connections
        self.connection_line = b"Connection: close\r\n" if settings.proxy_close_connections else b""
        self.health_path = f"/{settings.health_name}"
        self.connections: set[ClientConnection] = set()
        self.sweep.connections = self.connections
        # Tyk turns to a little server of its own when there is no target; its port shows in the log.
        self.nowhere = f"127.0.0.1:{FIRST_EPHEMERAL + os.getpid() % EPHEMERAL}"
        self.head_limit = int(settings.upstream_timeout) or NEVER  # the whole part only; 0 seconds is no limit
        self.read_limit = settings.client_read_timeout
        self.write_limit = settings.client_write_timeout
        self.flush_interval = max(settings.flush_interval, 0) / 1000
        self._discoveries: set[asyncio.Task[None]] = set()

    def serve(self, definitions: Sequence[Definition], keys: Keys) -> None:
        """From the next request on these. What has not changed keeps its connections, breakers and counters."""
        known = {api.definition.source: api for api in self.routes.apis} if keys is self.keys else {}
        self.keys, self.logged_nobody = keys, self.log.encode(keys.shown(""))
        served = [known[one.source] if one.source in known else Api(one, self, keys) for one in definitions]
        replaced = [api for api in self.routes.apis if api not in served]
        self.routes = Routes(served, is_strict=self.settings.enable_strict_routes)
        self.ways = Ways(self.api)
        for api in replaced:
            api.close()
        self.uptime.watch(check for one in definitions for check in one.uptime)

    def drain(self) -> None:
        """No further request on any connection."""
        self.is_draining = self.closes_connections = True
        for connection in list(self.connections):
            connection.drain()

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
        return real_ip(request, peer, self.settings.xff_depth)

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
