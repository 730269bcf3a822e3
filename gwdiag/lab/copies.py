"""Plain copies of what the kernel tells of a node, laid out like / on it. Run as a process in the node's namespace.

Source: proc(5), cgroups(7). What is not there is not copied.
"""

import sys
from contextlib import suppress
from pathlib import Path

CHANGING = (
    "etc/resolv.conf", "proc/{pid}/status", "proc/net/sockstat", "proc/net/netstat", "proc/net/snmp", "proc/stat",
    "proc/sys/net/ipv4/ip_local_port_range", "proc/sys/net/netfilter/nf_conntrack_count",
)  # fmt: skip
"""What the copies before the fault have as well."""
ALL = (
    *CHANGING, "proc/{pid}/limits", "proc/net/tcp", "proc/net/tcp6", "proc/loadavg", "proc/pressure/cpu",
    "proc/pressure/io", "proc/pressure/memory", "proc/sys/fs/file-nr", "proc/sys/net/core/somaxconn",
    "proc/sys/net/ipv4/tcp_max_syn_backlog", "proc/sys/net/ipv4/tcp_tw_reuse",
    "proc/sys/net/netfilter/nf_conntrack_max",
)  # fmt: skip
CGROUP_FILES = ("cpu.stat", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.max")


def copy(folder: Path, pid: int, cgroup: Path | None, *, is_before: bool) -> None:
    """Writes them. `cgroup`: the one that the node has to itself."""
    for pattern in CHANGING if is_before else ALL:
        path = pattern.format(pid=pid)
        with suppress(OSError):
            _write(folder / path, Path("/", path).read_bytes())
    with suppress(OSError):
        count = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        _write(folder / f"proc/{pid}/fd_count", f"{count}\n".encode())
    # Version 1 has a folder for the controller; in version 2 all of them share one.
    place = "sys/fs/cgroup" if cgroup and (cgroup / "cpu.max").exists() else "sys/fs/cgroup/cpu"
    for name in CGROUP_FILES if cgroup else ():
        with suppress(OSError):
            _write(folder / place / name, Path(str(cgroup), name).read_bytes())


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def main() -> None:
    folder, pid, cgroup, which = sys.argv[1:]
    copy(Path(folder), int(pid), Path(cgroup) if cgroup else None, is_before=which == "before")


if __name__ == "__main__":
    main()
