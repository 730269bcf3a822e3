"""What an API is to this gateway, read from Tyk's Classic and OAS definitions.

`gwdiag.definitions` reads names, targets and timers of many gateways for reports; here is everything that serving
needs, as strictly as Tyk reads it: a value of the wrong type makes a definition unloadable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from re import Pattern

from gwdiag.gateway.urls import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Which requests an entry of a definition is about. `path` as it is written there."""

    path: str
    method: str
    pattern: Pattern[str]

    def fits(self, method: str, path: str) -> bool:
        return self.method == method and self.pattern.search(path) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointLimit:
    """A number for an endpoint: seconds of an enforced timeout (0: none), bytes of a body."""

    endpoint: Endpoint
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests in so many seconds; for the whole API where it has no endpoint."""

    requests: float
    per: float
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRule:
    endpoint: Endpoint
    threshold: float
    samples: int
    return_after: float
    half_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryRule:
    """Where the targets are asked for, and where in the answer they stand (dotted paths)."""

    endpoint: str
    data_path: str
    parent_path: str = ""
    port_path: str = ""
    target_path: str = ""
    is_nested: bool = False
    is_target_list: bool = False
    returns_list: bool = False
    cache_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeCheck:
    url: str
    method: str = "GET"
    timeout: float = 0.0
    headers: Mapping[str, str] | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamTls:
    """Versions as Go numbers them (771 is TLS 1.2), 0 where none is asked for.

    `certificates`: files for hosts; what the first has goes before the second.
    """

    skip_verify: bool = False
    min_version: int = 0
    max_version: int = 0
    certificates: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """What single endpoints have; in the order in which they are tried. `rates` also for the whole API."""

    limits: tuple[EndpointLimit, ...] = ()
    breakers: tuple[BreakerRule, ...] = ()
    sizes: tuple[EndpointLimit, ...] = ()
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One API. `source`: the text of its file, by which a changed one is told; `limit`: seconds, `size`: bytes."""

    path: Path
    source: str
    api_id: str
    name: str
    org_id: str
    api_type: str
    listen_path: str
    listen_pattern: str
    strip: bool
    target: Url
    scheme: str
    keep_slash: bool = False
    preserve_host: bool = False
    is_balanced: bool = False
    targets: tuple[str, ...] = ()
    checks_uptime: bool = False
    uptime: tuple[UptimeCheck, ...] = ()
    discovery: DiscoveryRule | None = None
    endpoints: Endpoints = Endpoints()
    limit: float = 0.0
    size: int = 0
    auth_headers: tuple[str, ...] = ()
    is_keyless: bool = True
    do_not_track: bool = False
    tls: UpstreamTls = UpstreamTls()
