"""Uptime tests: each check is asked every so often; three failures in a row take its host out, three successes bring it
back. Source: Tyk 5.14, the host checker."""

import asyncio
from collections.abc import Iterable

from gwdiag.gateway.definitions import UptimeCheck
from gwdiag.gateway.fetch import fetch
from gwdiag.gateway.log import Log
from gwdiag.gateway.rounds import Rounds
from gwdiag.gateway.settings import Settings
from gwdiag.gateway.urls import BadUrl, parse

DEFAULT_INTERVAL = 10
DEFAULT_FAILURES = 3
DEFAULT_TIMEOUT = 500.0


class Uptime:
    """The checks of all APIs, as in the gateway: one host is up or down for everybody."""

    def __init__(self, settings: Settings, log: Log, rounds: Rounds) -> None:
        self._settings, self._log, self._rounds = settings, log, rounds
        self._interval = settings.uptime_interval or DEFAULT_INTERVAL
        self._limit = settings.uptime_failures or DEFAULT_FAILURES
        self._checks: dict[str, UptimeCheck] = {}
        self._counts: dict[str, int] = {}
        self._reached: set[str] = set()
        self._down: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def watch(self, checks: Iterable[UptimeCheck]) -> None:
        """From now on these, instead of those before."""
        self._checks = {} if self._settings.uptime_disabled else {one.url: one for one in checks}
        for url in list(self._counts):
            if url not in self._checks:
                self._counts.pop(url)
                self._reached.discard(url)
        self._down &= {_host(url) for url in self._checks}
        if self._checks and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def is_down(self, host: str) -> bool:
        return host in self._down

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await asyncio.gather(*(self._check(one) for one in self._checks.values()))

    async def _check(self, check: UptimeCheck) -> None:
        answer = await fetch(
            check.method,
            check.url,
            self._rounds,
            timeout=check.timeout or DEFAULT_TIMEOUT,
            headers=check.headers,
            body=check.body,
            skip_verify=self._settings.skip_verify,
        )
        if check.url not in self._checks:
            return
        if answer.status == 200 and not answer.fault:
            self._succeeded(check.url)
        else:
            self._failed(check.url)

    def _failed(self, url: str) -> None:
        self._counts[url] = self._counts.get(url, 0) + 1
        if self._counts[url] < self._limit:
            self._warn(f"[HOST CHECKER] [HOST DOWN BUT NOT REACHED LIMIT]: {url}")
            return
        self._warn(f"[HOST CHECKER] [HOST DOWN]: {url}")
        self._counts[url] = self._limit
        self._reached.add(url)
        self._down.add(_host(url))
        self._warn(f"[HOST CHECKER MANAGER] Host is DOWN: {url}", prefix="host-check-mgr")

    def _succeeded(self, url: str) -> None:
        if url not in self._reached:
            return
        self._counts[url] -= 1
        if self._counts[url] > 0:
            self._warn(f"[HOST CHECKER] [HOST UP BUT NOT REACHED LIMIT]: {url}")
            return
        self._warn(f"[HOST CHECKER] [HOST UP]: {url}")
        self._counts.pop(url)
        self._reached.discard(url)
        self._down.discard(_host(url))
        self._warn(f"[HOST CHECKER MANAGER] Host is UP:   {url}", prefix="host-check-mgr")

    def _warn(self, message: str, **fields: str) -> None:
        self._log.message("warning", message, **fields)


def _host(url: str) -> str:
    try:
        return parse(url).host
    except BadUrl:
        return ""
