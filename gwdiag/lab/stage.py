"""What runs while a case is played, and all that can be done to it at the onset of a fault."""

import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

from gwdiag.lab import cgroups, copies
from gwdiag.lab.definitions import write_api, write_node
from gwdiag.lab.network import BALANCER, UPSTREAMS, Loopback, Namespaces
from gwdiag.lab.plan import Api, Node, Plan, Server
from gwdiag.lab.processes import Process, module

CARED_FOR = ("rate", "posts", "searches", "body", "patience", "aborts", "keys", "burst", "abort_within", "slug")
"""What of an API its callers must know."""
LAST_LINES = 1.0
"""Seconds that requests have to end, and gateways to write of them."""


class Stage:
    """Use it in a `with`: what it starts, it ends. `case` gets `nodes/`, `work` what is nobody's business."""

    def __init__(self, plan: Plan, case: Path, work: Path, network: Loopback | Namespaces, tag: str) -> None:
        self.plan, self.case, self.work, self.network = plan, case, work, network
        self._tag = tag
        self._gateways: dict[str, Process] = {}
        self._upstreams: dict[str, Process] = {}
        self._cgroups: dict[str, Path] = {}
        self._nameserver: Process | None = None
        self._load: Process | None = None
        self.counts: dict[str, dict[str, int]] = {}
        """What upstreams and the nameserver did, by their names, when all is over."""

    def __enter__(self) -> "Stage":
        try:
            self._start()
        except BaseException:
            self._kill_all()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._kill_all()

    def _start(self) -> None:
        plan = self.plan
        self.network.build(plan)
        if plan.local_ports:
            for node in plan.nodes:
                self.hosts.set(node.name, net__ipv4__ip_local_port_range="{} {}".format(*plan.local_ports))
        for node in plan.nodes:
            write_node(self.folder(node), plan, node)
        sessions = {key: api.session | {"access_rights": {api.api_id: {}}} for api in plan.apis for key in api.keys}
        self._keys = self.work / "keys.json"
        self._keys.write_text(json.dumps(sessions))
        if isinstance(self.network, Namespaces):
            given: dict[str, object] = {"address": plan.nameserver, "zone": plan.zone}
            self._nameserver = self._process("nameserver", UPSTREAMS, module("nameserver", given))
        for server in plan.servers():
            self._launch(server)
        for node in plan.nodes:
            self._gateways[node.name] = self._gateway(node)
        for process in (*filter(None, [self._nameserver]), *self._upstreams.values()):
            process.ready()
        for process in self._gateways.values():
            process.wait_until(lambda one=process: b"listening on " in one.said.read_bytes())  # type: ignore[misc]

    def _process(self, name: str, place: str, words: list[str], **more: object) -> Process:
        said = self.work / f"{name}.stderr"
        return Process(name, [*self.network.inside(place), *words], said, **more)  # type: ignore[arg-type]

    def _gateway(self, node: Node) -> Process:
        folder = self.folder(node)
        listen = "0.0.0.0" if isinstance(self.network, Namespaces) else node.address
        words = [sys.executable, "-m", "gwdiag", "gateway", "run", "--config", folder / "tyk.conf"]
        words += ["--apps", folder / "apps", "--listen", f"{listen}:{node.port}", "--log", folder / "gateway.log"]
        words += ["--keys", self._keys]
        environment = {"TZ": "UTC"}
        if (trusted := self.work / "trusted.pem").exists():
            environment["SSL_CERT_FILE"] = str(trusted)
        return self._process(
            node.name, node.name, [str(one) for one in words], environment=environment, descriptors=node.descriptors
        )

    def folder(self, node: Node) -> Path:
        return self.case / "nodes" / node.name

    # What goes on

    def begin_load(self) -> None:
        plan = self.plan
        callers = [{name: getattr(api, name) for name in CARED_FOR} for api in plan.apis]
        nodes = [{"name": one.name, "address": one.address, "port": one.port} for one in plan.nodes]
        given: dict[str, object] = {"seed": plan.seed, "nodes": nodes, "callers": callers}
        given["outcomes"] = str(self.outcomes)
        self._load = self._process("load", BALANCER, module("load", given))
        self._load.ready()
        self._loaded_since = time.monotonic()
        self._cpu_before = {node.name: self._cpu_seconds(node) for node in plan.nodes}

    @property
    def outcomes(self) -> Path:
        """The file of what clients got; there when all is over."""
        return self.work / "outcomes.jsonl"

    def copy(self, which: str) -> None:
        """Copies of /proc of all nodes: `before`, or now."""
        folder = "system_before" if which == "before" else "system"
        with ThreadPoolExecutor(len(self.plan.nodes)) as pool:
            list(pool.map(lambda node: self._copy(node, self.folder(node) / folder, which), self.plan.nodes))

    def _copy(self, node: Node, folder: Path, which: str) -> None:
        pid, cgroup = self._gateways[node.name].pid, self._cgroups.get(node.name)
        if isinstance(self.network, Loopback):
            copies.copy(folder, pid, cgroup, is_before=which == "before")
            return
        words = [sys.executable, "-m", "gwdiag.lab.copies", str(folder), str(pid), str(cgroup or ""), which]
        self.network.run(node.name, words)

    def end(self) -> None:
        """New requests end first, and gateways before the clients: who waits until the end is in no log."""
        assert self._load is not None
        self._load.order(stop=True)
        time.sleep(LAST_LINES)
        self._load.order(leave=True)
        for gateway in self._gateways.values():
            gateway.kill()
        self._load.end()
        for server in self.plan.servers():
            if process := self._upstreams.pop(server.name, None):
                self.counts[server.name] = process.end()
        if self._nameserver:
            self.counts["dns"] = self._nameserver.end()
        self._kill_all()
        own = [f"{one}.stderr" for one in (*self.counts, "load", "nameserver")]
        for file in (self.work / one for one in own):
            if file.exists() and "Traceback" in (said := file.read_text("utf-8", "replace")):
                raise RuntimeError(f"{file.name}: {said}")

    def _kill_all(self) -> None:
        for process in (self._load, self._nameserver, *self._gateways.values(), *self._upstreams.values()):
            if process:
                process.kill()

    # What faults do

    def behave(self, api: Api, **changes: object) -> None:
        """Another behaviour of all its servers from now on."""
        for server in api.servers:
            server.behaviour = replace(server.behaviour, **changes)  # type: ignore[arg-type]
            self._upstreams[server.name].order(behaviour=asdict(server.behaviour))

    def end_server(self, server: Server) -> None:
        """Its process is gone: what is open is reset, and nobody listens."""
        if process := self._upstreams.pop(server.name, None):
            process.kill()

    def certificate(self, api: Api, certificate: str, client_ca: str = "") -> None:
        """For new handshakes."""
        for server in api.servers:
            files = {"certificate": certificate, "client_ca": client_ca}
            self._upstreams[server.name].order(**{key: str(self.work / one) for key, one in files.items() if one})

    def callers(self, api: Api, **changes: object) -> None:
        """Other callers from now on: `rate`, `keys`, `patience`, `aborts`, `body`..."""
        assert self._load is not None
        self._load.order(api=api.slug, **changes)

    def names(self, mode: str, *names: str, delay: float = 0.0) -> None:
        """What the nameserver does from now on, for these names or for all."""
        assert self._nameserver is not None
        self._nameserver.order(mode=mode, names=list(names), delay=delay)

    @property
    def hosts(self) -> Namespaces:
        """For faults of the network; scenarios that use it need it."""
        assert isinstance(self.network, Namespaces)
        return self.network

    def quota(self, node: Node, share: float) -> None:
        """The node has so much of one CPU from now on."""
        self._cgroups[node.name] = cgroups.limit(self._tag, node.name, self._gateways[node.name].pid, share)

    def cpu_taken(self, node: Node) -> float:
        """The share of one CPU that the node has taken under load so far."""
        return (self._cpu_seconds(node) - self._cpu_before[node.name]) / (time.monotonic() - self._loaded_since)

    def _cpu_seconds(self, node: Node) -> float:
        """Source: Documentation/scheduler/sched-stats, /proc/<pid>/schedstat."""
        return int(Path(f"/proc/{self._gateways[node.name].pid}/schedstat").read_text().split()[0]) / 1e9

    def reload(self, api: Api | None = None) -> None:
        """All nodes load their definitions anew, `api`'s as it is now."""
        for node in self.plan.nodes:
            if api:
                write_api(self.folder(node) / "apps", api)
            self._gateways[node.name].signal(signal.SIGHUP)

    def _launch(self, server: Server) -> None:
        given: dict[str, object] = {**asdict(server), "behaviour": asdict(server.behaviour)}
        for key in ("certificate", "client_ca"):
            given[key] = str(self.work / str(given[key])) if given[key] else ""
        self._upstreams[server.name] = self._process(server.name, UPSTREAMS, module("upstream", given))
