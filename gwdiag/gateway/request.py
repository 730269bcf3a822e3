"""A request as it came, and as it goes on to the upstream. Source: http.Request.write of Go 1.26."""

from typing import TYPE_CHECKING

from gwdiag.gateway.body import Body
from gwdiag.gateway.fields import Fields

if TYPE_CHECKING:
    from gwdiag.gateway.keys import Session
    from gwdiag.gateway.ways import Way

WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})
"""Methods that net/http gives a length of 0 where there is no body."""


class Request:
    """`way`: what its line leads to; `query`, with a question mark, where the way is that of all queries.

    `fields`: what its headers say, `noted` the same with what its line says instead.

    `length` of the body as declared, None for chunks. `key` and `session`: who asks, as the guards found out.
    `wants_close` after its answer.
    """

    __slots__ = ("body", "fields", "key", "length", "noted", "query", "session", "wants_close", "way")

    def __init__(self, way: "Way", fields: Fields, query: bytes = b"") -> None:
        self.way, self.fields, self.noted, self.query = way, fields, fields.noted, query
        self.wants_close = fields.closes_http10 if way.is_http10 else fields.closes
        self.length: int | None = 0
        self.body: Body | None = None
        self.key = ""
        self.session: Session | None = None

    @property
    def method(self) -> str:
        return self.way.method

    @property
    def is_http10(self) -> bool:
        return self.way.is_http10

    @property
    def asks_gzip(self) -> bool:
        """Whether the gateway does in its own name, and unpacks what comes."""
        return self.fields.may_ask_gzip and self.way.method != "HEAD"

    @property
    def host(self) -> str:
        return self.noted.get(b"host", b"").decode("latin-1")

    @property
    def upgrade(self) -> bytes:
        """The protocol that is asked for, where the Connection header says nothing else."""
        if self.noted.get(b"connection", b"").strip().lower() != b"upgrade":
            return b""
        return self.noted.get(b"upgrade", b"").strip().lower()


def outbound(request: Request, start: bytes, client: bytes, connection: bytes) -> bytes:
    """The head for the upstream, written anew. `start`: its first two lines; `client`: whose X-Forwarded-For it is;
    `connection`: lines about that."""
    fields, framing = request.fields, b""
    if request.body is not None:
        framing = _framing(request, request.body)
    elif request.way.method in WITH_LENGTH:
        framing = b"Content-Length: 0\r\n"
    end = b"\r\nAccept-Encoding: gzip\r\n" if fields.may_ask_gzip and request.way.method != "HEAD" else b"\r\n"
    return b"".join((start, fields.start, framing, fields.forwarded, client, end, connection, b"\r\n"))


def _framing(request: Request, body: Body) -> bytes:
    if not body.is_chunked:
        needs_length = body.size or request.method in WITH_LENGTH
        return b"Content-Length: %d\r\n" % body.size if needs_length else b""
    names = {one.strip().title() for one in request.noted.get(b"trailer", b"").split(b",") if one.strip()}
    trailer = b"Trailer: %b\r\n" % b",".join(sorted(names)) if names else b""
    return b"Transfer-Encoding: chunked\r\n" + trailer
