"""The files that steer a resolver: resolv.conf(5), hosts(5), nsswitch.conf(5)."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gwdiag.resolv_conf import MOST_SERVERS, is_address, read_resolv_conf

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
    said = read_resolv_conf(text)
    servers = said.addresses()
    return ResolverConfig(
        servers=tuple((one, 53) for one in servers[:MOST_SERVERS]) or (("127.0.0.1", 53),),
        search=said.searched(hostname),
        ndots=said.ndots,
        timeout_s=float(said.timeout_s),
        attempts=said.attempts,
        ignored=servers[MOST_SERVERS:],
    )


def addresses_in_hosts(text: str, name: str) -> tuple[str, ...]:
    """The addresses that hosts(5) has for the name, each once, in their order."""
    wanted = name.rstrip(".").lower()
    found: dict[str, None] = {}
    for line in text.splitlines():
        address, *names = line.split("#")[0].split() or [""]
        if wanted in (one.rstrip(".").lower() for one in names) and is_address(address):
            found[address] = None
    return tuple(found)


def sources(text: str) -> tuple[str, ...]:
    """The sources of host names in nsswitch.conf(5), in their order; files, then DNS, where it does not say."""
    for line in text.splitlines():
        if line.split("#")[0].strip().startswith("hosts:"):
            return tuple(re.sub(r"\[[^]]*\]", " ", line.split("#")[0].partition(":")[2]).split())
    return ("files", "dns")


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
