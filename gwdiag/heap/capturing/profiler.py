"""Go's profiler over HTTP: which page is which, and what an answer that is no profile means.

Source: Go, net/http/pprof. Nothing of it asks who is there: whoever reaches it can read profiles and make the process
work.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from gwdiag.model.problem import Exit, Problem
from gwdiag.redact import redacted
from gwdiag.whole_file import cannot_be_written, whole_file

ROOT = "/debug/pprof"
MOST = 64 << 20
"""Bytes of one answer. A heap profile of 200,000 stacks has 10 MB."""


class Refused(Exception):
    """An answer without a profile; says why."""


class Profiler:
    """The pages below one address. `timeout_s`: for a connect, and for each pause in an answer."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self.base = _base(url)
        self._client = httpx.Client(timeout=timeout_s, trust_env=False, headers={"user-agent": "gwdiag"})

    @property
    def shown(self) -> str:
        """The address, without a password in it."""
        return redacted(self.base)

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.base)
        return parts.port or (443 if parts.scheme == "https" else 80)

    def is_local(self) -> bool:
        """Whether its address is one that only this machine, or a private network, reaches."""
        try:
            return ip_address(self.host).is_private
        except ValueError:
            return self.host == "localhost"

    def save(self, page: str, file: Path) -> int:
        """Writes a page to a file, whole or not at all; gives its size. Raises Refused, or Problem for a full disk."""
        size = 0
        with self._answer(f"{self.base}/{page}") as answer, cannot_be_written(file), whole_file(file) as stream:
            for piece in answer.iter_raw():
                size += len(piece)
                if size > MOST:
                    raise Refused(f"{self.shown}/{page}: the answer is larger than {MOST >> 20} MiB")
                stream.write(piece)
        return size

    def text(self, url: str, most: int) -> str | None:
        """A small page, anywhere; None where there is none."""
        try:
            with self._answer(url) as answer:
                data = b""
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > most:
                        return None
                return data.decode("utf-8", "replace")
        except Refused:
            return None

    @contextmanager
    def _answer(self, url: str) -> Iterator[httpx.Response]:
        shown = redacted(url)
        try:
            with self._client.stream("GET", url) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise Refused(f"{shown}: {_status(answer.status_code)}")
                yield answer
        except httpx.ConnectTimeout:
            raise Refused(f"{shown}: no answer to the connect within the time limit") from None
        except httpx.TimeoutException:
            raise Refused(f"{shown}: the answer stopped or did not come within the time limit") from None
        except httpx.HTTPError as error:
            reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
            raise Refused(f"{shown}: {reason[0].lower()}{reason[1:]}") from None

    def close(self) -> None:
        self._client.close()


def _base(url: str) -> str:
    """Where the pages are: `http://gw:8080`, `gw:8080/debug/pprof/heap` and `.../debug/pprof/` are the same place."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Problem(f"{redacted(url)}: give the address of Go's profiler, such as http://127.0.0.1:8080/debug/pprof")
    try:
        _ = parts.port
    except ValueError:
        raise Problem(f"{redacted(url)}: its port is no number") from None
    before, found, _ = parts.path.partition(ROOT)
    return urlunsplit((parts.scheme, parts.netloc, (before if found else parts.path.rstrip("/")) + ROOT, "", ""))


def _status(status: int) -> str:
    if status == httpx.codes.NOT_FOUND:
        return (
            "404, the profiler is off. Tyk: set enable_http_profiler to true in tyk.conf, or TYK_GW_HTTPPROFILE=true, "
            "and restart; it is then on control_api_port, else on the gateway's own port. It asks nobody for a "
            "password: keep it away from the public"
        )
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return f"{status}, it wants credentials; give them in the address (http://user:password@host) or ask for access"
    if 300 <= status < 400:
        return f"{status}, it points elsewhere; give that address"
    return f"it answers {status}, which is no profile"


@contextmanager
def profiler(url: str, timeout_s: float) -> Iterator[Profiler]:
    """A profiler, closed in the end."""
    one = Profiler(url, timeout_s)
    try:
        yield one
    finally:
        one.close()


def as_problem(reason: Refused) -> Problem:
    """As what ends the command."""
    return Problem(str(reason), Exit.NOTHING_DONE)
