"""Answers of the gateway's own: errors, refusals, redirects and pages.

Sources: Tyk 5.14's error handler; net/http's http.Error and ServeMux of Go 1.26.
"""

import json

from gwdiag.gateway.answers import Client, connection_line, date_line
from gwdiag.gateway.go_words import status_line


def own(
    status: int, kind: bytes, body: bytes, client: Client, *, more: bytes = b"", closes: bool
) -> tuple[bytes, bool]:
    """An answer of the gateway's own, whole, and whether the connection closes behind it."""
    is_closed = closes or client.wants_close
    head = b"".join(
        (
            status_line(status, is_http10=client.is_http10),
            b"Content-Type: " + kind + b"\r\n" if kind else b"",
            more,
            date_line(),
            b"Content-Length: %d\r\n" % len(body),
            connection_line(client, is_closed=is_closed),
            b"\r\n",
        )
    )
    return head if client.method == "HEAD" else head + body, is_closed


def error(
    status: int, message: str, content_type_of_request: bytes, client: Client, *, is_signed: bool, closes: bool
) -> tuple[bytes, bool]:
    """Tyk's error answer: JSON, or XML to a request that came with XML. `is_signed`: it says who made it."""
    asked = content_type_of_request.partition(b";")[0]
    if asked in (b"application/xml", b"text/xml", b"application/soap+xml"):
        kind = asked
        body = f'<?xml version = "1.0" encoding = "UTF-8"?>\n<error>{message}</error>\n'
    else:
        kind = b"application/json"
        body = f'{{\n    "error": {json.dumps(message)}\n}}'
    more = b"X-Generator: tyk.io\r\n" if is_signed else b""
    return own(status, kind, body.encode(), client, more=more, closes=closes)


def not_found(client: Client, *, closes: bool) -> tuple[bytes, bool]:
    return own(404, b"text/plain; charset=utf-8", b"Not Found", client, closes=closes)


def plain_error(status: int, text: bytes, client: Client, *, closes: bool) -> tuple[bytes, bool]:
    """net/http's http.Error."""
    more = b"X-Content-Type-Options: nosniff\r\n"
    return own(status, b"text/plain; charset=utf-8", text + b"\n", client, more=more, closes=closes)


def moved(location: str, client: Client, *, closes: bool) -> tuple[bytes, bool]:
    more = b"Location: " + location.encode("latin-1") + b"\r\n"
    return own(301, b"", b"", client, more=more, closes=closes)
