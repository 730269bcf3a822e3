"""One request and its answer: from the client's connection to an upstream's and back, and into the log.

No task and no timer belongs to it: it is moved on by what comes in from either side and by the shared deadlines.
Source: Tyk 5.14's reverse proxy, on Go 1.26's net/http.
"""

import zlib
from time import monotonic
from typing import TYPE_CHECKING

from gwdiag.gateway import answers, faults
from gwdiag.gateway.answers import Answer, Framing, chunk, last_chunk
from gwdiag.gateway.dial import Address
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.guards import Refusal, Visit
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.request import Request, outbound
from gwdiag.gateway.sweep import NEVER
from gwdiag.gateway.targets import NoTarget
from gwdiag.gateway.urls import Url

if TYPE_CHECKING:
    from gwdiag.gateway.apis import Api
    from gwdiag.gateway.breaker import Breaker
    from gwdiag.gateway.client import ClientConnection
    from gwdiag.gateway.gateway import Gateway
    from gwdiag.gateway.upstream import Upstream

HELD = 4096
"""Bytes of an answer with a length that wait for more, as in net/http's buffers."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
IDEMPOTENCY = (b"idempotency-key", b"x-idempotency-key")
ALL_DOWN = b"all hosts are down\n"


class Exchange:
    """`connection` is the client's. `began` when its head was there, `now` when something last happened to it.

    `status` is 0 until an answer is decided on.
    """

    __slots__ = (
        "_answer",
        "_breaker",
        "_flag_fields",
        "_held",
        "_held_size",
        "_is_tunnel",
        "_limit_at",
        "_path_at_guards",
        "_response_at",
        "_sent_at",
        "_started",
        "_target",
        "_unpacker",
        "address",
        "api",
        "began",
        "client",
        "connection",
        "deadline",
        "gateway",
        "is_over",
        "is_replayable",
        "key",
        "method",
        "now",
        "original_path",
        "request",
        "status",
        "upstream",
        "url",
        "write_until",
    )

    def __init__(
        self, gateway: "Gateway", connection: "ClientConnection", api: "Api", request: Request, url: Url, began: float
    ) -> None:
        self.gateway, self.connection, self.api, self.request, self.url = gateway, connection, api, request, url
        self.method = request.method
        self.began = self.now = began
        self.original_path = url.path
        self.client = answers.Client(request.method, request.version == "HTTP/1.0", request.wants_close)
        self.write_until = began + gateway.write_limit
        self.key = ""
        self.status = 0
        self.is_over = False
        self.is_replayable = False
        self.upstream: Upstream | None = None
        self.address: Address | None = None
        self._answer: Answer | None = None
        self._breaker: Breaker | None = None
        self._flag_fields: tuple[tuple[str, ...], tuple[object, ...]] = ((), ())
        self._held: list[bytes] = []
        self._held_size = 0
        self._is_tunnel = False
        self.deadline = self._limit_at = NEVER
        self._response_at = 0.0
        self._sent_at = 0.0
        self._started = False
        self._unpacker: zlib._Decompress | None = None

    # ---- from the client

    def refusal(self) -> Refusal | None:
        """What the API's guards say, before any body is read."""
        visit = Visit(self.request, self.api.stripped(self.url.path))
        for guard in self.api.guards:
            if refusal := guard(visit, self.began):
                self.key = visit.key if visit.session else ""
                return refusal
        self.key = visit.key if visit.session else ""
        return None

    def refuse(self, refusal: Refusal) -> None:
        """Tyk's answer to what a guard refused, and its lines."""
        more = {"mw": refusal.source, "origin": self.gateway.real_ip(self.request, self.connection.ip)}
        if refusal.logged:
            self.gateway.log.message(
                "info",
                refusal.logged,
                **self.api.log_fields,
                **more,
                path=self.original_path,
                **{"key": self.gateway.keys.shown(self.key), **refusal.fields},
            )
        self._error(refusal.status, refusal.message)
        fields = ("type", "mw", "origin", "error_source", "response_code_details", "response_flag")
        values = ("request", *more.values(), refusal.source, refusal.details, refusal.flag.value)
        self._end(fields, values, is_error=True)

    def body_failed(self, *, says_close: bool) -> None:
        """The client's body broke off, is no chunks, or came too slowly: no upstream hears of it."""
        self.now = monotonic()
        self.client.wants_close |= says_close
        self.api.strip(self.url)
        self._error(500, "There was a problem with reading Body of the Request.")
        self._end((), (), is_error=True)

    def start(self) -> None:
        """The request is whole."""
        if self.request.body is not None:
            self.now = monotonic()
        api = self.api
        api.strip(self.url)
        if api.discovery is not None and (found := api.discovery.current()) is None:
            self.gateway.discover(self)
            return
        self._go(found if api.discovery is not None else None)

    def discovered(self, hosts: list[str] | None) -> None:
        """The hosts that discovery found; None where it failed, and the API's own target serves."""
        if not self.is_over:
            self.now = monotonic()
            self._go(hosts)

    def canceled(self) -> None:
        """The client is gone."""
        if self.is_over:
            return
        self.now = monotonic()
        if self._answer is None:
            self._let_go()
            self._fault(faults.CANCELED)
        elif self._is_tunnel:
            self._let_go()
            self._finish()
        else:
            self._cut(faults.CANCELED)

    def late(self, now: float) -> None:
        """A limit has passed: the enforced one, or proxy_default_timeout since the request was sent."""
        self.now = now
        self._let_go()
        if now < self._limit_at:
            self._fault(faults.LATE_HEAD)
            return
        if self._answer is None:
            self._fault(faults.ENFORCED)
        elif self._is_tunnel:
            self._finish()
        else:
            self._cut(faults.ENFORCED)

    # ---- to the upstream

    def _go(self, hosts: list[str] | None) -> None:
        api, url, now = self.api, self.url, self.now
        try:
            target = api.target(hosts, self.gateway.is_down)
        except NoTarget as none:
            self.gateway.log.message("error", f"[PROXY] [LOAD BALANCING] {none}", mw="ReverseProxy", **api.log_fields)
            self._all_down()
            return
        api.aim(url, target)
        matched = api.matched_path(url.path) if api.has_endpoints else ""
        self._breaker = api.breaker(self.method, matched)
        if self._breaker is not None and not self._breaker.is_ready(now):
            self._error(503, "Service temporarily unavailable.")
            self._classified("CBO", "circuit_breaker_open", circuit_breaker_state="OPEN")
            self._end(*self._flag_fields, is_error=True)
            return
        if limit := api.limit(self.method, matched):
            self.deadline = self._limit_at = now + limit
        self.gateway.sweep.requests.add(self)
        self._started = True
        self._sent_at = now
        if self.url.scheme not in ("http", "https"):
            self._fault(faults.bad_scheme(self.url.scheme))
        elif not self.url.host:
            self._fault(faults.NO_HOST)
        else:
            self.is_replayable = self._can_repeat()
            self.address = Address(self.url.scheme, self.url.host)
            api.pool.take(self, self.address)

    def _can_repeat(self) -> bool:
        """net/http's Request.isReplayable."""
        request = self.request
        if request.body is not None and (request.body.size or request.body.is_chunked):
            return False
        return self.method in REPEATABLE or any(request.has(name) for name in IDEMPOTENCY)

    def connected(self, upstream: "Upstream") -> None:
        """A connection to send the request over."""
        if self.is_over:
            upstream.idle(upstream)
            return
        self.upstream = upstream
        request, url, definition = self.request, self.url, self.api.definition
        host = request.noted.get(b"host", b"") if definition.preserve_host else b""
        upgrade = request.upgrade if self.gateway.settings.enable_websockets else b""
        head = outbound(
            request,
            (url.escaped_path() or "/") + url.question(),
            host or url.host.encode("latin-1"),
            self.connection.ip.encode(),
            upgrade=upgrade,
            closes=self.gateway.settings.proxy_close_connections,
        )
        body = request.body
        self.deadline = min(self._limit_at, self.now + self.gateway.head_limit)
        upstream.send(self, head, body if body is not None and (body.size or body.is_chunked) else None)

    def not_connected(self, fault: Fault) -> None:
        self.now = monotonic()
        self._fault(fault)

    # ---- from the upstream

    def answered(self, status: int, headers: Headers) -> bool:
        """The head of the answer is there."""
        self._response_at = self.now
        self.deadline = self._limit_at
        self._count(is_failure=status // 100 == 5)
        settings = self.gateway.settings
        self.status = status
        self._answer = answers.from_upstream(
            status,
            headers,
            self.client,
            asked_gzip=self.request.asks_gzip,
            closes=settings.close_connections or self.gateway.is_draining,
            limits=answers.NO_LIMITS,
        )
        if self._answer.unpacks:
            self._unpacker = zlib.decompressobj(wbits=31)
        if self._answer.flushes and not self._answer.guesses_type:
            self._begin(b"")
        elif settings.flush_interval > 0:
            self.gateway.later(settings.flush_interval / 1000, self._flush_held)
        return self._answer.is_unframed

    def body(self, data: bytes) -> None:
        """A piece of its body."""
        if self._is_tunnel:
            self.connection.write(data)
            return
        if self._unpacker is not None:
            try:
                data = self._unpacker.decompress(data)
            except zlib.error:
                self._let_go()
                self._cut(Fault("gzip: invalid header"))
                return
            if not data:
                return
        answer = self._answer
        if answer is None or answer.framing is Framing.NONE:
            return
        if answer.head:
            self._begin(data)
        self._held.append(chunk(data) if answer.framing is Framing.CHUNKED else data)
        self._held_size += len(data)

    def flush(self) -> None:
        """All that came at once has been told."""
        answer = self._answer
        if answer is not None and self._held and (answer.flushes or self._held_size > HELD) and not self._write():
            self._let_go()
            self._finish()

    def ended(self, trailers: Headers) -> None:
        """The answer is whole."""
        self.upstream = None
        if self._unpacker is not None and not self._unpacker.eof and self._held_size:
            self._cut(faults.UNEXPECTED_EOF)
            return
        answer = self._answer
        assert answer is not None
        if answer.head:
            self._begin(b"")
        if answer.framing is Framing.CHUNKED:
            self._held.append(last_chunk([one for one in trailers if one[0].lower() in answer.trailers]))
        self._write()
        self._finish()

    def switched(self, head: bytes, rest: bytes) -> None:
        """The upstream goes on with another protocol."""
        self._response_at = self.now
        self.deadline = self._limit_at
        self._count(is_failure=False)
        if not self.gateway.settings.enable_websockets or not self.request.upgrade:
            self._let_go()
            self._fault(faults.broken_answer("unexpected 101 Switching Protocols"))
            return
        self.status = 101
        self._is_tunnel = True
        self._answer = Answer(101, b"", Framing.NONE, -1, True, False, False, closes=True)
        self.connection.tunnel(head + rest)

    def failed(self, fault: Fault, *, may_repeat: bool) -> None:
        """The connection broke, or what came is no HTTP."""
        self.upstream = None
        self.deadline = self._limit_at
        if self._answer is not None:
            if self._is_tunnel:
                self._finish()
            else:
                self._cut(fault)
        elif may_repeat and self.is_replayable and self.address is not None:
            self.api.pool.take(self, self.address)
        else:
            self._fault(fault)

    # ---- after an upgrade

    @property
    def is_tunnel(self) -> bool:
        return self._is_tunnel

    def from_client(self, data: bytes) -> None:
        if self.upstream is not None:
            self.upstream.tunnel(data)

    # ---- to the client

    def _begin(self, first: bytes) -> None:
        """The head, with the first bytes of the body if there are any."""
        answer = self._answer
        assert answer is not None
        self._held.insert(0, answers.with_type(answer, first))
        self._held_size += len(self._held[0])
        answer.head = b""

    def _flush_held(self) -> None:
        if not self.is_over and self._answer is not None:
            self.now = monotonic()
            if self._answer.head:
                self._begin(b"")
            self._write()
            self.gateway.later(self.gateway.settings.flush_interval / 1000, self._flush_held)

    def _write(self) -> bool:
        """Writes what is held; False after write_timeout: the connection is closed, and nothing is said of it."""
        held, self._held, self._held_size = self._held, [], 0
        if self.now > self.write_until:
            self.connection.abort()
            return False
        self.connection.write(held[0] if len(held) == 1 else b"".join(held))
        return True

    def write_late(self) -> None:
        """write_timeout has passed, and the client takes nothing."""
        self.now = monotonic()
        self.connection.abort()
        self._let_go()
        if not self.is_over and self._answer is not None:
            self._finish()

    def _cut(self, fault: Fault) -> None:
        """The body ends early. With chunks it looks whole all the same; with a length the connection is closed."""
        answer = self._answer
        assert answer is not None
        if fault is not faults.CANCELED:
            self.gateway.log.message(
                "error",
                f"http: proxy error during body copy: {fault.text}",
                mw="ReverseProxy",
                prefix="proxy",
                type="request",
                **self.api.log_fields,
            )
            self.gateway.metrics.cut(self.api.definition.api_id)
        self._let_go()
        if answer.head:
            self._begin(b"")
        if answer.framing is Framing.CHUNKED:
            self._held.append(last_chunk([]))
        elif answer.framing is Framing.LENGTH:
            answer.closes = True
        self._write()
        self._finish(fault)

    def _fault(self, fault: Fault) -> None:
        """No answer came, and none will."""
        gateway, api = self.gateway, self.api
        if self._started:
            self._count(is_failure=True)
        status, message = fault.answer()
        forwarded = self.request.noted.get(b"x-forwarded-for")
        host = self.request.host if api.definition.preserve_host else self.url.host
        gateway.log.message(
            "error",
            f"http: proxy error: {fault.text}",
            mw="ReverseProxy",
            prefix="proxy",
            server_name=host,
            type="request",
            user_id=gateway.keys.shown(self.key),
            user_ip=self.connection.ip if forwarded is None else f"{forwarded.decode('latin-1')}, {self.connection.ip}",
            user_name="",
            **api.log_fields,
        )
        self._error(status, message)
        self._classified(fault.flag.value, fault.details, **_certificate(fault))
        if status == 504 and api.discovery is not None:
            api.discovery.forget()
        self._end(*self._flag_fields, is_error=True, fault=fault)

    def _all_down(self) -> None:
        """What Tyk's own little server answers that it turns to when there is no target."""
        self._sent_at = self._response_at = self.now
        self.url.scheme, self.url.host = "http", self.gateway.nowhere
        self.status = 503
        headers = [(b"Content-Type", b"text/plain; charset=utf-8"), (b"X-Content-Type-Options", b"nosniff")]
        headers.append((b"Content-Length", b"%d" % len(ALL_DOWN)))
        self._answer = answers.from_upstream(
            503,
            headers,
            self.client,
            asked_gzip=False,
            closes=self.gateway.settings.close_connections or self.gateway.is_draining,
            limits=answers.NO_LIMITS,
        )
        self.body(ALL_DOWN)
        if self._answer.head:
            self._begin(b"")
        self._write()
        target = self.api.definition.target.host
        self._classified("NHU", "no_healthy_upstreams", target=target)
        self._finish()

    def _error(self, status: int, message: str) -> None:
        settings = self.gateway.settings
        self.status = status
        data, closes = answers.error(
            status,
            message,
            self.request.noted.get(b"content-type", b""),
            self.client,
            is_signed=not settings.hide_generator_header,
            closes=settings.close_connections or self.gateway.is_draining,
        )
        self._held = [data]
        self._held_size = len(data)
        self._answer = Answer(status, b"", Framing.NONE, 0, False, False, False, closes)

    def _finish(self, fault: Fault | None = None) -> None:
        """The answer has been written, as far as it came."""
        if self.status // 100 == 5 and not self._flag_fields[0]:
            fields = ("error_source", "error_target", "response_code_details", "response_flag", "upstream_status")
            values = ("Upstream", self.url.host, "upstream_response_5xx", "URS", self.status)
            self._flag_fields = fields, values
        self._end((*self._flag_fields[0], "type"), (*self._flag_fields[1], "request"), is_error=False, fault=fault)

    def _end(
        self, fields: tuple[str, ...], values: tuple[object, ...], *, is_error: bool, fault: Fault | None = None
    ) -> None:
        """The line in the log, and whatever this request held is given back. `fault`: what went wrong, if something."""
        assert self._answer is not None
        if self.is_over:
            return
        if self._held:
            self._write()
        self.is_over = True
        self.gateway.sweep.requests.discard(self)
        self.gateway.ended(self, fields, values, is_error=is_error, fault=fault)
        if self.request.body is not None:
            self.request.body.close()
        self.connection.done(self.now, closes=self._answer.closes)

    def latencies(self, *, is_error: bool) -> tuple[int, int]:
        """Milliseconds in all, and to the head of the answer."""
        total = int((self.now - self.began) * 1000)
        return total, 0 if is_error else int((self._response_at - self._sent_at) * 1000)

    def _classified(self, flag: str, details: str, *, target: str = "", **more: str) -> None:
        where = target or self.url.host + self.url.path
        if where:
            more = {"error_target": where, **more}
        fields = ("error_source", "response_code_details", "response_flag", *more)
        self._flag_fields = fields, ("ReverseProxy", details, flag, *more.values())

    def _count(self, *, is_failure: bool) -> None:
        breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker.failed(self.now) if is_failure else breaker.succeeded(self.now)

    def _let_go(self) -> None:
        """Nothing more is wanted from the upstream."""
        upstream, self.upstream = self.upstream, None
        if upstream is not None:
            upstream.abort()
        elif self.address is not None and self._answer is None:
            self.api.pool.leave(self, self.address)


def _certificate(fault: Fault) -> dict[str, str]:
    known = {"tls_cert_expiry": fault.tls_cert_expiry, "tls_cert_subject": fault.tls_cert_subject}
    return {name: value for name, value in known.items() if value}
