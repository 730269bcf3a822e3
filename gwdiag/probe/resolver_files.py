"""The files that steer a resolver: resolv.conf(5), hosts(5), nsswitch.conf(5)."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOST_SERVERS = 3
"""MAXNS of resolv.conf(5): glibc and Go use no more."""

OPTION = re.compile(r"^(\w+):([0-9]{1,6})$", re.ASCII)

RESOLV_CONF = Path("/etc/resolv.conf")
HOSTS = Path("/etc/hosts")
NSSWITCH = Path("/etc/nsswitch.conf")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverConfig:
    """resolv.conf as Go and glibc take it. `servers` are (address, port); `ignored` are servers after the third."""

    servers: tuple[tuple[str, int], ...]
    search: tuple[str, ...] = ()
    ndots: int = 1
    timeout_s: float = 5.0
    attempts: int = 2
    ignored: tuple[str, ...] = ()


def resolver_config(text: str, hostname: str = "") -> ResolverConfig:
    """The configuration in that text. Without nameservers it is the local host, as resolv.conf(5) says.

    Without `search` and `domain` the search list is what follows the first dot of the machine's name.
    """
    servers: list[str] = []
    search: tuple[str, ...] = (hostname.partition(".")[2],) if "." in hostname.strip(".") else ()
    options: dict[str, int] = {}
    for line in text.splitlines():
        key, *words = line.split("#")[0].split(";")[0].split() or [""]
        if key == "nameserver" and words and _is_address(words[0]):
            servers.append(words[0])
        elif key in ("search", "domain") and words:
            search = tuple(one.strip(".") for one in words if one.strip("."))
        elif key == "options":
            options |= {name: int(value) for one in words for name, value in OPTION.findall(one)}
    return ResolverConfig(
        servers=tuple((one, 53) for one in servers[:MOST_SERVERS]) or (("127.0.0.1", 53),),
        search=search,
        ndots=min(options.get("ndots", 1), 15),
        timeout_s=float(max(options.get("timeout", 5), 1)),
        attempts=max(options.get("attempts", 2), 1),
        ignored=tuple(servers[MOST_SERVERS:]),
    )


def addresses_in_hosts(text: str, name: str) -> tuple[str, ...]:
    """The addresses that hosts(5) has for the name, each once, in their order."""
    wanted = name.rstrip(".").lower()
    found: dict[str, None] = {}
    for line in text.splitlines():
        address, *names = line.split("#")[0].split() or [""]
        if wanted in (one.rstrip(".").lower() for one in names) and _is_address(address):
            found[address] = None
    return tuple(found)


def sources(text: str) -> tuple[str, ...]:
    """The sources of host names in nsswitch.conf(5), in their order; files, then DNS, where it does not say."""
    for line in text.splitlines():
        if line.split("#")[0].strip().startswith("hosts:"):
            return tuple(re.sub(r"\[[^]]*\]", " ", line.split("#")[0].partition(":")[2]).split())
    return ("files", "dns")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverFiles:
    """What this node's files say. `unread`: the files that could not be read, with the reason."""

    config: ResolverConfig
    hosts: str
    hosts_first: bool
    unread: tuple[str, ...] = ()


def read_files(only: tuple[str, int] | None = None) -> ResolverFiles:
    """The files of this node. `only`: the one nameserver to ask in place of those in resolv.conf."""
    unread: list[str] = []
    config = resolver_config(_text(RESOLV_CONF, unread), socket.gethostname())
    if only:
        config = ResolverConfig(
            servers=(only,),
            search=config.search,
            ndots=config.ndots,
            timeout_s=config.timeout_s,
            attempts=config.attempts,
        )
    order = sources(_text(NSSWITCH, []))  # where it is missing, its default holds
    return ResolverFiles(
        config=config,
        hosts=_text(HOSTS, unread),
        hosts_first=_place("files", order) < _place("dns", order),
        unread=tuple(unread),
    )


def _place(source: str, order: Iterable[str]) -> int:
    return next((place for place, one in enumerate(order) if one == source), 99)


def _text(file: Path, unread: list[str]) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as error:
        unread.append(f"{file}: {error.strerror}")
        return ""
