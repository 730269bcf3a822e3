"""What a gateway's own files say about an API, as far as more than one part of gwdiag needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A timer of the configuration: what it is called there, and after how many seconds it fires."""

    name: str
    seconds: float
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDefinition:
    """An API. `target` and `members` are `scheme://host:port`; members are the targets of a balanced list.

    `paths`: with which its requests begin, such as `/orders/`. `aliases`: what the gateway's log calls an upstream, by
    its address: `{"orders_be/orders1": "http://10.0.0.1:8080"}`.
    """

    id: str
    name: str
    target: str
    members: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Timers and pools of the gateway itself, in the folder that it was read from.

    `idle_per_host`: idle connections that it keeps to an upstream. `closes_connections`: it keeps none.
    """

    path: str
    limits: tuple[Limit, ...]
    write_timeout_s: float
    listen_port: int | None = None
    listen_address: str = ""
    idle_per_host: int | None = None
    closes_connections: bool = False
