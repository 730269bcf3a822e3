"""One reading of a node and what its files mean. What cannot be read or understood raises Unreadable with the reason.

Sources: proc(5), proc_pid(5), proc_sys_net(5), and the kernel's Documentation/filesystems/proc.rst.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from errno import ENOENT
from functools import cached_property

from gwdiag.limits import sockets
from gwdiag.limits.check import Unreadable
from gwdiag.limits.snapshot import Snapshot
from gwdiag.limits.sockets import Socket

WHOLE = re.compile(r"-?[0-9]{1,20}")
"""No figure of the kernel is larger than 64 bits; a longer one is damage."""
OTHER_NAMESPACE = "the gateway is in another network namespace than what was read here; run gwdiag inside of it"


class Moment:
    """A snapshot of a node, with the process that it is about (None: no process was found or asked for)."""

    def __init__(self, snapshot: Snapshot, pid: int | None, *, foreign: bool = False) -> None:
        self.snapshot = snapshot
        self._pid = pid
        self._said_foreign = foreign

    @property
    def pid(self) -> int:
        if self._pid is None:
            raise Unreadable("no gateway process was found; name it with --pid or --name")
        return self._pid

    # files

    def text(self, path: str) -> str:
        """A file's text. An empty file is as good as a missing one; a line break alone is a value of its own."""
        try:
            content = self.snapshot.read(path)
        except OSError as error:
            raise Unreadable(reason(path, error)) from None
        if not content:
            raise Unreadable(f"/{path} is empty")
        return content.decode("utf-8", "replace")

    def lines(self, path: str) -> list[str]:
        return self.text(path).splitlines()

    def numbers(self, path: str, *, least: int = 0) -> list[int]:
        """A file of whole numbers only, at least one, none below `least`."""
        words = self.text(path).split()
        if not words:
            raise Unreadable(f"/{path} is empty")
        found = [whole(word, path) for word in words]
        if min(found) < least:
            raise Unreadable(f"/{path} is damaged: it cannot be {min(found)}")
        return found

    def number(self, path: str, *, least: int = 0) -> int:
        return self.numbers(path, least=least)[0]

    def pairs(self, path: str) -> dict[str, int]:
        """Lines of a name and a number: vmstat, meminfo, cpu.stat, memory.events. In meminfo the number is in kB."""
        found = {}
        for line in self.lines(path):
            words = line.split()
            if len(words) >= 2 and WHOLE.fullmatch(words[1]):
                found[words[0].removesuffix(":")] = int(words[1])
        return found

    def pair(self, path: str, name: str) -> int:
        """One number of such a file, which is none below zero."""
        found = self.pairs(path).get(name)
        if found is None or found < 0:
            raise Unreadable(f"/{path} says nothing of {name}")
        return found

    def link(self, path: str) -> str:
        try:
            return self.snapshot.link(path).strip()
        except OSError as error:
            raise Unreadable(reason(path, error)) from None

    def names(self, path: str) -> list[str]:
        try:
            return self.snapshot.names(path)
        except OSError as error:
            raise Unreadable(reason(path, error)) from None

    def system(self, name: str) -> object:
        """What a system call told; in a capture it stands in syscalls.json."""
        try:
            return self.snapshot.system(name)
        except OSError as error:
            raise Unreadable(reason(f"syscalls.json ({name})", error).removeprefix("/")) from None

    def can_read(self, path: str) -> bool:
        try:
            self.snapshot.read(path)
        except OSError:
            return False
        return True

    # the process

    def of_process(self, name: str) -> str:
        """The path of a file of the process."""
        return f"proc/{self.pid}/{name}"

    def status(self, name: str) -> int:
        """A number of /proc/PID/status: `Threads`, `VmRSS` (kB)."""
        return self.pair(self.of_process("status"), name)

    def rlimit(self, name: str) -> tuple[float, float]:
        """Soft and hard limit, infinite where it says `unlimited`. The units are getrlimit's."""
        path = self.of_process("limits")
        for line in self.lines(path):
            if line.startswith(name):
                words = line.removeprefix(name).split()[:2]
                if len(words) == 2:
                    soft, hard = (float("inf") if word == "unlimited" else whole(word, path) for word in words)
                    return soft, hard
        raise Unreadable(f"/{path} says nothing of {name!r}")

    def stat(self) -> list[str]:
        """The fields of /proc/PID/stat from the third (state) on: the second may hold spaces and brackets."""
        return stat_fields(self.text(self.of_process("stat")), self.of_process("stat"))

    @cached_property
    def environment(self) -> Mapping[str, str]:
        path = self.of_process("environ")
        parts = self.text(path).split("\0")
        if not any(re.match(r"[A-Za-z_][\w.-]*=", part, re.ASCII) for part in parts):
            raise Unreadable(f"/{path} is damaged: it names no variable")
        return {name: value for name, equals, value in (part.partition("=") for part in reversed(parts)) if equals}

    @cached_property
    def descriptors(self) -> Mapping[int, str]:
        try:
            found = self.snapshot.descriptors(self.pid)
        except OSError as error:
            raise Unreadable(reason(self.of_process("fd"), error)) from None
        if not found:
            raise Unreadable(f"/{self.of_process('fd')} is empty")
        return found

    @cached_property
    def targets(self) -> list[str]:
        """What the descriptors are. A bundle may only have counted them."""
        found = [target for target in self.descriptors.values() if target]
        if not found:
            raise Unreadable(f"/{self.of_process('fd')} tells how many descriptors there are, not what they are")
        return found

    @cached_property
    def program(self) -> str:
        """What the process is called, without its folder; nothing where that cannot be told."""
        for ask, name in ((self.link, "exe"), (self.text, "comm")):
            with suppress(Unreadable):
                return ask(self.of_process(name)).removesuffix(" (deleted)").strip().rpartition("/")[2]
        return ""

    # the network

    @cached_property
    def is_foreign(self) -> bool:
        """Whether what follows the reader's network namespace, not the gateway's, is another one's."""
        if self._pid is None:
            return False
        texts = []
        for who in ("self", self._pid):
            try:
                texts.append(self.link(f"proc/{who}/ns/net"))
            except Unreadable:
                texts.append("")
        mine, theirs = texts
        return self._said_foreign or bool(mine and theirs and mine != theirs)

    def net(self, name: str) -> str:
        """The path of a file of the gateway's network namespace: `snmp`, `tcp`."""
        return f"proc/{self._pid}/net/{name}" if self._has_own_net else f"proc/net/{name}"

    @cached_property
    def _has_own_net(self) -> bool:
        """Whether the process's own view was recorded; a bundle may have that of the node only."""
        if self._pid is None:
            return False
        try:
            return bool(self.names(f"proc/{self._pid}/net"))
        except Unreadable:
            return self.is_foreign

    def shared_net(self, name: str) -> str:
        """The path of a file that is the reader's: of the node (`softnet_stat`), or of its first namespace (`arp`)."""
        if self.is_foreign:
            raise Unreadable(f"/proc/net/{name}: {OTHER_NAMESPACE}")
        return f"proc/net/{name}"

    def setting(self, name: str) -> str:
        """The path of a kernel setting, such as `net/core/somaxconn`."""
        if name.startswith("net/") and self.is_foreign:
            raise Unreadable(f"/proc/sys/{name}: {OTHER_NAMESPACE}")
        return f"proc/sys/{name}"

    def interface(self, name: str, attribute: str) -> str:
        """The path of an attribute of a network interface."""
        if self.is_foreign:
            raise Unreadable(f"/sys/class/net: {OTHER_NAMESPACE}")
        return f"sys/class/net/{name}/{attribute}"

    @cached_property
    def interfaces(self) -> list[str]:
        """The interfaces of the gateway's namespace but `lo`."""
        lines = self.lines(self.net("dev"))
        names = [line.partition(":")[0].strip() for line in lines if ":" in line]
        return [name for name in names if name != "lo"]

    def counters(self, file: str, group: str) -> dict[str, int]:
        """The counters of a group (`TcpExt`, `Tcp`) by name: a line of names, a line of values.

        Their columns differ from kernel to kernel, and some appear while it runs: names count, never places.
        """
        path = self.net(file)
        rows = [line.split()[1:] for line in self.lines(path) if line.startswith(f"{group}:")]
        if len(rows) != 2 or len(rows[0]) != len(rows[1]):
            raise Unreadable(f"/{path} is damaged: it has no whole {group}")
        return {name: whole(value, path) for name, value in zip(*rows, strict=True)}

    def counter(self, file: str, group: str, *names: str) -> int:
        """The sum of counters. A kernel may lack some of them, but not all."""
        every = self.counters(file, group)
        found = [every[name] for name in names if name in every]
        if not found or min(found) < 0:
            raise Unreadable(f"/{self.net(file)} says nothing of {group} {names[0]}")
        return sum(found)

    def tcp_ext(self, *names: str) -> int:
        return self.counter("netstat", "TcpExt", *names)

    def sockstat(self, protocol: str, name: str) -> int:
        path = self.net("sockstat")
        for line in self.lines(path):
            words = line.split()
            if words and words[0] == f"{protocol}:":
                figures = dict(zip(words[1::2], words[2::2], strict=False))
                if name in figures:
                    return whole(figures[name], path)
        raise Unreadable(f"/{path} says nothing of {protocol} {name}")

    def hexadecimal(self, path: str) -> list[list[int]]:
        """Rows of hexadecimal numbers, one for each CPU: softnet_stat, stat/nf_conntrack without its header."""
        return [[hexadecimal(word, path) for word in line.split()] for line in self.lines(path) if line.strip()]

    def per_cpu(self, path: str, *names: str) -> int:
        """The sum over CPUs of columns that the first line names, in hexadecimal: stat/nf_conntrack, stat/arp_cache."""
        header, *rows = self.lines(path)
        columns = header.split()
        total = 0
        for row in rows:
            words = row.split()
            if len(words) != len(columns):
                raise Unreadable(f"/{path} is damaged")
            for name in names:
                if name not in columns:
                    raise Unreadable(f"/{path} says nothing of {name}")
                total += hexadecimal(words[columns.index(name)], path)
        if not rows:
            raise Unreadable(f"/{path} holds no figures")
        return total

    @cached_property
    def connections(self) -> list[Socket]:
        """All TCP sockets of the gateway's namespace, IPv4 and IPv6. Without IPv6 there is no tcp6."""
        found = sockets.parsed(self.text(self.net("tcp")), self.net("tcp"))
        if self.can_read(self.net("tcp6")):
            found += sockets.parsed(self.text(self.net("tcp6")), self.net("tcp6"))
        return found

    @cached_property
    def own_connections(self) -> list[Socket]:
        """Those that the process holds; all of the namespace where its descriptors tell nothing of them."""
        inodes = {target[8:-1] for target in self.targets if target.startswith("socket:[")}
        own = [one for one in self.connections if one.inode in inodes]
        return own or self.connections

    @cached_property
    def cpus(self) -> int:
        """CPUs of the node."""
        count = sum(bool(re.match(r"cpu\d", line)) for line in self.lines("proc/stat"))
        if not count:
            raise Unreadable("/proc/stat names no CPU")
        return count

    def cpu_times(self) -> dict[str, list[int]]:
        """Ticks of each CPU, and of all (`cpu`): user, nice, system, idle, iowait, irq, softirq, steal."""
        found = {}
        for line in self.lines("proc/stat"):
            name, *words = line.split() or [""]
            if re.fullmatch(r"cpu\d*", name):
                found[name] = [whole(word, "proc/stat") for word in words[:8]]
                if len(found[name]) < 8:
                    raise Unreadable("/proc/stat is damaged, or of a kernel older than 2.6.11")
        if "cpu" not in found:
            raise Unreadable("/proc/stat has no line of all CPUs")
        return found

    def pressure(self, path: str, kind: str) -> float:
        """`avg10` of `some` or `full`: per cent of the last 10 s in which tasks waited (psi.rst)."""
        for line in self.lines(path):
            if seen := re.match(rf"{kind} avg10=([0-9]{{1,3}}\.?[0-9]*)\s", line):
                return float(seen[1])
        raise Unreadable(f"/{path} is damaged: it has no {kind} avg10")


def whole(word: str, path: str) -> int:
    """A whole number as the kernel prints it; Python's int() would take more."""
    if not WHOLE.fullmatch(word):
        raise Unreadable(f"/{path} is damaged: {word[:40]!r} is no number")
    return int(word)


def hexadecimal(word: str, path: str) -> int:
    if not re.fullmatch("[0-9a-fA-F]{1,32}", word):
        raise Unreadable(f"/{path} is damaged: {word[:40]!r} is no number")
    return int(word, 16)


def stat_fields(line: str, path: str) -> list[str]:
    """The fields of a process's or thread's stat from the third (its state) on."""
    fields = line.rpartition(")")[2].split()
    if len(fields) < 20 or not re.fullmatch("[A-Za-z]", fields[0]):
        raise Unreadable(f"/{path} is damaged")
    return fields


def reason(path: str, error: OSError) -> str:
    """Why a file could not be read, in words."""
    if error.strerror == os.strerror(ENOENT):
        return f"/{path} is not there"
    if isinstance(error, PermissionError):
        because = error.strerror if error.strerror and "capture" in error.strerror else "it takes root, or its owner"
        return f"/{path} may not be read: {because}"
    return f"/{path}: {error.strerror or error}"
