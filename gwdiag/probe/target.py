"""What is probed: a URL, host:port, or something that a gateway's configuration names."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from gwdiag.model.definition import Limit, TlsFiles
from gwdiag.model.problem import Problem
from gwdiag.redact import HIDDEN, redacted

PORTS = {"http": 80, "https": 443, "tcp": 0, "tls": 443, "redis": 6379, "rediss": 6379}
"""The port of a URL that names none; `tcp` has none of its own."""

SAME = {"ws": "http", "wss": "https", "h2c": "tcp", "grpc": "tcp", "grpcs": "tls"}
"""What gateways call their targets, and how far each can be asked with HTTP/1.1: a websocket answers a plain GET,
HTTP/2 without an upgrade does not."""

HOST_PORT = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|(?P<host>[^\s:/\[\]@]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to probe. `text` is how it is shown, without secrets; `apis` are the definitions that lead to it.

    `scheme`: http, https; tcp (connect, no more), tls (shake hands, no more); redis, rediss. `limits`: the gateway's
    own timers for it. `is_store`: the gateway keeps its own data there. `tls`: how it is set up to reach it.
    """

    text: str
    scheme: str
    host: str
    port: int
    path: str = field(default="/", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    apis: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    tls: TlsFiles | None = None

    @property
    def has_tls(self) -> bool:
        return self.scheme in ("https", "tls", "rediss")

    @property
    def has_http(self) -> bool:
        return self.scheme in ("http", "https")

    @property
    def is_store(self) -> bool:
        return self.scheme in ("redis", "rediss")

    @property
    def origin(self) -> str:
        """`scheme://host:port`, or `host:port` where there is no more to it: what a scope names."""
        return self.peer if self.scheme == "tcp" else f"{self.scheme}://{self.peer}"

    @property
    def peer(self) -> str:
        """`host:port`."""
        return joined(self.host, self.port)


def joined(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parsed(text: str, apis: tuple[str, ...] = (), limits: tuple[Limit, ...] = ()) -> Target:
    """The target that somebody wrote. Raises Problem where it is none."""
    if "://" in text:
        return _of_url(text, apis, limits)
    seen = HOST_PORT.fullmatch(text)
    if not seen:
        raise Problem(f"{without_secrets(text)}: give a URL (https://orders.internal/) or host:port")
    host, port = host_name(seen["v6"] or seen["host"], text), _port(int(seen["port"]), text)
    return Target(text=text, scheme="tcp", host=host, port=port, apis=apis, limits=limits)


def _of_url(text: str, apis: tuple[str, ...], limits: tuple[Limit, ...]) -> Target:
    shown = without_secrets(text)
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise Problem(f"{shown}: {error}") from None
    scheme = SAME.get(url.scheme, url.scheme)
    if scheme not in PORTS:
        raise Problem(f"{shown}: no scheme that can be probed; there are {', '.join([*PORTS, *SAME])}")
    return Target(
        text=shown,
        scheme=scheme,
        host=host_name(url.hostname or "", text),
        port=_port(PORTS[scheme] if port is None else port, text),
        path=_path(url),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        apis=apis,
        limits=limits,
    )


def host_name(host: str, text: str) -> str:
    """The name as it goes into a look-up, in Punycode; or the address. Raises Problem, which shows `text`."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        name = ""
    labels = name.removesuffix(".").split(".")
    if not all(re.fullmatch(r"[\w-]{1,63}", one, re.ASCII) for one in labels) or len(name) > 254:
        raise Problem(f"{without_secrets(text)}: {host or 'nothing'} is no host name and no address")
    return name


def _port(port: int, text: str) -> int:
    if not 0 < port < 65536:
        raise Problem(f"{without_secrets(text)}: give a port from 1 to 65535")
    return port


def _path(url: SplitResult) -> str:
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return re.sub(r"[^\x21-\x7e]", lambda seen: "".join(f"%{byte:02X}" for byte in seen[0].encode()), path)


def without_secrets(url: str) -> str:
    """The URL without user, password, and what its parameters are set to: any of these may be a key."""
    url = re.sub(r"(?<=://)[^/?#\s]*@", f"{HIDDEN}@", url)
    before, mark, query = url.partition("?")
    return redacted(before + mark + re.sub(r"=[^&#]+", f"={HIDDEN}", query))
