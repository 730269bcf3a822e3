"""What the kernel tells of a TCP connection (tcp(7), TCP_INFO; linux/tcp.h, struct tcp_info)."""

import socket
import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpInfo:
    """`timeouts`: retransmit timers that fired since the last answer. `retransmitted`: segments that left once more.

    Timers that fire while nothing leaves mean that the packet never got out of this node. `out_of_order`: segments
    that came after a gap; null where the kernel is too old to tell. `in_vain`: retransmits that the peer had already
    (D-SACK). `rtt_ms` null before the first answer.
    """

    timeouts: int
    retransmitted: int
    unacknowledged: int
    rtt_ms: float | None
    mss: int
    path_mtu: int
    out_of_order: int | None
    in_vain: int = 0

    @property
    def lost(self) -> int:
        """Segments that were really lost, as far as the kernel can tell."""
        return max(0, self.retransmitted - self.in_vain)


def parsed(data: bytes) -> TcpInfo:
    """The values in the kernel's structure, which grows with every version. Raises ValueError where it is too short."""
    if len(data) < 104:
        raise ValueError(f"struct tcp_info of {len(data)} bytes")

    def u32(at: int) -> int:
        return int(struct.unpack_from("=I", data, at)[0])

    rtt = u32(68)
    return TcpInfo(
        timeouts=data[2],
        retransmitted=u32(100),
        unacknowledged=u32(24),
        rtt_ms=rtt / 1000 if rtt else None,
        mss=u32(16),
        path_mtu=u32(60),
        out_of_order=u32(224) if len(data) >= 228 else None,
        in_vain=u32(216) if len(data) >= 220 else 0,
    )


def read(sock: socket.socket) -> TcpInfo | None:
    """Of this socket, whatever became of its connection; None where the kernel does not tell."""
    try:
        return parsed(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256))
    except (OSError, ValueError):
        return None
