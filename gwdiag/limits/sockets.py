"""The table of TCP sockets, /proc/net/tcp and tcp6. Source: Documentation/networking/proc_net_tcp.rst of the kernel."""

import re
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from gwdiag.limits.check import Unreadable

ADDRESS = "([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})"
ROW = re.compile(
    rf"^ *\d+: {ADDRESS} {ADDRESS} ([0-9A-F]{{2}}) ([0-9A-F]{{8}}):[0-9A-F]{{8}} [0-9A-F]{{2}}:[0-9A-F]+ "
    r"([0-9A-F]{8}) +\d+ +\d+ (\d+) \d+ \S+",
    re.MULTILINE,
)
"""A row: place, addresses, state, queues, timer, retransmits, user, probes, inode; what follows is of no use here."""


class State(StrEnum):
    """The states that checks ask for, as the table prints them."""

    ESTABLISHED = "01"
    SYN_SENT = "02"
    TIME_WAIT = "06"
    CLOSE_WAIT = "08"
    LISTEN = "0A"


class Socket(NamedTuple):
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
    found = ROW.findall(table)
    if len(found) != sum(bool(row.strip()) for row in rows):
        raise Unreadable(f"/{path} is damaged: it has rows that are no sockets")
    few = {printed for one in found for printed in (one[0], one[2])}  # a busy node has few addresses and many rows
    addresses = {printed: address(printed) for printed in few}
    return [
        Socket(
            addresses[local],
            int(local_port, 16),
            addresses[remote],
            int(remote_port, 16),
            state,
            int(unsent, 16),
            int(retransmits, 16),
            inode,
        )
        for local, local_port, remote, remote_port, state, unsent, retransmits, inode in found
    ]


def address(printed: str) -> str:
    """An address out of hexadecimal words, each in the order of bytes of the machine: little-endian on ours."""
    raw = b"".join(bytes.fromhex(printed[at : at + 8])[::-1] for at in range(0, len(printed), 8))
    if len(raw) == 4:
        return str(IPv4Address(raw))
    whole = IPv6Address(raw)
    return str(whole.ipv4_mapped or whole)
