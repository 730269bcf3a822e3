"""One small HTTP request of the gateway's own: to a discovery endpoint, or an uptime test."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from gwdiag.gateway import tls
from gwdiag.gateway.answer_head import AnswerHead
from gwdiag.gateway.definitions import UpstreamTls
from gwdiag.gateway.dial import Address, dial
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.heads import Headers
from gwdiag.gateway.resolver import Resolver
from gwdiag.gateway.rounds import Rounds
from gwdiag.gateway.upstream import Upstream
from gwdiag.gateway.urls import BadUrl, parse

DIAL_TIMEOUT = 30.0
AGENT = b"Go-http-client/1.1"


@dataclass(slots=True)
class Answer:
    """`fault` in Go's words, and then no status."""

    status: int = 0
    body: bytes = b""
    fault: str = ""


class _Once:
    """Takes one answer whole."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.now = 0.0
        self.answer = Answer()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answered(self, status: int, head: AnswerHead) -> int | None:
        self.answer.status = status
        return head.length()

    def whole(self, status: int, head: AnswerHead, body: bytes | memoryview) -> None:
        self.answered(status, head)
        self.body(body)
        self.ended([])

    def body(self, data: bytes | memoryview) -> None:
        self.answer.body += data

    more = body

    def flush(self) -> None:
        pass

    def ended(self, trailers: Headers) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_result(None)

    def switched(self, head: bytes, rest: bytes) -> None:  # noqa: ARG002
        self.ended([])

    def failed(self, fault: Fault, *, may_repeat: bool) -> None:  # noqa: ARG002
        self.answer.fault = fault.text
        self.ended([])


class _Nobody:
    """Keeps no connection."""

    def free(self, upstream: Upstream) -> None:
        pass

    def gone(self, upstream: Upstream) -> None:
        pass


async def fetch(
    method: str,
    url: str,
    rounds: Rounds,
    *,
    timeout: float | None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    skip_verify: bool = False,
) -> Answer:
    """The answer to one request on a connection of its own; whatever goes wrong is in it."""
    try:
        async with asyncio.timeout(timeout):
            return await _fetch(method, url, rounds, headers or {}, body, UpstreamTls(skip_verify=skip_verify))
    except TimeoutError:
        return Answer(fault="context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
    except Fault as fault:
        return Answer(fault=fault.text)
    except BadUrl as error:
        return Answer(fault=str(error))


async def _fetch(
    method: str, url: str, rounds: Rounds, headers: Mapping[str, str], body: bytes, wanted: UpstreamTls
) -> Answer:
    target = parse(url)
    if target.scheme not in ("http", "https"):
        return Answer(fault=f'unsupported protocol scheme "{target.scheme}"')
    context = tls.context(wanted, target.host) if target.scheme == "https" else None
    address = Address(target.scheme, target.host)
    upstream = await dial(address, DIAL_TIMEOUT, Resolver(), rounds, lambda: Upstream(context, _Nobody(), 0.0))
    once = _Once(method)
    query = f"?{target.query}" if target.query else ""
    lines = [
        f"{method} {target.escaped_path() or '/'}{query} HTTP/1.1",
        f"Host: {target.host}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Connection: close",
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\nUser-Agent: " + AGENT + b"\r\n\r\n"
    try:
        upstream.send(once, head + body, None)
        await once.done
    finally:
        upstream.abort()
    return once.answer
