"""What no file tells: the clock's state, room on file systems, accept queues, a cloud's network allowances.

All of it only reads. The calls are made through the standard library and libc; none needs a compiler or a package.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from errno import ENOENT
from fcntl import ioctl
from pathlib import Path

WRITTEN = ("/", "/var", "/var/log", "/tmp")
"""Whose room is asked for: where logs and temporary files lie."""


def answer(name: str, root: Path, pid: int | None) -> object:
    """What the call `name` tells, as it stands in the syscalls.json of a capture. Raises OSError."""
    calls: Mapping[str, Callable[[], object]] = {
        "adjtimex": _clock,
        "statvfs": lambda: _room(root),
        "listen": _listeners,
        "allowances": _allowances,
        "deleted": lambda: _deleted(pid),
    }
    return calls[name]()


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2) up to what is read here; the kernel writes 208 bytes."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


STA_NANO = 0x2000
"""The kernel's offset is in nanoseconds, not microseconds."""


def _clock() -> object:
    timex = _Timex()  # modes 0: nothing is set
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    offset_us = timex.offset / 1000 if timex.status & STA_NANO else timex.offset
    return {"status": timex.status, "maxerror_us": timex.maxerror, "offset_us": offset_us}


def _room(root: Path) -> object:
    found = {}
    for point in WRITTEN:
        with suppress(FileNotFoundError):
            told = os.statvfs(root / point.lstrip("/"))
            found[point] = {
                "size_bytes": told.f_blocks * told.f_frsize,
                "avail_bytes": told.f_bavail * told.f_frsize,
                "inodes": told.f_files,
                "inodes_avail": told.f_favail,
            }
    return found


NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
REQUEST_DUMP = 0x301
DONE, ERROR = 3, 2
LISTENING = 1 << 10


def _listeners() -> object:
    """All listening TCP sockets with their accept queues. Source: sock_diag(7)."""
    found = []
    for family in (socket.AF_INET, socket.AF_INET6):
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as link:
            link.settimeout(2)
            body = struct.pack("=BBBBI48x", family, socket.IPPROTO_TCP, 0, 0, LISTENING)
            link.send(struct.pack("=IHHII", 16 + len(body), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0) + body)
            found += _answers(link, family)
    return found


def _answers(link: socket.socket, family: int) -> list[object]:
    found: list[object] = []
    while True:
        data = link.recv(1 << 16)
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            if kind == DONE:
                return found
            if kind == ERROR:
                code = -struct.unpack_from("=i", data, 16)[0]
                raise OSError(code, os.strerror(code))
            message = data[16:length]
            [port] = struct.unpack_from("!H", message, 4)
            width = 4 if family == socket.AF_INET else 16
            address = socket.inet_ntop(family, message[8 : 8 + width])
            waiting, backlog = struct.unpack_from("=II", message, 56)
            found.append({"address": address, "port": port, "rqueue": waiting, "backlog": backlog})
            data = data[(length + 3) & ~3 :]


SIOCETHTOOL = 0x8946
ETHTOOL_GDRVINFO, ETHTOOL_GSTRINGS, ETHTOOL_GSTATS = 0x03, 0x1B, 0x1D
STATISTICS = 1
NAME_BYTES = 32


def _allowances() -> object:
    """Of each interface the counters whose names say so, as ENA has them. Source: ethtool.h of the kernel."""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, interface in socket.if_nameindex():
            with suppress(OSError):  # loopback and virtual interfaces have no driver that counts
                counters = _statistics(any_socket, interface)
                exceeded = {name: count for name, count in counters.items() if name.endswith("allowance_exceeded")}
                if exceeded:
                    found[interface] = exceeded
    return found


def _statistics(any_socket: socket.socket, interface: str) -> dict[str, int]:
    def call(buffer: "ctypes.Array[ctypes.c_char]") -> bytes:
        ioctl(any_socket, SIOCETHTOOL, struct.pack("16sP", interface.encode(), ctypes.addressof(buffer)))
        return buffer.raw

    information = call(ctypes.create_string_buffer(struct.pack("=I", ETHTOOL_GDRVINFO), 196))
    [count] = struct.unpack_from("=I", information, 180)
    head = struct.pack("=III", ETHTOOL_GSTRINGS, STATISTICS, count)
    strings = call(ctypes.create_string_buffer(head, 12 + NAME_BYTES * count))[12:]
    names = [strings[at : at + NAME_BYTES].split(b"\0")[0].decode() for at in range(0, len(strings), NAME_BYTES)]
    figures = call(ctypes.create_string_buffer(struct.pack("=II", ETHTOOL_GSTATS, count), 8 + 8 * count))
    return dict(zip(names, struct.unpack_from(f"={count}Q", figures, 8), strict=True))


def _deleted(pid: int | None) -> object:
    """Bytes of the deleted files that a process holds open, by descriptor."""
    if pid is None:
        raise OSError(ENOENT, "no process")
    sizes = {}
    with os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            with suppress(OSError):
                if os.readlink(entry.path).endswith(" (deleted)"):  # noqa: PTH115 - there may be 100,000
                    sizes[entry.name] = entry.stat().st_size
    return sizes
