"""What each stage adds to its result: the `detail` of the report."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReply:
    """What one nameserver said about one name. `came`: `answer`, `silence`, `closed port`, ...; see dns_query.Came."""

    server: str
    name: str
    kind: str
    came: str
    rcode: str | None
    addresses: tuple[str, ...]
    duration_ms: float
    truncated: bool
    over_tcp: str | None
    icmp: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsDetail:
    """`source`: where the addresses are from: `dns`, `hosts`, or `system` (another source of nsswitch.conf).

    `lookup_s`: what one look-up costs the gateway's resolver, with its own timeouts. `queries`: what it sends for it.
    `resolver`: whose resolver was followed.
    """

    source: str
    resolver: str
    addresses: tuple[str, ...]
    aliases: tuple[str, ...]
    ttl_s: int | None
    lookup_s: float
    queries: int
    hosts: tuple[str, ...]
    search: tuple[str, ...]
    ndots: int
    replies: tuple[ServerReply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpDetail:
    """`connects_ms`: every try that connected. `failed`: tries that did not. `lost_syns`: over all tries.

    `local`: the source address that the kernel chose. `icmp`: what a firewall or router sent, with its address.
    """

    port: int
    local: str | None
    connects_ms: tuple[float, ...]
    tries: int
    failed: int
    lost_syns: int
    retransmitted: int
    rtt_ms: float | None
    mss: int | None
    path_mtu: int | None
    errno: str | None
    icmp: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDetail:
    """A certificate that the server showed; `names` are what it is valid for. `sha256` of its DER form."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsDetail:
    """`alert`: what the server sent to end it. `server_name`: the name that was asked for (SNI)."""

    server_name: str | None
    version: str | None
    cipher: str | None
    alpn: str | None
    chain: tuple[CertificateDetail, ...]
    asks_for_client_certificate: bool
    alert: str | None
    handshakes_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDetail:
    """`first_byte_ms`: from the request to the answer's first byte; of every try that was answered.

    `clock_ahead_s`: by how much the server's Date is ahead of this node's clock. `announced_bytes`: Content-Length.
    """

    status: int | None
    reason: str | None
    version: str | None
    server: str | None
    location: str | None
    first_byte_ms: tuple[float, ...]
    transfer_ms: float | None
    body_bytes: int
    announced_bytes: int | None
    clock_ahead_s: float | None
    statuses: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseDetail:
    """`requests`: answered on one connection. `announced_idle_s`: what the server says in `Keep-Alive: timeout=`."""

    requests: int
    reused: bool
    announces_close: bool
    announced_idle_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Longer than `low` seconds, and no longer than `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A connection that was left alone for `idle_s`. `outcome`: `alive`, `closed`, `reset`, `silent`."""

    idle_s: float
    outcome: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleDetail:
    """`idle_timeout_s`: after how long an idle connection is dead; null where none died. `how`: how it died."""

    idle_timeout_s: Bracket | None
    how: str | None
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisDetail:
    """What Redis says of itself; null where it does not. `evicted`: keys since its start."""

    version: str | None
    role: str | None
    ping_ms: float | None
    clients: int | None
    max_clients: int | None
    used_memory_bytes: int | None
    max_memory_bytes: int | None
    evicted: int | None
    rejected: int | None


Detail = DnsDetail | TcpDetail | TlsDetail | HttpDetail | ReuseDetail | IdleDetail | RedisDetail
