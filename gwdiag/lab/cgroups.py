"""A CPU quota for one process, in a cgroup of its own. Source: cgroups(7), Documentation/scheduler/sched-bwc."""

import os
import time
from contextlib import suppress
from pathlib import Path

VERSION_1 = Path("/sys/fs/cgroup/cpu")
VERSION_2 = Path("/sys/fs/cgroup")
PERIOD = 100_000
PREFIX = "gwdiag-lab-"
PATIENCE = 2.0


def missing() -> str:
    """Why no quota can be set here; empty where one can."""
    folder = _parent()
    if folder is None:
        return "no cgroup with a CPU controller is mounted"
    if not os.access(folder, os.W_OK) or os.geteuid():
        return "cgroups are root's"
    if not Path("/proc/self/schedstat").exists():
        return "the kernel does not tell how much CPU a process takes (/proc/<pid>/schedstat)"
    return ""


def limit(tag: str, name: str, pid: int, share: float) -> Path:
    """Puts a process into a cgroup with so much of one CPU, or changes that. Raises OSError."""
    parent = _parent()
    assert parent is not None
    top = parent / f"{PREFIX}{tag}"
    top.mkdir(exist_ok=True)
    if parent == VERSION_2:
        (top / "cgroup.subtree_control").write_text("+cpu")
    folder = top / name
    folder.mkdir(exist_ok=True)
    quota = max(int(share * PERIOD), 1000)
    if parent == VERSION_2:
        (folder / "cpu.max").write_text(f"{quota} {PERIOD}")
    else:
        (folder / "cpu.cfs_period_us").write_text(str(PERIOD))
        (folder / "cpu.cfs_quota_us").write_text(str(quota))
    (folder / "cgroup.procs").write_text(str(pid))
    return folder


def remove(tag: str) -> None:
    """Removes the cgroups of a run; what is left of one that was killed goes as well."""
    parent = _parent()
    if parent is None:
        return
    for top in parent.glob(f"{PREFIX}*"):
        if top.name == f"{PREFIX}{tag}" or not Path("/proc", top.name.removeprefix(PREFIX)).exists():
            for folder in [*top.glob("*/"), top]:
                _remove(folder)


def _remove(folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while folder.is_dir():
        with suppress(OSError):  # its processes are ending
            folder.rmdir()
        if time.monotonic() > until:
            return
        time.sleep(0.02)


def _parent() -> Path | None:
    if (VERSION_1 / "cgroup.procs").exists():
        return VERSION_1
    with suppress(OSError):
        if "cpu" in (VERSION_2 / "cgroup.subtree_control").read_text().split():
            return VERSION_2
    return None
