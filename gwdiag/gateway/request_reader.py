"""What a client sends, read as requests: heads, and bodies behind them.

llhttp (httptools) judges each head and takes chunks apart; a head that it or Go would not take as it stands is judged
by `heads`. Source: net/http's server of Go 1.26: what it accepts, what it refuses and in which words.
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from gwdiag.gateway.answer_reader import HEAD_END
from gwdiag.gateway.body import Body
from gwdiag.gateway.fields import BLOCKS, Fields
from gwdiag.gateway.heads import (
    LONGEST_LENGTH,
    Headers,
    Refused,
    check_host,
    check_lines,
    has_bad_trailer,
    is_host,
    request_head,
    request_line,
)
from gwdiag.gateway.request import Request
from gwdiag.gateway.ways import Way, Ways

LARGEST_HEAD = (1 << 20) + 4096
LARGEST_DISCARD = 256 << 10
"""Bytes of a body that nobody wants, up to which they are read so that the connection can go on."""
END = b"\r\n\r\n"
CHUNKED_HEAD = b"POST / HTTP/1.1\r\nHost: chunks\r\nTransfer-Encoding: chunked\r\n\r\n"
NOBODY = object()
"""Whom a parser has nothing to tell that is only asked whether it takes a head."""


class BadBody(Exception):
    """What came is no body."""


class RequestReader:
    """Of one connection. `body` None: there is none, or it is over. `is_whole`: the request is, with its body."""

    __slots__ = ("_checked", "_discarded", "_left", "_parser", "_tail", "_trailers", "body", "discards", "is_whole")

    def __init__(self) -> None:
        self._parser: HttpRequestParser | None = None  # of chunks; a body with a length needs none
        self._trailers: Headers = []
        self._checked = 0  # bytes of a head that is not whole
        self.body: Body | None = None
        self.discards = self.is_whole = False
        self._discarded = 0
        self._left = 0
        self._tail = b""

    # ---- heads

    def head_end(self, data: bytes) -> int:
        """Where the head at the beginning of the data ends, -1 where it is not whole. Raises Refused.

        Each line is looked at once, when it is whole, however slowly they come.
        """
        before = max(self._checked - 3, 0)  # the empty line may have come in two pieces
        end = data.find(END, before)
        seen = None if end >= 0 else HEAD_END.search(data, before)
        if end >= 0 or seen is not None:
            self._checked = 0
            return seen.end() if seen else end + 4
        until = data.rfind(b"\n", self._checked) + 1
        if until:
            lines = data[self._checked : until]
            if not self._checked:
                line, _, lines = lines.partition(b"\n")
                request_line(line.removesuffix(b"\r"))
            check_lines(lines)
            self._checked = until
        if len(data) > LARGEST_HEAD:
            raise Refused(431)
        return -1

    def plain(self, head: bytes, ways: Ways) -> Request | None:
        """What the parser takes, and Go takes as well; None for everything else. Raises Refused."""
        at = head.find(b"\r\n")
        led = ways.lead(head[:at])
        if led is None:
            return None
        try:
            HttpRequestParser(NOBODY).feed_data(head)
        except (HttpParserError, HttpParserUpgrade):
            return None
        block = head[at:]
        known = BLOCKS.get(block)
        way, query = led
        return Request(way, known, query) if known is not None else self._plain(block, way, query)

    def _plain(self, block: bytes, way: Way, query: bytes) -> Request | None:
        """The parser takes no line end but this one, and no line that goes on in the next."""
        if not block.endswith(END):
            return None
        fields = Fields(block[2:-4].split(b"\r\n") if len(block) > 4 else ())
        noted, doubled = fields.noted, fields.doubled
        if doubled is not None and b"host" in doubled:
            raise Refused(400)
        host = noted.get(b"host")
        if not host or not is_host(host):
            check_host(fields.headers(), way.version.encode(), way.method.encode())
        elif not fields.has_body:
            BLOCKS.came(block, fields)
        request = Request(way, fields, query)
        if fields.has_length:
            request.length = int(noted[b"content-length"])
            if request.length >= LONGEST_LENGTH:
                raise Refused(400)
        if b"transfer-encoding" in noted:
            if way.is_http10 or doubled or noted[b"transfer-encoding"].lower() != b"chunked":
                return None
            if has_bad_trailer(fields.headers()):
                raise Refused(400)
            request.length = None
        return request

    def odd(self, data: bytes, ways: Ways) -> tuple[Request, int]:
        """What Go takes all the same, and where its head ends. Raises Refused."""
        seen = HEAD_END.search(data)
        assert seen is not None
        read = request_head(data[: seen.end()])
        fields = Fields([b"%b: %b" % one for one in read.headers])
        request = Request(ways.of(read.method, read.target, read.version), fields)
        request.length = None if read.is_chunked else read.length
        return request, seen.end()

    # ---- bodies

    def begin_body(self, request: Request) -> None:
        self.body = Body(is_chunked=request.length is None)
        self.is_whole = self.discards = False
        self._discarded = 0
        self._left, self._parser = request.length or 0, None
        if request.length is None:
            # Whatever the head was like, the parser is given one that says the same of the body.
            self._parser = HttpRequestParser(self)
            self._parser.feed_data(CHUNKED_HEAD)
            self._parser.set_dangerous_leniencies(lenient_spaces_after_chunk_size=True)
            self._tail = b""
            self._trailers = []

    @property
    def discards_too_much(self) -> bool:
        return self._discarded > LARGEST_DISCARD

    def feed(self, data: bytes) -> bytes:
        """A piece of the body; comes back with what is behind its end. Raises BadBody."""
        if self._parser is not None:
            try:
                return self._feed_chunks(data, self._parser)
            except (HttpParserError, HttpParserUpgrade):
                raise BadBody from None
        here = data[: self._left]
        self._left -= len(here)
        self.on_body(here)
        self.is_whole = not self._left
        return data[len(here) :]

    def _feed_chunks(self, data: bytes, parser: HttpRequestParser) -> bytes:
        """Chunks end with an empty line; the parser is fed up to each, so that it never begins the next request."""
        window = self._tail + data
        at = len(self._tail)
        found = window.find(END)
        while found >= 0 and not self.is_whole:
            parser.feed_data(window[at : found + 4])
            at = found + 4
            found = window.find(END, at)
        if not self.is_whole:
            parser.feed_data(window[at:])
            at = len(window)
        self._tail = window[-3:]
        return window[at:]

    def take_body(self, request: Request) -> Body | None:
        """The body, whole, with the trailers that were announced."""
        body, self.body = self.body, None
        if body is not None and body.is_chunked and self._trailers and b"trailer" in request.noted:
            body.trailers = b"".join(b"%b: %b\r\n" % one for one in self._trailers)
        return body

    # ---- what the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        self._trailers.append((name, value))

    def on_body(self, data: bytes) -> None:
        if self.discards:
            self._discarded += len(data)
        elif self.body is not None:
            self.body.add(data)

    def on_message_complete(self) -> None:
        self.is_whole = True
