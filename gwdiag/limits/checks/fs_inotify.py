"""Watches on configuration files."""

from gwdiag.limits.check import LimitCheck, Reading, above, sysctl
from gwdiag.limits.host import Host, share


def read(host: Host) -> Reading:
    limit = host.setting("fs/inotify/max_user_instances")
    used = sum(target.startswith("anon_inode:inotify") for target in host.now.targets)
    return Reading(value=share(used, limit), used=used, limit=limit, note="of this process; its user may have more")


FS_INOTIFY = LimitCheck(
    title="Inotify instances",
    read=read,
    unit="instances",
    share=True,
    warn=above(0.80),
    source=("/proc/sys/fs/inotify/max_user_instances", "/proc/<pid>/fd"),
    why="A gateway that watches its files fails to reload them, with an error that looks like a lack of descriptors",
    fixes=(sysctl("fs/inotify/max_user_instances", 1024, "Allow each user more of them"),),
    explains=("gateway_fd_exhausted", "config_error"),
    shows="inotify_init: too many open files",
    basis="a judgement; inotify(7)",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
