"""Where files come from: this machine, its roots mounted elsewhere, or a folder that holds a copy of them.

Paths are those of a node without the first slash: `proc/2417/limits`. What cannot be read is an OSError, as anywhere.
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from errno import EACCES, EFBIG, ENOENT
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gwdiag.limits.namespaces import Inside

LARGEST = 64 << 20
"""Bytes of a file that are read: /proc/net/tcp of 400,000 connections has 60 MB."""


PIECE = 1 << 16


class Root(Protocol):
    """One machine, live or recorded."""

    def read(self, path: str) -> bytes:
        """The content of a file."""

    def names(self, path: str) -> list[str]:
        """What a folder holds."""

    def link(self, path: str) -> str:
        """What a symbolic link says."""

    def descriptors(self, pid: int) -> dict[int, str]:
        """The open descriptors of a process, and what each is."""

    def system(self, name: str) -> object:
        """What only a system call tells: `adjtimex`, `statvfs`, `listen`, `allowances`."""


class Live:
    """This machine, or one whose /proc, /sys and / are mounted elsewhere. /etc is what the process `pid` sees.

    Where the process has a network namespace of its own and we may enter it, what follows the namespace of whoever
    reads (/proc/sys/net, sockets) is read from within.
    """

    def __init__(self, procfs: Path, sysfs: Path, rootfs: Path, pid: int | None) -> None:
        self._places = {"proc": procfs, "sys": sysfs, "dev": rootfs / "dev"}
        self._rootfs = rootfs
        self._pid = pid
        self._is_here = procfs == Path("/proc")

    def read(self, path: str) -> bytes:
        if path == "dev/kmsg":
            return _kernel_messages(self._places["dev"] / "kmsg")
        if path.startswith(("proc/sys/net/", "proc/net/", "sys/class/net/")) and self._inside:
            return self._read_inside(path)
        return _content(self._place(path))

    def names(self, path: str) -> list[str]:
        return [one.name for one in self._place(path).iterdir()]

    def link(self, path: str) -> str:
        if path == "proc/self/ns/net" and self._inside:
            path = f"proc/{self._pid}/ns/net"
        place = self._place(path)
        if path.endswith("/ns/net") and not self._may_read_namespaces:
            # Each namespace has files of its own below net, whose inodes anybody may compare.
            return f"net/dev:[{(place.parent.parent / 'net/dev').stat().st_ino}]"
        return str(place.readlink())

    def descriptors(self, pid: int) -> dict[int, str]:
        folder = str(self._place(f"proc/{pid}/fd"))
        found = {}
        with os.scandir(folder) as entries:  # there may be 100,000 of them: no Path for each
            for entry in entries:
                with suppress(FileNotFoundError):  # closed since it was listed
                    found[int(entry.name)] = os.readlink(entry.path)  # noqa: PTH115
        return found

    def system(self, name: str) -> object:
        from gwdiag.limits import system_calls

        if name in ("listen", "allowances"):
            if self._inside:
                return self._inside.ask(lambda: system_calls.answer(name, self._root_seen, self._pid))
            if not self._is_ours:
                raise OSError(ENOENT, "the gateway is in another network namespace; run gwdiag inside of it")
        return system_calls.answer(name, self._root_seen, self._pid)

    @cached_property
    def _is_ours(self) -> bool:
        """Whether the process has our network namespace."""
        return self._pid is None or self.link("proc/self/ns/net") == self.link(f"proc/{self._pid}/ns/net")

    @cached_property
    def _inside(self) -> "Inside | None":
        """A way into the process's namespace, where that is another one and we may enter it."""
        from gwdiag.limits.namespaces import Inside

        with suppress(OSError):
            theirs = self._place(f"proc/{self._pid}/ns/net")
            if self._pid is not None and theirs.readlink() != self._place("proc/self/ns/net").readlink():
                return Inside(str(theirs))
        return None

    def _read_inside(self, path: str) -> bytes:
        if path.startswith("sys/"):
            raise OSError(ENOENT, "/sys shows the interfaces of another network namespace")
        if path.startswith("proc/net/"):
            return _content(self._place(f"proc/{self._pid}/{path.removeprefix('proc/')}"))
        assert self._inside
        return self._inside.ask(lambda: _content(Path("/") / path))

    @cached_property
    def _may_read_namespaces(self) -> bool:
        try:
            return self._pid is None or bool(self._place(f"proc/{self._pid}/ns/net").readlink())
        except OSError:
            return False

    def _place(self, path: str) -> Path:
        first, _, rest = path.partition("/")
        if first == "etc":
            return self._root_seen / path
        if first not in self._places:  # what only a recording has
            raise FileNotFoundError(ENOENT, "No such file or directory", path)
        return self._places[first] / rest

    @cached_property
    def _root_seen(self) -> Path:
        """The root folder of the process, by a way that we may go."""
        if self._pid is None:
            return self._rootfs
        own = self._places["proc"] / str(self._pid) / "root"
        return self._rootfs if not os.access(own / "etc", os.X_OK) and self._has_our_mounts() else own

    def _has_our_mounts(self) -> bool:
        """Whether the process has our mount namespace: mount ids are given once on a node."""
        mine, theirs = (self._places["proc"] / who / "mountinfo" for who in ("self", str(self._pid)))
        return self._is_here and mine.read_bytes().partition(b"\n")[0] == theirs.read_bytes().partition(b"\n")[0]


class Recorded:
    """A folder laid out like /: a capture, a support bundle, an unpacked sos report. Nothing outside of it is read.

    `elsewhere`: copies of /proc and /sys that lie in folders of their own.
    """

    def __init__(
        self, folder: Path, unreadable: tuple[str, ...] = (), *, elsewhere: Mapping[str, Path] | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._elsewhere = {name: place.resolve() for name, place in (elsewhere or {}).items()}
        self._refused = tuple(re.sub(r"^/*(?:t[01]/)?", "", one).rstrip("/") for one in unreadable)

    @property
    def folder(self) -> Path:
        """The folder itself, without links."""
        return self._folder

    def read(self, path: str) -> bytes:
        if (text := self._setting(path)) is not None:
            return text
        return _content(self._place(path))

    def names(self, path: str) -> list[str]:
        return [one.name for one in self._inside(path).iterdir()]

    def link(self, path: str) -> str:
        _, place = self._where(path)
        if place.is_symlink():
            return str(place.readlink())
        return self.read(path).decode("utf-8", "replace").strip()

    def descriptors(self, pid: int) -> dict[int, str]:
        try:
            listed = self.read(f"proc/{pid}/fd.txt")
        except FileNotFoundError:
            return dict.fromkeys(range(self._counted(pid)), "")
        found = {}
        for line in listed.decode("utf-8", "replace").splitlines():
            number, _, target = line.partition(" ")
            if not number.isdecimal():
                raise OSError(ENOENT, f"is damaged: {line[:40]!r}")
            found[int(number)] = target
        return found

    def system(self, name: str) -> object:
        try:
            facts = json.loads(self.read("syscalls.json"))
        except (ValueError, RecursionError):
            raise OSError(ENOENT, "is damaged: it is no JSON") from None
        if not isinstance(facts, Mapping) or name not in facts:
            raise OSError(ENOENT, "it says nothing of that")
        return facts[name]

    def _counted(self, pid: int) -> int:
        """How many descriptors there are, of a bundle that only counted them."""
        try:
            count = int(self.read(f"proc/{pid}/fd_count"))
        except (FileNotFoundError, ValueError):
            raise FileNotFoundError(ENOENT, "No such file or directory", f"proc/{pid}/fd") from None
        return min(max(count, 0), LARGEST)

    def _setting(self, path: str) -> bytes | None:
        """A kernel setting as `sysctl -a` printed it, where the file itself was not copied, as in an sos report."""
        listing = self._folder / "sos_commands/kernel/sysctl_-a"
        if not path.startswith("proc/sys/") or self._where(path)[1].exists() or not listing.is_file():
            return None
        name = path.removeprefix("proc/sys/").replace("/", ".")
        seen = re.search(rf"^{re.escape(name)} = (.*)$", listing.read_text("utf-8", "replace"), re.MULTILINE)
        return f"{seen[1]}\n".encode() if seen else None

    def _place(self, path: str) -> Path:
        place = self._inside(path)
        if not place.is_file():  # a pipe that somebody put there would hang us
            raise FileNotFoundError(ENOENT, "No such file or directory", path)
        return place

    def _inside(self, path: str) -> Path:
        if any(path == one or path.startswith((f"{one}/", f"{one}.txt")) for one in self._refused):
            raise PermissionError(EACCES, "it was refused when the capture was taken", path)
        folder, place = self._where(path)
        place = place.resolve()
        if not place.is_relative_to(folder):
            raise PermissionError(EACCES, "it is a link that leads out of the folder", path)
        return place

    def _where(self, path: str) -> tuple[Path, Path]:
        """The folder that a path must not lead out of, and the place within."""
        first, _, rest = path.partition("/")
        if first in self._elsewhere:
            return self._elsewhere[first], self._elsewhere[first] / rest
        return self._folder, self._folder / path


def _content(place: Path) -> bytes:
    """A file's content, in pieces: for /proc/sys the kernel sets as much memory aside as is asked for at once."""
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    pieces, size = [], 0
    try:
        while piece := os.read(handle, PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise OSError(EFBIG, f"is larger than {LARGEST >> 20} MB")
    finally:
        os.close(handle)
    return b"".join(pieces)


def _kernel_messages(device: Path) -> bytes:
    """All records of the kernel's log. One read gives one record; it must not wait for the next to come."""
    handle = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    records = []
    try:
        while True:
            try:
                records.append(os.read(handle, 8192))
            except BrokenPipeError:  # overwritten while it was read; the next one is there
                continue
            except BlockingIOError:
                return b"".join(records)
    finally:
        os.close(handle)
