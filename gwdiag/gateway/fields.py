"""What the header lines of a request say, and how they go on to the upstream.

Clients send the same lines again and again, whatever they ask for: what follows from a block of them is worked out once
and kept, and where one line of a block is new the others are still known. Only what the parser took comes here, or
what `heads` has put straight. Sources: RFC 9110 7.6.1; httputil.ReverseProxy as Tyk 5.14 has it.
"""

from collections.abc import Sequence
from functools import cached_property

from gwdiag.gateway.memo import LineMemo, Recurring

AGENT = b"Tyk/v5.5.0-dev"
"""What Tyk sends where the client names no agent; this is how a build from its public source calls itself."""
GO_AGENT = b"Go-http-client/1.1"
"""What net/http puts in where a Connection header has taken the agent away."""

PASSED, FIRST, JOINED, UNNOTED = range(4)
NOTED_HEADERS = {
    **dict.fromkeys((b"accept-encoding", b"range", b"expect", b"content-type", b"x-real-ip"), PASSED),
    **dict.fromkeys((b"user-agent", b"connection", b"te", b"upgrade", b"content-length"), FIRST),
    **dict.fromkeys((b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization"), FIRST),
    **dict.fromkeys((b"host", b"transfer-encoding"), FIRST),
    **dict.fromkeys((b"x-forwarded-for", b"trailer"), JOINED),
}
"""Headers that matter here. PASSED ones go on as they came; of the others the first or all of them are noted."""

PLAIN_CONNECTIONS = frozenset({b"", b"keep-alive", b"close", b"upgrade"})
UNTOUCHABLE = frozenset({b"host", b"content-length"})
MOST_BLOCKS, LONGEST_BLOCK = 1024, 2048


def name_and_value(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name, value.strip(b" \t")


def _read(line: bytes) -> tuple[bytes, int, bytes, bytes] | None:
    name, value = name_and_value(line)
    key, text = name.lower(), b"%b: %b" % (name, value)
    kind = NOTED_HEADERS.get(key, UNNOTED)
    return None if kind == UNNOTED and text == line else (key, kind, value, text)


LINES = LineMemo[tuple[bytes, int, bytes, bytes] | None](_read)
"""What a line is to us: its name in lower case, what is done with it, its value, the line as it goes on. None: nothing,
it goes on as it came."""


class Fields:
    """Those of one request, or of many: they are never changed.

    `noted` are the headers that matter here, `doubled` what came of them more than once. `start` is what goes on, in
    whole lines, `forwarded` the beginning of the X-Forwarded-For line. `closes`: the connection is to be closed behind
    the answer, if nothing else is said in HTTP/1.0. `may_ask_gzip`: the gateway may, in its own name.
    `names_peer`: whose request it is.
    """

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.lines = lines
        self.noted: dict[bytes, bytes] = {}
        self.doubled: dict[bytes, list[bytes]] | None = None
        passed: list[bytes] = []
        noted = self.noted
        for line in lines:
            known = LINES[line]
            if known is None:
                passed.append(line)
                continue
            key, kind, value, text = known
            if kind == UNNOTED:
                passed.append(text)
                continue
            if key not in noted:
                noted[key] = value
            elif kind == JOINED:
                noted[key] += b", " + value
            else:
                self._double(key, value)
            if kind == PASSED:
                passed.append(text)
        agent = noted.get(b"user-agent", AGENT)
        self.closes, self.closes_http10 = False, True
        connection = noted.get(b"connection")
        if connection is not None:
            self._close(connection)
            if connection.lower() not in PLAIN_CONNECTIONS:
                named = {one.strip().lower() for one in connection.split(b",")} - UNTOUCHABLE
                passed = [one for one in passed if one.partition(b":")[0].lower() not in named]
                for name in named & {b"accept-encoding", b"range"}:
                    noted.pop(name, None)
                if b"user-agent" in named:
                    agent = GO_AGENT
        if agent:
            passed.append(b"User-Agent: " + agent)
        passed.append(b"")
        self.start = b"\r\n".join(passed)
        forwarded = noted.get(b"x-forwarded-for")
        trailers = b"Te: trailers\r\n" if noted.get(b"te") == b"trailers" else b""
        self.forwarded = trailers + b"X-Forwarded-For: " + (b"" if forwarded is None else forwarded + b", ")
        self.may_ask_gzip = not noted.get(b"accept-encoding") and not noted.get(b"range")
        self.has_length = b"content-length" in noted
        self.has_body = self.has_length or b"transfer-encoding" in noted
        self.expects = b"expect" in noted
        self.names_peer = b"x-forwarded-for" in noted or b"x-real-ip" in noted

    @cached_property
    def firsts(self) -> dict[bytes, bytes]:
        """The value of the first header of each name, in lower case."""
        found: dict[bytes, bytes] = {}
        for name, value in self.headers():
            found.setdefault(name.lower(), value)
        return found

    def headers(self) -> list[tuple[bytes, bytes]]:
        return [name_and_value(one) for one in self.lines]

    def _double(self, key: bytes, value: bytes) -> None:
        if self.doubled is None:
            self.doubled = {}
        self.doubled.setdefault(key, []).append(value)

    def _close(self, connection: bytes) -> None:
        every = (connection, *self.doubled.get(b"connection", ())) if self.doubled else (connection,)
        tokens = [one.strip().lower() for one in b",".join(every).split(b",")]
        self.closes = b"close" in tokens
        self.closes_http10 = self.closes or b"keep-alive" not in tokens


BLOCKS = Recurring[Fields](MOST_BLOCKS, LONGEST_BLOCK)
"""Those of whole blocks that announce no body and have a Host that is one; a block has the line end in front of it, and
the empty line."""
