"""A request as it came, and as it goes on to the upstream.

Sources: RFC 9110 7.6.1 for what goes no further; httputil.ReverseProxy as Tyk 5.14 has it, http.Request.write.
"""

from typing import TYPE_CHECKING

from gwdiag.gateway.body import Body
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.memo import Memo

if TYPE_CHECKING:
    from gwdiag.gateway.keys import Session
    from gwdiag.gateway.ways import Way

AGENT = b"Tyk/v5.5.0-dev"
"""What Tyk sends where the client names no agent; this is how a build from its public source calls itself."""

PASSED, FIRST, JOINED = range(3)
NOTED_HEADERS = {
    **dict.fromkeys((b"accept-encoding", b"range", b"expect", b"content-type", b"x-real-ip"), PASSED),
    **dict.fromkeys((b"user-agent", b"connection", b"te", b"upgrade", b"content-length"), FIRST),
    **dict.fromkeys((b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization"), FIRST),
    **dict.fromkeys((b"host", b"transfer-encoding"), FIRST),
    **dict.fromkeys((b"x-forwarded-for", b"trailer"), JOINED),
}
"""Headers that matter here. PASSED ones go on as they came; of the others the first or all of them are noted."""

WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})
"""Methods that net/http gives a length of 0 where there is no body."""

GO_AGENT = b"Go-http-client/1.1"
"""What net/http puts in where a Connection header has taken the agent away."""


NOTED = Memo[bytes, tuple[bytes, int] | None](
    lambda name: (name.lower(), NOTED_HEADERS[name.lower()]) if name.lower() in NOTED_HEADERS else None
)
"""Headers that matter here, in lower case, and what is to be done with them; None: it goes on as it came."""

PLAIN_CONNECTIONS = frozenset({b"", b"keep-alive", b"close", b"upgrade"})
UNTOUCHABLE = frozenset({b"host", b"content-length"})


class Request:
    """`way`: what its line leads to. `length` of the body as declared, None for chunks.

    `noted` are the headers that matter here, `doubled` what came of them more than once; `passed` are the header lines
    that go on, in fours. `key` and `session`: who asks, as the guards found out. `wants_close` after its answer.
    """

    __slots__ = (
        "agent_is_hop",
        "asks_gzip",
        "body",
        "doubled",
        "headers",
        "is_http10",
        "key",
        "length",
        "method",
        "noted",
        "passed",
        "session",
        "wants_close",
        "way",
    )

    def __init__(self, way: "Way", headers: Headers) -> None:
        self.way, self.method, self.is_http10 = way, way.method, way.is_http10
        self.headers = headers
        self.length: int | None = 0
        self.body: Body | None = None
        self.agent_is_hop = False
        self.key = ""
        self.session: Session | None = None
        self.doubled: dict[bytes, list[bytes]] | None = None
        self.noted: dict[bytes, bytes] = {}
        self.passed: list[bytes] = []
        noted, passed = self.noted, self.passed
        for name, value in headers:
            known = NOTED[name]
            if known is None:
                passed += (name, b": ", value, b"\r\n")
                continue
            key, kind = known
            if key not in noted:
                noted[key] = value
            elif kind == JOINED:
                noted[key] += b", " + value
            else:
                self._double(key, value)
            if kind == PASSED:
                passed += (name, b": ", value, b"\r\n")
        connection = noted.get(b"connection")
        if connection is None:
            self.wants_close = self.is_http10
        else:
            self.wants_close = self._says_close(connection)
            if connection.lower() not in PLAIN_CONNECTIONS:
                self._drop_named(connection)
        # Whether the gateway asks for gzip in its own name, and unpacks what comes.
        self.asks_gzip = not noted.get(b"accept-encoding") and not noted.get(b"range") and self.method != "HEAD"

    def first(self, name: bytes) -> bytes:
        """The value of the first header of that name, in lower case; nothing where there is none."""
        return next((value for one, value in self.headers if one.lower() == name), b"")

    def has(self, name: bytes) -> bool:
        """Whether there is a header of that name, in lower case."""
        return any(one.lower() == name for one, _ in self.headers)

    @property
    def host(self) -> str:
        return self.noted.get(b"host", b"").decode("latin-1")

    @property
    def upgrade(self) -> bytes:
        """The protocol that is asked for, where the Connection header says nothing else."""
        if self.noted.get(b"connection", b"").strip().lower() != b"upgrade":
            return b""
        return self.noted.get(b"upgrade", b"").strip().lower()

    def _double(self, key: bytes, value: bytes) -> None:
        if self.doubled is None:
            self.doubled = {}
        self.doubled.setdefault(key, []).append(value)

    def _says_close(self, connection: bytes) -> bool:
        every = (connection, *self.doubled.get(b"connection", ())) if self.doubled else (connection,)
        tokens = [one.strip().lower() for one in b",".join(every).split(b",")]
        return b"close" in tokens or (self.is_http10 and b"keep-alive" not in tokens)

    def _drop_named(self, connection: bytes) -> None:
        """A Connection header names what is for the next hop only; X-Forwarded-For is written anew in any case."""
        named = {one.strip().lower() for one in connection.split(b",")} - UNTOUCHABLE
        lines = [self.passed[at : at + 4] for at in range(0, len(self.passed), 4)]
        self.passed = [part for line in lines if line[0].lower() not in named for part in line]
        for name in named & {b"accept-encoding", b"range"}:
            self.noted.pop(name, None)
        self.agent_is_hop = b"user-agent" in named


def outbound(request: Request, start: bytes, client: bytes, connection: bytes) -> bytes:
    """The head for the upstream, written anew. `start`: its first two lines; `client`: whose X-Forwarded-For it is;
    `connection`: lines about that."""
    noted, body = request.noted, request.body
    parts = [start, *request.passed]
    if agent := GO_AGENT if request.agent_is_hop else noted.get(b"user-agent", AGENT):
        parts += (b"User-Agent: ", agent, b"\r\n")
    if body is not None:
        parts += _framing(request, body)
    elif request.method in WITH_LENGTH:
        parts.append(b"Content-Length: 0\r\n")
    if noted.get(b"te") == b"trailers":
        parts.append(b"Te: trailers\r\n")
    forwarded = noted.get(b"x-forwarded-for")
    parts += (b"X-Forwarded-For: ", client if forwarded is None else b"%b, %b" % (forwarded, client))
    parts.append(b"\r\nAccept-Encoding: gzip\r\n" if request.asks_gzip else b"\r\n")
    parts += (connection, b"\r\n")
    return b"".join(parts)


def _framing(request: Request, body: Body) -> tuple[bytes, ...]:
    if not body.is_chunked:
        needs_length = body.size or request.method in WITH_LENGTH
        return (b"Content-Length: %d\r\n" % body.size,) if needs_length else ()
    names = {one.strip().title() for one in request.noted.get(b"trailer", b"").split(b",") if one.strip()}
    trailer = (b"Trailer: ", b",".join(sorted(names)), b"\r\n") if names else ()
    return (b"Transfer-Encoding: chunked\r\n", *trailer)
