"""The whole way once: connect, shake hands, ask. It is filled on the way: what is known can be told any time."""

import socket
import time
from dataclasses import dataclass

from gwdiag.probe import handshake, tcp_info
from gwdiag.probe.connect import Attempt, connect
from gwdiag.probe.exchange import Conversation, Exchange
from gwdiag.probe.handshake import Handshake, shake_hands
from gwdiag.probe.how import How
from gwdiag.probe.redirects import followed
from gwdiag.probe.redis import RedisAnswer, ask_redis
from gwdiag.probe.stream import Stream, TlsStream
from gwdiag.probe.target import Target
from gwdiag.probe.tcp_info import TcpInfo

LATE_ALERT_S = 0.15
"""How long a server that asked for a client certificate may take to refuse it, beside some round trips."""


@dataclass(slots=True, kw_only=True)
class Way:
    """One try. `phase`: where it is, or ended: tcp, tls, http, reuse, redis.

    `more`: further requests on the same connection. `circle`: the address that redirects lead back to. `late_alert`:
    the server's alert after the handshake. `answered_at`: seconds since the epoch. `after`: the connection at its end.
    """

    address: str
    phase: str = "tcp"
    connect: Attempt | None = None
    tls: Handshake | None = None
    late_alert: int | None = None
    http: Exchange | None = None
    redis: RedisAnswer | None = None
    answered_at: float | None = None
    more: tuple[Exchange, ...] = ()
    circle: str | None = None
    after: TcpInfo | None = None
    has_ended: bool = False

    @property
    def works(self) -> bool:
        """All that was asked for came."""
        if not (self.connect and self.connect.works) or self.late_alert:
            return False
        return all(one is None or one.works for one in (self.tls, self.http, self.redis))

    @property
    def is_connected(self) -> bool:
        return self.phase != "tcp"


def go(way: Way, target: Target, how: How, *, again: bool = False) -> Way:
    """The whole way. `again`: also ask once more on the same connection, and follow redirects that stay there."""
    sock, way.connect = connect(way.address, target.port, how.timeout_s, how.source)
    if sock is not None:
        _go_on(way, sock, target, how, again)
    way.has_ended = True
    return way


def _go_on(way: Way, sock: socket.socket, target: Target, how: How, again: bool) -> None:
    with sock:
        raw = Stream(sock, was_reset=way.connect is not None and way.connect.was_reset)
        stream: Stream | None = raw
        if target.has_tls:
            way.phase = "tls"
            stream = _inside_tls(way, raw, target, how)
        if stream:
            _ask(way, stream, target, how, again)
        way.after = tcp_info.read(sock)


def _inside_tls(way: Way, raw: Stream, target: Target, how: How) -> TlsStream | None:
    stream, way.tls = shake_hands(raw, handshake.verified(how), certificate_name(target, how), how.timeout_s)
    if stream and way.tls.asks_for_client_certificate and way.tls.version == "TLSv1.3":
        round_trip = way.connect.duration_s if way.connect else 0.0
        way.late_alert = handshake.late_alert(stream, LATE_ALERT_S + 3 * round_trip)
    return None if way.late_alert else stream


def _ask(way: Way, stream: Stream, target: Target, how: How, again: bool) -> None:
    if target.is_store:
        way.phase = "redis"
        way.redis = ask_redis(stream, target, how.timeout_s)
    elif target.has_http:
        way.phase = "http"
        conversation = Conversation(stream, target, how.timeout_s)
        way.http = conversation.get()
        way.answered_at = time.time()
        if isinstance(stream, TlsStream) and way.http.cut:
            way.late_alert = handshake.last_alert(stream)
        if again and way.http.works:
            way.phase = "reuse"
            way.more, way.circle = followed(conversation, target, way.http)


def certificate_name(target: Target, how: How) -> str:
    """The name that is asked for (SNI) and that the certificate must carry."""
    return how.server_name or target.host.rstrip(".")
