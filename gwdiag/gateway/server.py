"""The process: it listens, reloads, drains and ends. Everything about one request is elsewhere."""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

from gwdiag.gateway.accept import Acceptor
from gwdiag.gateway.client import ClientConnection
from gwdiag.gateway.definitions.folder import Folder, read_folder
from gwdiag.gateway.gateway import Gateway
from gwdiag.gateway.keys import Keys
from gwdiag.gateway.log import Log
from gwdiag.gateway.rounds import Rounds
from gwdiag.gateway.rounds import run as run_in_rounds
from gwdiag.gateway.settings import Settings
from gwdiag.model.problem import Exit, Problem

BACKLOG = 4096
GC_THRESHOLDS = (20_000, 10, 10)
FLUSH_INTERVAL = 0.1
LAG_INTERVAL = 0.5
WATCH_INTERVAL = 0.5
DEFAULT_DRAIN = 30.0
RETRY_ACCEPT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a gateway is started with. `log`: a descriptor that is written to, and only to."""

    settings: Settings
    apps: Path
    host: str
    port: int
    keys: Path | None = None
    log: int = 2
    workers: int = 1
    watch: bool = False
    strict_logging: bool = False
    heap_folder: Path | None = None
    heap_interval: float = 0.0


def listen(host: str, port: int, *, is_shared: bool) -> socket.socket:
    """A listening socket; `is_shared` among processes. Raises Problem."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise Problem(f"{host}:{port}: cannot listen: {error.strerror}", Exit.NOTHING_DONE) from None
    made.setblocking(False)
    return made


def say(line: str) -> None:
    sys.stderr.write(f"gwdiag: {line}\n")
    sys.stderr.flush()


def say_folder(folder: Folder) -> None:
    """What of a folder is not served, or not as it is written."""
    for line in (*folder.refused, *folder.ignored):
        say(line)


async def serve(running: Running, made: socket.socket, rounds: Rounds, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT, and then ends what is under way."""
    settings = running.settings
    log = Log(
        running.log,
        as_json=settings.log_format == "json",
        level=settings.log_level,
        access=settings.access_log,
        template=settings.access_template,
    )
    gateway = Gateway(settings, log, rounds, strict_logging=running.strict_logging)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _unexpected(context))
    reloader = _Reloader(gateway, running)
    loaded = _state(running.apps)
    reloader.load()
    gateway.sweep.start()
    # What is loaded by now stays; requests leave no cycles behind, so looking for them may wait.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, reloader.reload)
    tasks = [loop.create_task(one) for one in (_flushing(log), _measuring_lag(gateway))]
    if running.watch:
        tasks.append(loop.create_task(_watching(running.apps, loaded, reloader)))
    profiler = _profiler(running, loop)
    acceptor = Acceptor(made, lambda: ClientConnection(gateway), log, gateway.rounds)
    ready()
    await stopped.wait()
    say("draining: no new connections, what is under way ends")
    await _drain(gateway, acceptor, settings)
    gateway.uptime.stop()
    for task in tasks:
        task.cancel()
    if profiler is not None:
        profiler.stop()
    log.flush()


class _Reloader:
    """Definitions are read apart from serving; the new ones take over between two requests."""

    def __init__(self, gateway: Gateway, running: Running) -> None:
        self._gateway, self._running = gateway, running

    def load(self) -> None:
        """Raises Problem."""
        running = self._running
        keys = Keys(running.keys, shows_whole=running.settings.enable_key_logging) if running.keys else Keys(None)
        folder = read_folder(running.apps, running.settings)
        self._gateway.serve(folder.definitions, keys if running.keys else self._gateway.keys)
        say_folder(folder)

    def reload(self) -> None:
        log = self._gateway.log
        begun = monotonic()
        log.message("info", "reload: initiating", prefix="main")
        try:
            self.load()
        except Problem as problem:
            say(f"not reloaded, what was served before goes on: {problem}")
            log.message("error", "reload: failed", prefix="main")
            return
        log.message("info", f"reload: cycle completed in {(monotonic() - begun) * 1000:.2f}ms", prefix="main")
        log.message("info", "API reload complete", prefix="main")


async def _drain(gateway: Gateway, acceptor: Acceptor, settings: Settings) -> None:
    await asyncio.sleep(settings.drain_delay)
    acceptor.close()
    gateway.drain()
    until = monotonic() + (settings.drain_timeout or DEFAULT_DRAIN)
    while gateway.connections and monotonic() < until:
        await asyncio.sleep(0.02)
    for connection in list(gateway.connections):
        connection.abort()
    await asyncio.sleep(0)


async def _flushing(log: Log) -> None:
    while True:
        await asyncio.sleep(FLUSH_INTERVAL)
        log.flush()


async def _measuring_lag(gateway: Gateway) -> None:
    while True:
        expected = monotonic() + LAG_INTERVAL
        await asyncio.sleep(LAG_INTERVAL)
        gateway.metrics.lag = max(monotonic() - expected, 0.0)


async def _watching(apps: Path, loaded: dict[str, tuple[int, int]], reloader: _Reloader) -> None:
    """Reloads when a file has changed, and has stayed as it is for one look: it is whole by then. `loaded`: the files
    as they were before they were read."""
    seen = loaded
    while True:
        await asyncio.sleep(WATCH_INTERVAL)
        now = _state(apps)
        if now != loaded and now == seen:
            loaded = now
            reloader.reload()
        seen = now


def _state(apps: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for file in apps.glob("*.json"):
        with suppress(OSError):  # it is gone again
            stat = file.stat()
            found[file.name] = (stat.st_mtime_ns, stat.st_size)
    return found


def _unexpected(context: dict[str, object]) -> None:
    """What asyncio reports of its own: a bug of ours."""
    import traceback

    error = context.get("exception")

    say(f"unexpected: {context.get('message')}")
    if isinstance(error, BaseException):
        traceback.print_exception(error)


def _profiler(running: Running, loop: asyncio.AbstractEventLoop):  # type: ignore[no-untyped-def]
    if running.heap_folder is None:
        return None
    from gwdiag.gateway.heap_profile import HeapProfile

    profile = HeapProfile(running.heap_folder, running.heap_interval, loop)
    profile.start()
    return profile


def run(running: Running) -> None:
    """One process or several; comes back when all is served. Raises Problem."""
    read_folder(running.apps, running.settings)  # a folder that is none is said before anything listens
    Keys(running.keys)
    _take_all_descriptors()
    if running.workers > 1:
        from gwdiag.gateway.workers import supervise

        supervise(running)
        return
    made = listen(running.host, running.port, is_shared=False)
    say_listening(running.host, made)
    run_in_rounds(lambda rounds: serve(running, made, rounds, lambda: say_ready(made)))


def _take_all_descriptors() -> None:
    """As Go's runtime does: a connection costs one or two, and the soft limit is often 1024."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def say_listening(host: str, made: socket.socket) -> None:
    """Being reachable from elsewhere is said: it is not the default."""
    if not _is_loopback(host):
        say(f"{host}:{made.getsockname()[1]} is reachable from other machines")


def say_ready(made: socket.socket) -> None:
    host, port = made.getsockname()[:2]
    sys.stderr.write(f"listening on {f'[{host}]' if ':' in host else host}:{port}\n")
    sys.stderr.flush()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
