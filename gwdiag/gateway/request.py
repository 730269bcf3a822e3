"""A request as it came, and as it goes on to the upstream.

Sources: RFC 9110 7.6.1 for what goes no further; httputil.ReverseProxy as Tyk 5.14 has it, http.Request.write.
"""

from gwdiag.gateway.body import Body
from gwdiag.gateway.heads import Headers

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

GO_AGENT = b"Go-http-client/1.1"
"""What net/http puts in where a Connection header has taken the agent away."""

SPACES = (b" ", b"\t")
PLAIN_CONNECTIONS = frozenset({b"", b"keep-alive", b"close", b"upgrade"})
UNTOUCHABLE = frozenset({b"host", b"content-length"})


class Request:
    """`length` of the body as declared, None for chunks; `passed` are the header lines that go on, in fours.

    `noted` are the headers that matter here, `doubled` what came of them more than once.
    """

    __slots__ = (
        "agent_is_hop",
        "asks_gzip",
        "body",
        "doubled",
        "headers",
        "length",
        "method",
        "noted",
        "passed",
        "target",
        "version",
    )

    def __init__(self, method: str, target: str, version: str, headers: Headers) -> None:
        self.method, self.target, self.version, self.headers = method, target, version, headers
        self.length: int | None = 0
        self.body: Body | None = None
        self.agent_is_hop = False
        self.doubled: dict[bytes, list[bytes]] = {}
        noted: dict[bytes, bytes] = {}
        passed: list[bytes] = []
        for index, (name, value) in enumerate(headers):
            if value[-1:] in SPACES:
                value = value.rstrip(b" \t")
                headers[index] = (name, value)
            key = name.lower()
            kind = NOTED_HEADERS.get(key)
            if kind is not None:
                if key not in noted:
                    noted[key] = value
                elif kind == JOINED:
                    noted[key] += b", " + value
                else:
                    self.doubled.setdefault(key, []).append(value)
                if kind != PASSED:
                    continue
            passed += (name, b": ", value, b"\r\n")
        self.noted = noted
        self.passed = passed
        connection = noted.get(b"connection")
        if connection is not None and connection.lower() not in PLAIN_CONNECTIONS:
            self._drop_named(connection)
        # Whether the gateway asks for gzip in its own name, and unpacks what comes.
        self.asks_gzip = not noted.get(b"accept-encoding") and not noted.get(b"range") and method != "HEAD"

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
    def agent(self) -> str:
        return self.noted.get(b"user-agent", b"").decode("latin-1")

    @property
    def wants_close(self) -> bool:
        connection = self.noted.get(b"connection")
        if connection is None:
            return self.version == "HTTP/1.0"
        every = b",".join((connection, *self.doubled.get(b"connection", ())))
        tokens = [one.strip().lower() for one in every.split(b",")]
        if self.version == "HTTP/1.0":
            return b"close" in tokens or b"keep-alive" not in tokens
        return b"close" in tokens

    @property
    def upgrade(self) -> bytes:
        """The protocol that is asked for, where the Connection header says nothing else."""
        if self.noted.get(b"connection", b"").strip().lower() != b"upgrade":
            return b""
        return self.noted.get(b"upgrade", b"").strip().lower()

    def _drop_named(self, connection: bytes) -> None:
        """A Connection header names what is for the next hop only; X-Forwarded-For is written anew in any case."""
        named = {one.strip().lower() for one in connection.split(b",")} - UNTOUCHABLE
        lines = [self.passed[at : at + 4] for at in range(0, len(self.passed), 4)]
        self.passed = [part for line in lines if line[0].lower() not in named for part in line]
        for name in named & {b"accept-encoding", b"range"}:
            self.noted.pop(name, None)
        self.agent_is_hop = b"user-agent" in named


def outbound(request: Request, path: str, host: bytes, client: bytes, *, upgrade: bytes, closes: bool) -> bytes:
    """The head for the upstream, written anew. `path` with its query; `client`: the address behind X-Forwarded-For."""
    noted, body = request.noted, request.body
    parts = [request.method.encode("latin-1"), b" ", path.encode("latin-1"), b" HTTP/1.1\r\nHost: ", host, b"\r\n"]
    parts += request.passed
    if agent := GO_AGENT if request.agent_is_hop else noted.get(b"user-agent", AGENT):
        parts += (b"User-Agent: ", agent, b"\r\n")
    if body is not None and body.is_chunked:
        parts.append(b"Transfer-Encoding: chunked\r\n")
        if trailer := noted.get(b"trailer"):
            names = sorted({one.strip().title() for one in trailer.split(b",") if one.strip()})
            parts += (b"Trailer: ", b",".join(names), b"\r\n")
    elif body is not None and body.size:
        parts.append(b"Content-Length: %d\r\n" % body.size)
    elif request.method in ("POST", "PUT", "PATCH"):
        parts.append(b"Content-Length: 0\r\n")
    if noted.get(b"te") == b"trailers":
        parts.append(b"Te: trailers\r\n")
    forwarded = noted.get(b"x-forwarded-for")
    parts += (b"X-Forwarded-For: ", client if forwarded is None else b"%b, %b" % (forwarded, client), b"\r\n")
    if request.asks_gzip:
        parts.append(b"Accept-Encoding: gzip\r\n")
    if upgrade:
        parts += (b"Connection: Upgrade\r\nUpgrade: ", upgrade, b"\r\n")
    elif closes:
        parts.append(b"Connection: close\r\n")
    parts.append(b"\r\n")
    return b"".join(parts)
