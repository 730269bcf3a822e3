"""What a gateway's own files say about an API, as far as more than one part of gwdiag needs it."""

from collections.abc import Mapping
from dataclasses import field

from gwdiag.model.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A timer of the configuration: what it is called there, and after how many seconds it fires."""

    name: str
    seconds: float
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Where the gateway asks for an API's targets, and where they stand in the JSON that it gets.

    `list_path`: of the list, where there is one; then `host_path` and `port_path` lead on from each of its items.
    Paths have dots between their keys; empty is the whole. `is_text`: what stands at `list_path` is JSON once more, as
    a string.
    """

    url: str
    list_path: str = ""
    host_path: str = ""
    port_path: str = ""
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDefinition:
    """An API. `target` and `members` are `scheme://host:port`; members are the targets of a balanced list.

    `url`: the target with its path, where the reader keeps it. `checks`: URLs of its uptime tests. `paths`: with which
    its requests begin, such as `/orders/`. `aliases`: what the gateway's log calls an upstream, by its address:
    `{"orders_be/orders1": "http://10.0.0.1:8080"}`.
    """

    id: str
    name: str
    target: str
    members: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    url: str = ""
    checks: tuple[str, ...] = ()
    discovery: Discovery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Files in PEM form for TLS to one place, None where the usual ones hold. `is_unverified`: nothing is checked."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    is_unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A Redis that the gateway keeps its data in; `url` is `redis://host:port`, or `rediss://` with TLS."""

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    tls: TlsFiles | None = None


DEFAULT_WRITE_TIMEOUT = 120.0
"""Seconds of Tyk's `write_timeout` where tyk.conf has 0 or nothing (5.0.7 and later; options of net/http)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """What the gateway itself is set to. `apps`: where its definitions lie, as it is written there.

    `idle_per_host`: idle connections that it keeps to an upstream. `closes_connections`: it keeps none.
    """

    path: str
    limits: tuple[Limit, ...]
    write_timeout_s: float
    listen_port: int | None = None
    listen_address: str = ""
    idle_per_host: int | None = None
    closes_connections: bool = False
    stores: tuple[Store, ...] = ()
    apps: str = ""
