"""What the system says about a process on this machine: its memory, its limit, when it began.

Source: proc(5); Linux kernel, cgroup-v2 memory.max and cgroup-v1 memory.limit_in_bytes.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from gwdiag.model.problem import Exit, Problem

STATE, STARTED = 0, 19
"""Fields of /proc/PID/stat after the name."""

MAY_NOT = "this user may not trace it; be its user or root, with CAP_SYS_PTRACE where kernel.yama.ptrace_scope is not 0"

NO_LIMIT = 1 << 60
"""cgroup v1 writes no limit as a very large number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process by its id. `started`: in ticks since the machine booted, to tell it from another with the same id."""

    pid: int
    started: str
    limit_bytes: int | None

    def rss_bytes(self) -> int | None:
        """What it has in memory now; None when it is gone."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")

    def is_alive(self) -> bool:
        """Whether it is still there, and not another with its id."""
        stat = _stat(self.pid)
        return stat is not None and stat[STARTED] == self.started and stat[STATE] not in "ZX"

    def state(self) -> str:
        """A letter of proc_pid_stat(5), nothing where it is gone."""
        stat = _stat(self.pid)
        return stat[STATE] if stat else ""

    def tracer(self) -> int | None:
        """The debugger that is attached to it."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        return int(status.partition("TracerPid:")[2].split()[0]) or None

    def is_python(self) -> bool:
        """Raises Problem where this user may not know."""
        try:
            program = Path(f"/proc/{self.pid}/exe").readlink().name
            return program.startswith("python") or "libpython" in Path(f"/proc/{self.pid}/maps").read_text()
        except PermissionError:
            raise Problem(f"--pid {self.pid}: {MAY_NOT}", Exit.NOTHING_DONE) from None
        except OSError:
            return False


def process_of(pid: int) -> Process:
    """The process. Raises Problem where there is none."""
    stat = _stat(pid)
    if stat is None:
        raise Problem(f"--pid {pid}: there is no such process here", Exit.NOTHING_DONE)
    return Process(pid=pid, started=stat[STARTED], limit_bytes=_limit(pid))


def _stat(pid: int) -> list[str] | None:
    """The fields after its name, None where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def listening_on(port: int) -> Process | None:
    """The process on this machine that listens on a TCP port, as far as this user may see; None otherwise."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return None
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(one.readlink()) in sockets for one in (folder / "fd").iterdir()):
                return process_of(int(folder.name))
        except (OSError, Problem):
            continue
    return None


def _inodes(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found - {"0"}


def _limit(pid: int) -> int | None:
    """Of its control group or one above it, the lowest."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
    except OSError:
        return None
    limits = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            root, name = Path("/sys/fs/cgroup"), "memory.max"
        elif "memory" in controllers.split(","):
            root, name = Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"
        else:
            continue
        place = root / group.lstrip("/")
        for folder in (place, *place.parents):
            if not folder.is_relative_to(root):
                break
            if (limit := _number(folder / name)) is not None:
                limits.append(limit)
    return min(limits, default=None)


def _number(file: Path) -> int | None:
    try:
        value = int(file.read_text())
    except (OSError, ValueError):
        return None
    return value if value < NO_LIMIT else None
