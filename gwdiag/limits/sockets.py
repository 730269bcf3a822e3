"""The table of TCP sockets, /proc/net/tcp and tcp6. Source: Documentation/networking/proc_net_tcp.rst of the kernel."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from gwdiag.limits.check import Unreadable

ADDRESS = re.compile(r"([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})")


class State(StrEnum):
    """The states that checks ask for, as the table prints them."""

    ESTABLISHED = "01"
    SYN_SENT = "02"
    TIME_WAIT = "06"
    CLOSE_WAIT = "08"
    LISTEN = "0A"


@dataclass(frozen=True, slots=True)
class Socket:
    """One row. Addresses are text; one that is IPv4 within IPv6 is IPv4. `retransmits`: of what is now unanswered."""

    local: str
    local_port: int
    remote: str
    remote_port: int
    state: str
    unsent: int
    retransmits: int
    inode: str

    @property
    def upstream(self) -> str:
        host = f"[{self.remote}]" if ":" in self.remote else self.remote
        return f"{host}:{self.remote_port}"

    @property
    def is_v6(self) -> bool:
        return ":" in self.local


def parsed(table: str, path: str) -> list[Socket]:
    """The rows of a table. A table that is cut in a row is damaged: what else is missing cannot be told."""
    header, *rows = table.splitlines()
    if "local_address" not in header:
        raise Unreadable(f"/{path} is damaged: it has no header")
    if not table.endswith("\n"):
        raise Unreadable(f"/{path} is damaged: it ends within a row")
    return [_row(row.split(), path) for row in rows if row.strip()]


def _row(words: list[str], path: str) -> Socket:
    try:
        _, local, remote, state, queues, _, retransmits, _, _, inode, _, _, *_ = words
        return Socket(
            *_address(local),
            *_address(remote),
            state,
            int(queues.partition(":")[0], 16),
            int(retransmits, 16),
            inode,
        )
    except (ValueError, TypeError):
        raise Unreadable(f"/{path} is damaged: {' '.join(words)[:60]!r}") from None


_KNOWN: dict[str, str] = {}
"""Addresses by how the table prints them: a busy node has few, and thousands of rows."""


def _address(printed: str) -> tuple[str, int]:
    seen = ADDRESS.fullmatch(printed)
    if not seen:
        raise ValueError(printed)
    if seen[1] not in _KNOWN:
        _KNOWN[seen[1]] = address(seen[1])
    return _KNOWN[seen[1]], int(seen[2], 16)


def address(printed: str) -> str:
    """An address out of hexadecimal words, each in the order of bytes of the machine: little-endian on ours."""
    raw = b"".join(bytes.fromhex(printed[at : at + 8])[::-1] for at in range(0, len(printed), 8))
    if len(raw) == 4:
        return str(IPv4Address(raw))
    whole = IPv6Address(raw)
    return str(whole.ipv4_mapped or whole)
