"""What the kernel knows about a failed connect: the ICMP message behind it, and who sent it.

Source: ip(7), ipv6(7) (IP_RECVERR, sock_extended_err); RFC 792, RFC 1812 and RFC 4443 for types and codes. It needs no
privilege.
"""

import ipaddress
import socket
import struct
from dataclasses import dataclass

IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE = 11, 25, 0x2000
EXTENDED_ERROR = struct.Struct("=IBBBBII")  # errno, origin, type, code, padding, info, data
FROM_ICMP, FROM_ICMP6 = 2, 3

UNREACHABLE = {
    0: "network unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
    5: "source route failed",
    6: "network unknown",
    7: "host unknown",
    9: "network prohibited",
    10: "host prohibited",
    11: "network unreachable for this type of service",
    12: "host unreachable for this type of service",
    13: "administratively prohibited",
    14: "host precedence violation",
    15: "precedence cutoff",
}
UNREACHABLE6 = {
    0: "no route to destination",
    1: "administratively prohibited",
    2: "beyond scope of source address",
    3: "address unreachable",
    4: "port unreachable",
    5: "source address failed ingress policy",
    6: "reject route to destination",
}
PROHIBITED = {9, 10, 13}
PROHIBITED6 = {1, 5, 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Icmp:
    """An ICMP message that ended a connect. `sender`: the address of the machine that sent it."""

    version: int
    type: int
    code: int
    sender: str

    @property
    def meaning(self) -> str:
        """`host prohibited`; `ICMP type 12 code 0` where it has no name."""
        if self.is_time_exceeded:
            return "time exceeded"
        known = UNREACHABLE if self.version == 4 else UNREACHABLE6
        is_unreachable = self.type == (3 if self.version == 4 else 1)
        return known.get(self.code, f"code {self.code}") if is_unreachable else f"type {self.type} code {self.code}"

    @property
    def is_port_unreachable(self) -> bool:
        return (self.version, self.type, self.code) in ((4, 3, 3), (6, 1, 4))

    @property
    def is_prohibited(self) -> bool:
        """Somebody's rule says so, not the state of the network."""
        if self.version == 4:
            return self.type == 3 and self.code in PROHIBITED
        return self.type == 1 and self.code in PROHIBITED6

    @property
    def is_time_exceeded(self) -> bool:
        return self.type == (11 if self.version == 4 else 3)

    def __str__(self) -> str:
        name = "ICMP" if self.version == 4 else "ICMPv6"
        return f"{name} {self.meaning} (type {self.type} code {self.code}) from {self.sender}"


def listen(sock: socket.socket, on: bool = True) -> None:
    """Lets the kernel keep ICMP messages for this socket. An established connection is a gateway's again when it is
    off."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, int(on))
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, int(on))


def read(sock: socket.socket) -> tuple[int, Icmp | None] | None:
    """The errno and the message that the kernel kept, None where it kept none.

    Reading takes the error off the socket: SO_ERROR may say 0 afterwards, or before it is set.
    """
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) in ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)):
            return parsed(data)
    return None


def parsed(data: bytes) -> tuple[int, Icmp | None] | None:
    """The same of a `struct sock_extended_err` and the `struct sockaddr` behind it."""
    if len(data) < EXTENDED_ERROR.size:
        return None
    number, origin, type_, code, *_ = EXTENDED_ERROR.unpack_from(data)
    sender = data[EXTENDED_ERROR.size :]
    if origin == FROM_ICMP and len(sender) >= 8:
        address = str(ipaddress.ip_address(sender[4:8]))
        return number, Icmp(version=4, type=type_, code=code, sender=address)
    if origin == FROM_ICMP6 and len(sender) >= 24:
        address = str(ipaddress.ip_address(sender[8:24]))
        return number, Icmp(version=6, type=type_, code=code, sender=address)
    return number, None
