"""What this node's kernel says beside a socket: counters, neighbours, ranges, the schedule of retransmits.

All of it is read of the network namespace that this process is in, and needs no privilege.
"""

import errno
import socket
from pathlib import Path

COUNTERS = (Path("/proc/net/netstat"), Path("/proc/net/snmp"))
NEIGHBOURS = Path("/proc/net/arp")
PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
SYN_RETRIES = Path("/proc/sys/net/ipv4/tcp_syn_retries")
LINEAR_TIMEOUTS = Path("/proc/sys/net/ipv4/tcp_syn_linear_timeouts")
IPV6_ADDRESSES = Path("/proc/net/if_inet6")

INCOMPLETE = 0x0
"""ATF_COM is not set: nobody has answered for the address (linux/if_arp.h)."""


def counters() -> dict[str, int]:
    """The kernel's counters by group and name: `TcpExt.TCPRetransFail`. A column that is missing counts as 0."""
    found: dict[str, int] = {}
    for file in COUNTERS:
        lines = _text(file).splitlines()
        for names, values in zip(lines[::2], lines[1::2], strict=False):
            group, *columns = names.split()
            figures = values.split()[1:]
            found |= {f"{group}{name}".replace(":", "."): int(one) for name, one in zip(columns, figures, strict=False)}
    return found


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What counted between the two; what did not is left out."""
    return {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}


def unanswered_neighbours(text: str) -> tuple[str, ...]:
    """The addresses in /proc/net/arp that were asked for and that nobody answered for."""
    rows = (line.split() for line in text.splitlines()[1:])
    return tuple(row[0] for row in rows if len(row) >= 4 and int(row[2], 16) == INCOMPLETE)


def silent_neighbours() -> tuple[str, ...]:
    """The same, now."""
    return unanswered_neighbours(_text(NEIGHBOURS))


def schedule(retries: int, linear: int) -> list[float]:
    """Seconds after the first SYN at which it is sent again.

    `tcp_syn_linear_timeouts` retransmits come a second apart (since Linux 6.5), after that the time doubles.
    """
    at, wait, times = 0.0, 1.0, []
    for number in range(retries):
        at += wait
        times.append(at)
        if number >= linear:
            wait *= 2
    return times


def syn_schedule() -> list[float]:
    """The schedule of this kernel."""
    return schedule(_number(SYN_RETRIES, 6), _number(LINEAR_TIMEOUTS, 0))


def port_range() -> str:
    """`32768 60999`: net.ipv4.ip_local_port_range; empty where it cannot be read."""
    return " ".join(_text(PORT_RANGE).split())


def has_ipv6() -> bool:
    """Whether an interface other than the loopback one has an IPv6 address that leads further than its own link."""
    rows = (line.split() for line in _text(IPV6_ADDRESSES).splitlines())
    return any(row[5] != "lo" and row[3] == "00" for row in rows if len(row) >= 6)


def is_refused_by_ourselves(address: str, port: int) -> bool:
    """Whether the kernel will not even let a datagram out (EPERM): a rule of this node's own firewall, a full table of
    tracked connections. What a TCP connect only shows as silence, UDP tells at once. The datagram is empty.
    """
    family, place = sockaddr(address, port)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect(place)
            sock.send(b"")
    except OSError as error:
        return error.errno == errno.EPERM
    return False


def sockaddr(address: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """The family and what `connect` takes; an IPv6 address may have a scope (`fe80::1%eth0`)."""
    [(family, _, _, _, place), *_] = socket.getaddrinfo(
        address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    )
    return family, place  # type: ignore[return-value]


def _number(file: Path, otherwise: int) -> int:
    text = _text(file).strip()
    return int(text) if text.isdigit() else otherwise


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
