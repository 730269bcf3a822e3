"""Words that Go's standard library puts into answers and messages. Source: Go 1.26."""

import errno
import json
import os
import re
from http import HTTPStatus

STATUS_TEXTS = {
    **{one.value: one.phrase for one in HTTPStatus},
    203: "Non-Authoritative Information",
    413: "Request Entity Too Large",
    414: "Request URI Too Long",
    416: "Requested Range Not Satisfiable",
    418: "I'm a teapot",
    422: "Unprocessable Entity",
}
"""net/http's, which differ from Python's in these; newer Pythons have some of them."""


class _Lines(dict[int, bytes]):
    def __missing__(self, status: int) -> bytes:
        return status_line(status, is_http10=False)


def status_line(status: int, *, is_http10: bool) -> bytes:
    """The first line of an answer; where Go has no reason it writes `status code 599`."""
    return f"HTTP/1.{0 if is_http10 else 1} {status} {status_text(status)}\r\n".encode()


def status_text(status: int) -> str:
    return STATUS_TEXTS.get(status, f"status code {status}")


HTTP11_LINES = _Lines({code: status_line(code, is_http10=False) for code in STATUS_TEXTS})
"""Of any status."""


def errno_text(number: int) -> str:
    """`connection refused`. Go's words on Linux are the C library's, without the capital."""
    if number == errno.EAGAIN:
        return "resource temporarily unavailable"
    text = os.strerror(number)
    return text[:1].lower() + text[1:]


def as_utf8(text: str) -> str:
    """Paths and header values are kept one character a byte; here what is UTF-8 in them, other bytes as surrogates."""
    try:
        return text.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeError:
        return text


PLAIN = re.compile(r"[ !#-\[\]-~]*").fullmatch
"""Nothing in it that %q writes in another way."""


def quoted(text: str) -> str:
    """As %q writes it. `text`: one character a byte."""
    if PLAIN(text):
        return f'"{text}"'
    out = json.dumps(text if text.isascii() else as_utf8(text), ensure_ascii=False).replace("\\u00", "\\x")
    return out if out.isprintable() else "".join(one if one.isprintable() else _escaped(one) for one in out)


def _escaped(one: str) -> str:
    code = ord(one)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
