"""One TCP connect, with everything that the kernel tells about it.

Source: connect(2), tcp(7), ip(7). The socket is non-blocking and hears ICMP messages while it connects.
"""

import errno
import select
import socket
import time
from dataclasses import dataclass

from gwdiag.probe import icmp, tcp_info
from gwdiag.probe.icmp import Icmp
from gwdiag.probe.kernel import sockaddr
from gwdiag.probe.tcp_info import TcpInfo

SMALL_MSS = 536
"""Segments that pass every path: RFC 879 and RFC 9293, section 3.7.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A connect. `errno` null: it worked. ETIMEDOUT with `gave_up`: there was no answer within our own time.

    `was_reset`: it worked, and a reset came before anything else was done; reading the error took it off the socket.
    """

    address: str
    port: int
    duration_s: float
    errno: int | None = None
    gave_up: bool = False
    was_reset: bool = False
    icmp: Icmp | None = None
    info: TcpInfo | None = None
    local: str | None = None

    @property
    def works(self) -> bool:
        return self.errno is None

    @property
    def error(self) -> str | None:
        """`ECONNREFUSED`."""
        return None if self.errno is None else errno.errorcode.get(self.errno, str(self.errno))

    @property
    def lost_syns(self) -> int:
        """SYNs that were sent once more before one was answered."""
        return self.info.retransmitted if self.works and self.info else 0


def connect(
    address: str, port: int, timeout_s: float, source: str | None = None, mss: int | None = None
) -> tuple[socket.socket | None, Attempt]:
    """The connected socket, None where it failed. `mss`: the largest segment that is agreed on."""
    began = time.monotonic()
    family, place = sockaddr(address, port)
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        return None, Attempt(address=address, port=port, duration_s=0.0, errno=error.errno)
    failed, message = _connected(sock, place, began + timeout_s, source, mss)
    attempt = Attempt(
        address=address,
        port=port,
        duration_s=time.monotonic() - began,
        errno={GAVE_UP: errno.ETIMEDOUT, errno.ECONNRESET: None}.get(failed or 0, failed),
        gave_up=failed == GAVE_UP,
        was_reset=failed == errno.ECONNRESET,
        icmp=message,
        info=tcp_info.read(sock),
        local=_local(sock),
    )
    if not attempt.works:
        sock.close()
        return None, attempt
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    icmp.listen(sock, on=False)  # from now on an ICMP message must not end it: it does not end a gateway's connection
    return sock, attempt


GAVE_UP = -1


def _connected(
    sock: socket.socket, place: object, until: float, source: str | None, mss: int | None
) -> tuple[int | None, Icmp | None]:
    """The errno that it failed with, and the message behind it."""
    try:
        sock.setblocking(False)
        icmp.listen(sock)
        if mss:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, mss)
        if source:
            sock.bind((source, 0))
        number = sock.connect_ex(place)  # type: ignore[arg-type]
    except OSError as error:
        return error.errno, None
    if number not in (0, errno.EINPROGRESS):
        return number, None
    poll = select.poll()
    poll.register(sock, select.POLLOUT | select.POLLERR)
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        return GAVE_UP, None
    # The message first: it may wake us up before SO_ERROR is set, and reading it clears SO_ERROR.
    kept = icmp.read(sock)
    pending = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if kept:
        return kept[0], kept[1]
    return pending or None, None


def _local(sock: socket.socket) -> str | None:
    try:
        address = str(sock.getsockname()[0])
    except OSError:
        return None
    return None if address in ("0.0.0.0", "::") else address
