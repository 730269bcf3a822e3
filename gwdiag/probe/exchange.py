"""One HTTP request and its answer on a connection that is open already, timed, and told how far it got.

httpcore does HTTP/1.1; what it reads from is a `Stream`, which knows what came and how it ended.
"""

import re
import time
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum

import httpcore

from gwdiag._version import __version__
from gwdiag.probe.stream import NotHttp, Reset, Silent, Stream
from gwdiag.probe.target import Target, joined

LARGEST_BODY = 1 << 20
"""Bytes of a body that are read; a probe is no download."""

LONGEST_BODY_S = 10.0
"""A body that drips for longer is left: what matters is that it comes."""

KEPT_OF_BODY = 2048


class Cut(StrEnum):
    """What ended an exchange before its end."""

    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"
    NOT_HTTP = "no HTTP"
    MALFORMED = "malformed"


def whole_number(text: str) -> int | None:
    """The number that a header has; null where it has none, or one that nobody means."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text.strip()) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`cut` null: it went to its end, or far enough. `status` null: no answer's head was read.

    `announced`: Content-Length. `head`: the first bytes that came, `body`: the first ones of the body.
    """

    cut: Cut | None
    duration_s: float
    first_byte_s: float | None
    status: int | None = None
    reason: str = ""
    version: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body_bytes: int = 0
    body: bytes = b""
    head: bytes = b""
    received: int = 0
    error: str = ""
    is_whole: bool = False

    @property
    def works(self) -> bool:
        return self.cut is None and self.status is not None and self.status < 500

    @property
    def announced(self) -> int | None:
        return whole_number(self.headers.get("content-length", ""))

    @property
    def closes(self) -> bool:
        """The server says that it ends the connection after this answer."""
        words = self.headers.get("connection", "").lower()
        return "close" in words or (self.version == "HTTP/1.0" and "keep-alive" not in words)

    def clock_ahead_s(self, at: float) -> float | None:
        """By how much the server's Date was ahead at that time (seconds since the epoch); null where it has none."""
        try:
            date = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError, OverflowError):
            return None
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - at


class Conversation:
    """The exchanges on one connection, one after the other."""

    def __init__(self, stream: Stream, target: Target, timeout_s: float) -> None:
        self.stream = stream
        stream.wants_http = True
        self._target = target
        self._timeouts = {"read": timeout_s, "write": timeout_s}
        self._origin = httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port)
        self._connection = httpcore.HTTP11Connection(self._origin, stream)

    @property
    def is_open(self) -> bool:
        """Whether this side can ask once more."""
        return self._connection.is_available()

    def get(self, path: str | None = None) -> Exchange:
        """GET of the path, the target's own where none is given."""
        began = time.monotonic()
        self.stream.begin()
        request = httpcore.Request(
            b"GET",
            httpcore.URL(
                scheme=self._origin.scheme,
                host=self._origin.host,
                port=self._origin.port,
                target=(path or self._target.path).encode("ascii"),
            ),
            headers=self._headers(),
            extensions={"timeout": self._timeouts},
        )
        seen = _Seen()
        cut, error = None, ""
        try:
            seen.read(self._connection.handle_request(request), began)
        except Silent:
            cut = Cut.SILENT
        except Reset as reset:
            cut, error = Cut.RESET, str(reset)
        except NotHttp:
            cut = Cut.NOT_HTTP
        except httpcore.RemoteProtocolError as protocol:
            cut, error = Cut.CLOSED if self.stream.at_end else Cut.MALFORMED, str(protocol)
        if cut:
            self._connection.close()
        first = self.stream.first_at
        return Exchange(
            cut=cut,
            duration_s=time.monotonic() - began,
            first_byte_s=first - began if first else None,
            status=seen.status,
            reason=seen.reason,
            version=seen.version,
            headers=seen.headers,
            body_bytes=seen.body_bytes,
            body=seen.body,
            head=self.stream.head,
            received=self.stream.received,
            error=error,
            is_whole=seen.is_whole,
        )

    def _headers(self) -> list[tuple[bytes, bytes]]:
        target = self._target
        default = {"http": 80, "https": 443}[target.scheme]
        host = joined(target.host, target.port if target.port != default else 0).removesuffix(":0")
        headers = [
            (b"Host", host.encode()),
            (b"User-Agent", f"gwdiag/{__version__}".encode()),
            (b"Accept", b"*/*"),
        ]
        if target.user or target.password:
            headers.append((b"Authorization", b"Basic " + b64encode(f"{target.user}:{target.password}".encode())))
        return headers


@dataclass(slots=True)
class _Seen:
    """How much of an answer has been read."""

    status: int | None = None
    reason: str = ""
    version: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body_bytes: int = 0
    body: bytes = b""
    is_whole: bool = False

    def read(self, response: httpcore.Response, began: float) -> None:
        """Reads the body too, to its end or to the most that is read of one."""
        self.status = response.status
        self.reason = response.extensions.get("reason_phrase", b"").decode("latin-1")
        self.version = response.extensions.get("http_version", b"").decode("latin-1")
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        try:
            for chunk in response.iter_stream():
                self.body_bytes += len(chunk)
                self.body = (self.body + chunk)[:KEPT_OF_BODY] if len(self.body) < KEPT_OF_BODY else self.body
                if self.body_bytes >= LARGEST_BODY or time.monotonic() - began > LONGEST_BODY_S:
                    return
            self.is_whole = True
        finally:
            response.close()
