"""What is played: nodes, APIs, upstreams, clients, all drawn from a seed. A scenario then puts its fault into it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from gwdiag.lab.names import COMPANIES, DOMAINS, NODES, SUBJECTS

PORT = 8080
NAMESERVER, BALANCER = 53, 9
FIRST_NODE, FIRST_UPSTREAM = 11, 31
"""Last bytes of addresses in the network of the lab."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How an upstream answers. Times in seconds; latencies are log-normal around `median`.

    `words`: of so large a share of requests, what the scriptable upstream is told to do instead of answering.
    `by_path`: other medians for paths that begin so. `ramp`: how long the median takes to get there from what it was.
    `requests`: how many one connection takes; `idle`: how long it is kept between two; 0 is no limit. `lingers`: how
    long it takes to close one then, without reading any more.
    """

    median: float
    spread: float = 0.4
    by_path: dict[str, float] = field(default_factory=dict)
    words: tuple[tuple[float, str], ...] = ()
    requests: int = 0
    idle: float = 0.0
    lingers: float = 0.0
    ramp: float = 0.0


@dataclass(slots=True, kw_only=True)
class Server:
    """A process of an upstream. `certificate` and `client_ca`: files in the lab's own folder. `slots`: how many
    connections it takes at once, 0 is any number; `backlog`: how many wait for one."""

    name: str
    address: str
    port: int
    behaviour: Behaviour
    certificate: str = ""
    client_ca: str = ""
    slots: int = 0
    backlog: int = 512


@dataclass(slots=True, kw_only=True)
class Api:
    """An API, its upstream and its callers. Times in seconds.

    `rate`: requests per second over all nodes; `burst`: how many come at once after how long a silence, instead.
    `patience`: how long callers wait; `aborts`: the share of requests that are dropped at a random moment
    `abort_within`. `posts`, `searches`: shares of requests. `session`: what its keys allow. `definition`, `endpoints`:
    parts of its definition beside what every one has.
    """

    name: str
    api_id: str
    slug: str
    host: str
    servers: list[Server]
    rate: float
    scheme: str = "http"
    port: int = 0
    is_oas: bool = False
    do_not_track: bool = False
    is_balanced: bool = False
    posts: float = 0.25
    searches: float = 0.15
    keys: list[str] = field(default_factory=list)
    session: dict[str, object] = field(default_factory=dict)
    body: int = 300
    patience: float = 60.0
    aborts: float = 0.002
    abort_within: float = 0.05
    burst: tuple[int, float] | None = None
    definition: dict[str, object] = field(default_factory=dict)
    endpoints: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """As a report's scope names it: without its path."""
        return f"{self.scheme}://{self.host}:{self.port}"


@dataclass(slots=True, kw_only=True)
class Node:
    """A gateway. `descriptors`: how many it may open, 0 for as many as this machine gives."""

    name: str
    address: str
    port: int = PORT
    descriptors: int = 0


@dataclass(slots=True, kw_only=True)
class Plan:
    """One case. `lead`: seconds before the fault; `settings`: what tyk.conf has beside what it always has; `work`: a
    folder for what is no part of the case; `unknown_names`: what is in no zone; `local_ports`: the nodes' range."""

    seed: int
    work: Path
    duration: float
    lead: float
    network: str
    nodes: list[Node]
    apis: list[Api]
    log_format: str
    settings: dict[str, object]
    resolver_options: str = "timeout:5 attempts:2"
    unknown_names: list[str] = field(default_factory=list)
    local_ports: tuple[int, int] | None = None
    is_shortened: bool = False

    @property
    def nameserver(self) -> str:
        return f"{self.network}.{NAMESERVER}"

    @property
    def balancer(self) -> str:
        return f"{self.network}.{BALANCER}"

    @property
    def zone(self) -> dict[str, str]:
        """Names of upstreams that the nameserver knows, and their addresses."""
        return {one.host: one.servers[0].address for one in self.apis if one.host not in self.unknown_names}

    def shortened_timeout(self, rng: Random, *choices: int) -> int:
        """proxy_default_timeout is one of these seconds, so that it shows soon, or what another fault has made it."""
        if not self.is_shortened:
            self.is_shortened = True
            self.settings["proxy_default_timeout"] = rng.choice(choices)
        return int(str(self.settings["proxy_default_timeout"]))

    def renew_connections(self, api: Api, most: int = 12) -> None:
        """The API's upstream closes connections so often that what happens to new ones shows soon."""
        for server in api.servers:
            server.behaviour = replace(server.behaviour, requests=min(server.behaviour.requests or most, most))

    def needs_nodes(self, least: int) -> None:
        """There are as many, so that nodes can be compared."""
        while len(self.nodes) < least:
            last = self.nodes[-1]
            network, _, number = last.address.rpartition(".")
            name = f"{last.name.rstrip('0123456789abc')}{'b' if last.name[-1] == 'a' else 2}"
            self.nodes.append(replace(last, name=name, address=f"{network}.{int(number) + 1}"))

    def give_key(self, api: Api, rng: Random) -> None:
        """The API is not keyless; its definition is a Classic one, as the OpenAPI ones here have no authentication."""
        api.is_oas = api.do_not_track = False
        api.keys = api.keys or [f"{rng.getrandbits(128):032x}"]

    def least_rate(self, per_node: float) -> None:
        """All APIs together get at least so many requests per second and node."""
        factor = per_node * len(self.nodes) / sum(one.rate for one in self.apis)
        for one in self.apis:
            one.rate *= max(factor, 1.0)

    def some_by_address(self, rng: Random, api: Api) -> list[Api]:
        """Makes some other APIs have an address for a target; gives those with a name."""
        for one in self.apis:
            if one is not api and rng.random() < 0.35:
                one.host = one.servers[0].address
            else:
                self.renew_connections(one, 5)
        return [one for one in self.apis if one.host != one.servers[0].address]

    def servers(self) -> Iterator[Server]:
        for api in self.apis:
            yield from api.servers


def draw(rng: Random, seed: int, work: Path, duration: float, *, is_loopback: bool, least_apis: int = 2) -> Plan:
    """A plan in which nothing is wrong yet. On loopback upstreams have no names, and ports that others hardly use."""
    network = f"{127 if is_loopback else 10}.{rng.randrange(16, 200)}.{rng.randrange(256)}"
    listen = rng.randrange(20_000, 30_000) if is_loopback else PORT
    count = rng.choice([1, 2, 2, 2, 3, 3])
    pattern = rng.choice(NODES)
    nodes = [
        Node(name=pattern.format(n=index + 1, l="abc"[index]), address=f"{network}.{FIRST_NODE + index}", port=listen)
        for index in range(count)
    ]
    domain = rng.choice(DOMAINS).format(company=rng.choice(COMPANIES))
    apis: list[Api] = []
    for index, subject in enumerate(rng.sample(SUBJECTS, max(least_apis, rng.choice([2, 3, 3, 4])))):
        slug = subject.lower().replace(" ", "-")
        port = rng.choice([8000, 8081, 9000, 9100]) + index + (10_000 if is_loopback else 0)
        server = Server(
            name=slug,
            address=f"{network}.{FIRST_UPSTREAM + index}",
            port=port,
            behaviour=Behaviour(
                median=rng.choice([0.012, 0.025, 0.05, 0.09]),
                spread=rng.uniform(0.2, 0.5),
                requests=rng.choice([0, 0, 20, 50]),
            ),
        )
        apis.append(
            Api(
                name=subject + rng.choice(["", "", " API", " Service"]),
                api_id=f"{rng.getrandbits(64):016x}",
                slug=slug,
                host=server.address if is_loopback else f"{slug}.{domain}",
                port=port,
                servers=[server],
                rate=rng.uniform(5, 11) * count**0.5,
                is_oas=rng.random() < 0.4,
                do_not_track=False,
                posts=rng.uniform(0.15, 0.35),
                searches=rng.uniform(0.1, 0.3),
            )
        )
    for api in apis:
        # What the gateway's own API makes of an OpenAPI definition that says nothing of traffic logs.
        api.do_not_track = api.is_oas and rng.random() < 0.4
    plan = Plan(
        seed=seed,
        work=work,
        duration=duration,
        lead=duration * rng.uniform(0.4, 0.5),
        network=network,
        nodes=nodes,
        apis=apis,
        log_format=rng.choice(["default", "json"]),
        settings={"proxy_default_timeout": rng.choice([10, 30, 30]), "max_idle_connections_per_host": 100},
        resolver_options=rng.choice(["timeout:5 attempts:2", "timeout:2 attempts:2", "timeout:1 attempts:2"]),
    )
    if rng.random() < 0.5:
        plan.give_key(apis[-1], rng)
    return plan


def split(api: Api, count: int) -> None:
    """Balances the API over so many servers of its own."""
    [first] = api.servers
    network, _, last = first.address.rpartition(".")
    base = 60 + 10 * (int(last) - FIRST_UPSTREAM)
    api.is_balanced = True
    api.servers = [
        Server(
            name=f"{api.slug}-{index}", address=f"{network}.{base + index}", port=first.port, behaviour=first.behaviour
        )
        for index in range(count)
    ]
