"""Heads of requests and answers that the parser will not take, judged as Go's net/http judges them.

llhttp parses what is plain. It is stricter than Go in some places (line feeds alone, folded lines, methods nobody
registered, a length beside chunks) and laxer in others; a head that it refuses, or that is not plain, comes here. What
Go accepts is given back as its lines, so that everything that is sent on is written anew; the rest is refused in Go's
words. Sources: net/http (readRequest, conn.readRequest, readTransfer, ReadResponse) and net/textproto of Go 1.26.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from gwdiag.gateway.go_words import quoted, status_text

Headers = list[tuple[bytes, bytes]]

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z ]+")
VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
BAD_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
HOST = re.compile(rb"[!$%&'()*+,\-.0-9:;=A-Z\[\]_a-z~]*")
LENGTH = re.compile(rb"[0-9]+")
LONGEST_LENGTH = 1 << 63
LINE_END = re.compile(rb"\r?\n")


class Refused(Exception):
    """The whole answer to a request that no API sees; the connection is closed behind it."""

    def __init__(self, status: int, more: str = "", body: str = "") -> None:
        reason = f"{status} {status_text(status)}" + (f": {more}" if more else "")
        super().__init__(reason)
        self.answer = (
            f"HTTP/1.1 {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n{body or reason}"
        ).encode()


class BadAnswer(Exception):
    """What is wrong with an upstream's head, in Go's words."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """`is_chunked`, or `length` bytes of body (0 for none)."""

    method: bytes
    target: bytes
    version: bytes
    headers: Headers
    is_chunked: bool
    length: int


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """`length` -1: as far as chunks or the connection go."""

    status: int
    version: bytes
    headers: Headers
    is_chunked: bool
    length: int


def request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version. Raises Refused."""
    method, _, rest = line.partition(b" ")
    target, space, version = rest.partition(b" ")
    if not space or not TOKEN.fullmatch(method) or not VERSION.fullmatch(version):
        raise Refused(400)
    return method, target, version


def request_head(head: bytes) -> RequestHead:
    """`head` with its empty line. Raises Refused."""
    first, *lines = _lines(head)
    method, target, version = request_line(first)
    if re.search(rb"[\x00-\x1f\x7f]", target) or not target:
        raise Refused(400)
    try:
        headers = _headers(lines)
    except BadAnswer:
        raise Refused(400) from None
    if len(_values(headers, b"host")) > 1:
        raise Refused(400)
    is_chunked, length = _request_body(headers, version)
    if is_chunked and has_bad_trailer(headers):
        raise Refused(400)
    if version[5:6] != b"1":
        raise Refused(505, "unsupported protocol version")
    check_host(headers, version, method)
    for name, _ in headers:
        if not TOKEN.fullmatch(name):
            raise Refused(400, "invalid header name")
    if is_chunked or version == b"HTTP/1.0":
        headers = [one for one in headers if one[0].lower() != b"transfer-encoding"]
    if is_chunked:
        headers = [one for one in headers if one[0].lower() != b"content-length"]
    return RequestHead(method, target, version, headers, is_chunked, length)


def check_lines(data: bytes) -> None:
    """Header lines of a head that is not whole yet: one without a colon is refused at once. Raises Refused."""
    for line in data.split(b"\n")[:-1]:
        if b":" not in line and line[:1] not in (b" ", b"\t"):
            raise Refused(400)


@lru_cache(1024)
def is_host(text: bytes) -> bool:
    """Whether it can be the value of a Host header."""
    return HOST.fullmatch(text) is not None


def check_host(headers: Headers, version: bytes, method: bytes) -> None:
    """Raises Refused."""
    hosts = _values(headers, b"host")
    if not hosts and version != b"HTTP/1.0" and method != b"CONNECT":
        raise Refused(400, "missing required Host header")
    if hosts and not is_host(hosts[0]):
        raise Refused(400, "malformed Host header")


def _request_body(headers: Headers, version: bytes) -> tuple[bool, int]:
    encodings = _values(headers, b"transfer-encoding")
    is_chunked = bool(encodings) and version not in (b"HTTP/1.0", b"HTTP/0.9")
    if is_chunked and [one.lower() for one in encodings] != [b"chunked"]:
        raise Refused(501, body="Unsupported transfer encoding")
    try:
        length = _length(headers)
    except BadAnswer:
        raise Refused(400) from None
    return is_chunked, 0 if is_chunked or length is None else length


def has_bad_trailer(headers: Headers) -> bool:
    """Whether a Trailer header names what says how the body ends."""
    names = b",".join(_values(headers, b"trailer")).lower().split(b",")
    return bool({one.strip() for one in names} & {b"transfer-encoding", b"trailer", b"content-length"})


def answer_head(head: bytes, *, is_head: bool) -> AnswerHead:
    """`head` with its empty line; `is_head`: to a HEAD request. Raises BadAnswer."""
    first, *lines = _lines(head)
    version, space, status = first.partition(b" ")
    if not space:
        raise BadAnswer(f"malformed HTTP response {quoted(first.decode('latin-1'))}")
    code = status.lstrip(b" ").partition(b" ")[0]
    if len(code) != 3 or not code.isdigit():
        raise BadAnswer(f"malformed HTTP status code {quoted(code.decode('latin-1'))}")
    if not VERSION.fullmatch(version):
        raise BadAnswer(f"malformed HTTP version {quoted(version.decode('latin-1'))}")
    # A name with a space in it is read and never sent on.
    headers = [one for one in _headers(lines) if TOKEN.fullmatch(one[0])]
    encodings = _values(headers, b"transfer-encoding")
    is_chunked = bool(encodings) and version >= b"HTTP/1.1"
    if is_chunked and [one.lower() for one in encodings] != [b"chunked"]:
        words = "[" + " ".join(quoted(one.decode("latin-1")) for one in encodings) + "]"
        kind = "too many transfer encodings" if len(encodings) > 1 else "unsupported transfer encoding"
        raise BadAnswer(f"{kind}: {words if len(encodings) > 1 else words[1:-1]}")
    length = _length(headers)
    has_none = is_head or int(code) in (204, 304) or code[:1] == b"1"
    return AnswerHead(
        int(code), version, headers, is_chunked, 0 if has_none else -1 if is_chunked or length is None else length
    )


def _lines(head: bytes) -> list[bytes]:
    return LINE_END.split(head)[:-2]


def _headers(lines: list[bytes]) -> Headers:
    """Raises BadAnswer in the words for an answer; for requests they do not matter."""
    if lines and lines[0][:1] in (b" ", b"\t"):
        raise BadAnswer(f"malformed MIME header initial line: {quoted(lines[0].decode('latin-1'))}")
    whole: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            whole[-1] += b" " + line.strip(b" \t")
            continue
        if b":" not in line:
            raise BadAnswer(f"malformed MIME header: missing colon: {quoted(line.decode('latin-1'))}")
        whole.append(line.strip(b" \t"))
    headers = []
    for line in whole:
        name, _, value = line.partition(b":")
        if not NAME.fullmatch(name) or BAD_VALUE.search(value):
            raise BadAnswer(f"malformed MIME header line: {quoted(line.decode('latin-1'))}")
        headers.append((name, value.strip(b" \t")))
    return headers


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for one, value in headers if one.lower() == name]


def _length(headers: Headers) -> int | None:
    """The one length; the same one twice is folded. Raises BadAnswer."""
    lengths = _values(headers, b"content-length")
    if not lengths:
        return None
    if len(set(lengths)) > 1:
        words = " ".join(quoted(one.decode("latin-1")) for one in lengths)
        raise BadAnswer(f"http: message cannot contain multiple Content-Length headers; got [{words}]")
    if not lengths[0]:
        raise BadAnswer('invalid empty Content-Length ""')
    if not LENGTH.fullmatch(lengths[0]) or int(lengths[0]) >= LONGEST_LENGTH:
        raise BadAnswer(f"bad Content-Length {quoted(lengths[0].decode('latin-1'))}")
    if len(lengths) > 1:
        first = next(one for one in headers if one[0].lower() == b"content-length")
        headers[:] = [one for one in headers if one is first or one[0].lower() != b"content-length"]
    return int(lengths[0])
