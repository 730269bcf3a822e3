"""One request and its answer: from the client's connection to an upstream's and back, and into the log.

No task and no timer belongs to it: it is moved on by what comes in from either side and by the shared deadlines.
Source: Tyk 5.14's reverse proxy, on Go 1.26's net/http.
"""

from time import monotonic
from typing import TYPE_CHECKING

from gwdiag.gateway import answers, faults
from gwdiag.gateway.answer_head import UNTIL_CLOSED, AnswerHead
from gwdiag.gateway.answers import Answer, Framing
from gwdiag.gateway.failures import (
    Flags,
    all_down,
    classified,
    error_answer,
    faulted,
    refused,
    tell_cut,
    upstream_5xx,
)
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.guards import Refusal
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.request import Request, outbound
from gwdiag.gateway.sweep import NEVER
from gwdiag.gateway.targets import NoTarget
from gwdiag.gateway.ways import Aim, host_line

if TYPE_CHECKING:
    from gwdiag.gateway.apis import Api
    from gwdiag.gateway.breaker import Breaker
    from gwdiag.gateway.client import ClientConnection
    from gwdiag.gateway.gateway import Gateway
    from gwdiag.gateway.upstream import Upstream

NO_HEADERS: Headers = []
IDEMPOTENCY = (b"idempotency-key", b"x-idempotency-key")


class Exchange:
    """`connection` is the client's. `began` when its head was there, `now` when something last happened to it; `sent`
    and `headed`: when its request was, and when the head of the answer was there.

    `status` is 0 until an answer is decided on, `aim` None until a target is. `url` is as far on its way to the
    target's as the request is. `flags`: what the access line says besides what all say.
    """

    __slots__ = (
        "_answer",
        "_breaker",
        "_is_tunnel",
        "_limit_at",
        "aim",
        "api",
        "began",
        "connection",
        "deadline",
        "flags",
        "gateway",
        "headed",
        "is_over",
        "is_replayable",
        "method",
        "now",
        "request",
        "sent",
        "status",
        "upstream",
        "url",
        "way",
    )

    def __init__(
        self, gateway: "Gateway", connection: "ClientConnection", api: "Api", request: Request, began: float
    ) -> None:
        self.gateway, self.connection, self.api, self.request = gateway, connection, api, request
        self.way = way = request.way
        self.method, self.url = way.method, way.url
        self.began = self.now = began
        self.status = 0
        self.is_over = self._is_tunnel = False
        self.aim: Aim | None = None
        self.upstream: Upstream | None = None
        self.flags: Flags | None = None
        self._answer: Answer | None = None
        self._breaker: Breaker | None = None
        self.deadline = self._limit_at = NEVER

    # ---- from the client

    def refusal(self) -> Refusal | None:
        """What the guards of its way say, before any body is read."""
        for guard in self.way.guards:
            found = guard(self.request, self.began)
            if found is not None:
                return found
        return None

    @property
    def key(self) -> str:
        """Whose request it is, once that is known."""
        return self.request.key if self.request.session is not None else ""

    def refuse(self, refusal: Refusal) -> None:
        """Tyk's answer to what a guard refused, and its lines."""
        self.flags = refused(self, refusal)
        self._end_with(refusal.status, refusal.message)

    def body_failed(self, *, says_close: bool) -> None:
        """The client's body broke off, is no chunks, or came too slowly: no upstream hears of it."""
        self.now = monotonic()
        self.request.wants_close |= says_close
        self.url = self.way.stripped
        self._end_with(500, "There was a problem with reading Body of the Request.")

    def start(self) -> None:
        """The request is whole."""
        if self.request.body is not None:
            self.now = monotonic()
        aim = self.way.only_aim
        if aim is not None:
            self._go(aim)
            return
        self.url = self.way.stripped
        discovery = self.api.discovery
        if discovery is None:
            self._choose(None)
        elif (found := discovery.current()) is not None:
            self._choose(found)
        else:
            self.gateway.discover(self)

    def discovered(self, hosts: list[str] | None) -> None:
        """The hosts that discovery found; None where it failed, and the API's own target serves."""
        if not self.is_over:
            self.now = monotonic()
            self._choose(hosts)

    def canceled(self) -> None:
        """The client is gone."""
        if self.is_over:
            return
        self.now = monotonic()
        self._stop(faults.CANCELED)

    def late(self, now: float) -> None:
        """A limit has passed: the enforced one, or proxy_default_timeout since the request was sent."""
        self.now = now
        self._stop(faults.LATE_HEAD if now < self._limit_at else faults.ENFORCED)

    def _stop(self, fault: Fault) -> None:
        """Nothing more is waited for."""
        self._let_go()
        if self._answer is None:
            self._fault(fault)
        elif self._is_tunnel:
            self._finish()
        else:
            self._cut(fault)

    # ---- to the upstream

    def _choose(self, hosts: list[str] | None) -> None:
        gateway, api = self.gateway, self.api
        try:
            target = api.target(hosts, gateway.is_down)
        except NoTarget as none:
            gateway.log.message("error", f"[PROXY] [LOAD BALANCING] {none}", mw="ReverseProxy", **api.log_fields)
            self._all_down()
        else:
            self._go(self.way.aim(target))

    def _go(self, aim: Aim) -> None:
        now = self.now
        self.url = aim.url
        breaker = aim.breaker
        if breaker is not None:
            if breaker.is_open and not breaker.is_ready(now):
                self.flags = classified(self.url, "CBO", "circuit_breaker_open", circuit_breaker_state="OPEN")
                self._end_with(503, "Service temporarily unavailable.")
                return
            self._breaker = breaker
        if aim.limit:
            self.deadline = self._limit_at = now + aim.limit
        self.gateway.sweep.requests.add(self)
        self.aim = aim
        self.sent = now
        place = aim.place
        if place is None:
            assert aim.target.fault is not None
            self._fault(aim.target.fault)
            return
        self.is_replayable = (self.request.body is None and self.way.is_repeatable) or self._can_repeat()
        place.take(self)

    def _can_repeat(self) -> bool:
        """net/http's Request.isReplayable."""
        request = self.request
        if request.body is not None and (request.body.size or request.body.is_chunked):
            return False
        return self.way.is_repeatable or any(name in request.fields.firsts for name in IDEMPOTENCY)

    def connected(self, upstream: "Upstream") -> None:
        """A connection to send the request over."""
        if self.is_over:
            upstream.free()
            return
        self.upstream = upstream
        gateway, request, aim = self.gateway, self.request, self.aim
        assert aim is not None
        start = aim.start_with(request.query) if request.query else aim.start
        if self.api.definition.preserve_host:
            start += host_line(request.noted.get(b"host", b"") or self.url.host.encode("latin-1"))
        more = gateway.connection_line
        if b"upgrade" in request.noted and gateway.settings.enable_websockets and request.upgrade:
            more = b"Connection: Upgrade\r\nUpgrade: %b\r\n" % request.upgrade
        limit = self.now + gateway.head_limit
        if limit < self.deadline:
            self.deadline = limit
        upstream.send(self, outbound(request, start, self.connection.ip_bytes, more), request.body)

    def not_connected(self, fault: Fault) -> None:
        self.now = monotonic()
        self._fault(fault)

    # ---- from the upstream

    def answered(self, status: int, head: AnswerHead) -> int | None:
        """The head of the answer is there."""
        gateway = self.gateway
        self.headed = self.now
        self.deadline = self._limit_at
        if self._breaker is not None:
            self._count(is_failure=500 <= status < 600)
        self.status = status
        answer = self._answer = answers.from_upstream(
            status, head, self.request, asked_gzip=self.request.asks_gzip, closes=gateway.closes_connections
        )
        if gateway.flush_interval and not answer.flushes:
            gateway.later(gateway.flush_interval, self._flush_held)
        return answer.upstream_length

    def whole(self, status: int, head: AnswerHead, body: bytes | memoryview) -> None:
        """All of an answer with a length, at once."""
        self.upstream = None
        closes = self.gateway.closes_connections or self.request.wants_close
        written = None if self.way.is_http10 else answers.plain_head(status, head, len(body), closes=closes)
        if written is None:
            self.answered(status, head)
            self.body(body)
            self.ended(NO_HEADERS)
            return
        self.headed = self.now
        if self._breaker is not None:
            self._count(is_failure=500 <= status < 600)
        self.status = status
        if self.now - self.began > self.gateway.write_limit:
            self.connection.abort()
        elif isinstance(body, bytes):
            self.connection.write(written + body)
        else:
            self.connection.write(written)
            self.connection.write(body)
        self._over(closes=closes)

    def body(self, data: bytes | memoryview) -> None:
        """A piece of its body."""
        answer = self._answer
        if self._is_tunnel:
            self.connection.write(data)
        elif answer is not None:
            try:
                answer.add(data)
            except Fault as fault:
                self._let_go()
                self._cut(fault)

    def more(self, data: bytes) -> None:
        """Another piece of a long one."""
        answer = self._answer
        if answer is not None and answer.lets_pass(len(data)) and self.now - self.began <= self.gateway.write_limit:
            self.connection.write(data)
        else:
            self.body(data)
            self.flush()

    def flush(self) -> None:
        """All that came at once has been told."""
        answer = self._answer
        if answer is not None and answer.is_due and not self._write():
            self._let_go()
            self._finish()

    def ended(self, trailers: Headers) -> None:
        """The answer is whole."""
        self.upstream = None
        answer = self._answer
        assert answer is not None
        try:
            answer.end(trailers)
        except Fault as fault:
            self._cut(fault)
            return
        self._write()
        self._finish()

    def switched(self, head: bytes, rest: bytes) -> None:
        """The upstream goes on with another protocol."""
        self.headed = self.now
        self.deadline = self._limit_at
        self._count(is_failure=False)
        if not self.gateway.settings.enable_websockets or not self.request.upgrade:
            self._let_go()
            self._fault(faults.broken_answer("unexpected 101 Switching Protocols"))
            return
        self.status = 101
        self._is_tunnel = True
        self._answer = Answer(Framing.NONE, b"", UNTIL_CLOSED, closes=True)
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
        elif may_repeat and self.is_replayable and self.aim is not None and self.aim.place is not None:
            self.aim.place.take(self)
        else:
            self._fault(fault)

    # ---- after an upgrade

    def from_client(self, data: bytes) -> None:
        if self.upstream is not None:
            self.upstream.tunnel(data, self.connection.transport)

    # ---- to the client

    def _flush_held(self) -> None:
        if not self.is_over and self._answer is not None:
            self.now = monotonic()
            self._answer.begin()
            self._write()
            self.gateway.later(self.gateway.flush_interval, self._flush_held)

    def _write(self) -> bool:
        """Writes what is held; False after write_timeout: the connection is closed, and nothing is said of it."""
        assert self._answer is not None
        held = self._answer.take()
        if self.now - self.began > self.gateway.write_limit:
            self.connection.abort()
            return False
        for piece in held:
            self.connection.write(piece)
        return True

    def write_late(self) -> None:
        """write_timeout has passed, and the client takes nothing."""
        self.now = monotonic()
        self.connection.abort()
        self._let_go()
        if not self.is_over and self._answer is not None:
            self._finish()

    def _cut(self, fault: Fault) -> None:
        """The body ends early."""
        answer = self._answer
        assert answer is not None
        if fault is not faults.CANCELED:
            tell_cut(self, fault)
        self._let_go()
        answer.cut()
        self._write()
        self._finish(fault)

    def _fault(self, fault: Fault) -> None:
        """No answer came, and none will."""
        if self.aim is not None:
            self._count(is_failure=True)
        self.flags = faulted(self, fault)
        status, message = fault.answer()
        if status == 504 and self.api.discovery is not None:
            self.api.discovery.forget()
        self._end_with(status, message, fault)

    def _all_down(self) -> None:
        """What Tyk's own little server answers that it turns to when there is no target."""
        self.sent = self.headed = self.now
        self.status = 503
        self.url, self._answer, self.flags = all_down(self)
        self._write()
        self._finish()

    def _end_with(self, status: int, message: str, fault: Fault | None = None) -> None:
        """With an answer of the gateway's own."""
        self.status = status
        self._answer = error_answer(self, status, message)
        if not self.is_over:
            self._write()
            self._finish(fault, is_error=True)

    def _finish(self, fault: Fault | None = None, *, is_error: bool = False) -> None:
        """The answer has been written, as far as it came: the line in the log, and whatever was held is given back.

        `fault`: what went wrong, if something did; `is_error`: the answer is the gateway's own.
        """
        if not self.is_over:
            assert self._answer is not None
            self._over(fault, is_error=is_error, closes=self._answer.closes)

    def _over(self, fault: Fault | None = None, *, is_error: bool = False, closes: bool) -> None:
        self.is_over = True
        if self.status >= 500 and self.flags is None and not is_error:
            self.flags = upstream_5xx(self)
        gateway = self.gateway
        gateway.sweep.requests.discard(self)
        gateway.access_log.ended(self, is_error=is_error, fault=fault)
        if self.request.body is not None:
            self.request.body.close()
        self.connection.done(self.now, closes=closes)

    def _count(self, *, is_failure: bool) -> None:
        breaker, self._breaker = self._breaker, None
        if breaker is not None:
            breaker.failed(self.now) if is_failure else breaker.succeeded(self.now)

    def _let_go(self) -> None:
        """Nothing more is wanted from the upstream."""
        upstream, self.upstream = self.upstream, None
        if upstream is not None:
            upstream.abort()
        elif self._answer is None and self.aim is not None and self.aim.place is not None:
            self.aim.place.leave(self)
