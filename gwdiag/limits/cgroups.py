"""The control groups of a process: version 1 and 2, its own and all above it, wherever they are mounted.

Sources: cgroups(7), cgroup_namespaces(7), Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/ of the kernel.
"""

from collections.abc import Callable
from typing import TypeVar

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment, whole
from gwdiag.model.dataclass import dataclass

T = TypeVar("T")

NO_LIMIT = 1 << 60
"""Version 1 prints the largest multiple of a page for none: 9223372036854771712."""


@dataclass(frozen=True, slots=True)
class Group:
    """A control group as a folder. `is_v1`: its files have the names of version 1."""

    folder: str
    is_v1: bool

    @property
    def name(self) -> str:
        return self.folder.rpartition("/")[2] or self.folder


@dataclass(frozen=True, slots=True)
class _Mount:
    root: str
    point: str
    is_v1: bool
    controllers: tuple[str, ...]


def groups(moment: Moment, controller: str) -> list[Group]:
    """The group of the process that `controller` (`cpu`, `memory`, `pids`) limits it by, then those above it."""
    path, is_v1, listed = _membership(moment, controller)
    if "/.." in path:
        raise Unreadable(f"the control group {path} lies outside of what can be seen from here")
    fits = [one for one in _mounts(moment) if one.is_v1 == is_v1 and (not is_v1 or controller in one.controllers)]
    usual = (
        [f"sys/fs/cgroup/{name}" for name in (listed, ",".join(reversed(listed.split(","))), controller)]
        if is_v1
        else ["sys/fs/cgroup"]
    )
    known = {one.point for one in fits}
    fits += [_Mount("/", point, is_v1, ()) for point in usual if point not in known]
    for mount in fits:
        for below in _below(path, mount.root):
            folder = f"{mount.point}{below}".rstrip("/")
            if _is_there(moment, folder):
                return [Group(one, is_v1) for one in _up(folder, mount.point)]
    raise Unreadable(f"the control group {path} ({controller}) is not to be seen from here")


def tightest(
    moment: Moment, controller: str, read: Callable[[Moment, Group], T | None], rank: Callable[[T], float]
) -> T | None:
    """The lowest by `rank` of what the groups say; None where none of them says anything.

    The process's own group must be readable; one above it that is not there is not for us to see.
    """
    found = []
    for index, group in enumerate(groups(moment, controller)):
        try:
            one = read(moment, group)
        except Unreadable as unreadable:
            if index and "is not there" in str(unreadable):
                continue
            raise
        if one is not None:
            found.append(one)
    return min(found, key=rank, default=None)


def limit(moment: Moment, path: str, *, is_v1: bool) -> int | None:
    """A limit as a group's file has it; None for none."""
    word = moment.text(path).strip()
    if word == "max" or (is_v1 and word == "-1"):
        return None
    value = whole(word, path)
    if value < 0:
        raise Unreadable(f"/{path} is damaged: it cannot be {value}")
    return None if value >= NO_LIMIT else value


def memory_limit(moment: Moment, group: Group) -> int | None:
    name = "memory.limit_in_bytes" if group.is_v1 else "memory.max"
    return limit(moment, f"{group.folder}/{name}", is_v1=group.is_v1)


def quota(moment: Moment, group: Group) -> float | None:
    """Cores that the group may use; None for all."""
    if group.is_v1:
        allowed = moment.number(f"{group.folder}/cpu.cfs_quota_us", least=-1)
        period = moment.number(f"{group.folder}/cpu.cfs_period_us")
        if allowed == -1:
            return None
    else:
        path = f"{group.folder}/cpu.max"
        words = moment.text(path).split()
        if not words or len(words) > 2:
            raise Unreadable(f"/{path} is damaged")
        period = whole(words[1], path) if len(words) == 2 else 100_000
        if words[0] == "max":
            return None
        allowed = whole(words[0], path)
    if allowed <= 0 or period <= 0:
        raise Unreadable(f"/{group.folder} is damaged: a quota of {allowed} in {period} µs")
    return allowed / period


def least_quota(moment: Moment) -> float | None:
    """The tightest quota on the way up, in cores. A group above may be tighter than the process's own."""
    return tightest(moment, "cpu", quota, float)


def least_memory(moment: Moment) -> int | None:
    """The tightest memory limit on the way up, in bytes."""
    return tightest(moment, "memory", memory_limit, float)


def _membership(moment: Moment, controller: str) -> tuple[str, bool, str]:
    """Path, whether of version 1, and the controllers as listed. What a hybrid system lists is v1."""
    unified = None
    path = moment.of_process("cgroup")
    for line in moment.lines(path):
        number, colon, rest = line.partition(":")
        listed, other, group = rest.partition(":")
        if not (colon and other and group.startswith("/")):
            raise Unreadable(f"/{path} is damaged: {line[:60]!r}")
        if controller in listed.split(","):
            return group, True, listed
        if number == "0" and not listed:
            unified = group
    if unified is None:
        raise Unreadable(f"/{path} names no group of {controller}")
    return unified, False, ""


def _mounts(moment: Moment) -> list[_Mount]:
    """Where groups are mounted, as the process sees it."""
    path = moment.of_process("mountinfo")
    if not moment.can_read(path):
        return []
    found = []
    for line in moment.lines(path):
        before, separator, after = line.partition(" - ")
        words, kind = before.split(), after.split()
        if separator and len(words) >= 5 and kind and kind[0] in ("cgroup", "cgroup2"):
            controllers = tuple(kind[-1].split(",")) if kind[0] == "cgroup" else ()
            found.append(_Mount(words[3], words[4].strip("/"), kind[0] == "cgroup", controllers))
    return found


def _below(path: str, root: str) -> list[str]:
    """Where a group may lie below a mount: whole, or without what is above the mount's own root (a container's)."""
    relative = [path.removeprefix(root)] if root != "/" and (path == root or path.startswith(f"{root}/")) else []
    return [path, *relative]


def _is_there(moment: Moment, folder: str) -> bool:
    try:
        return bool(moment.names(folder))
    except Unreadable:
        return False


def _up(folder: str, top: str) -> list[str]:
    found = [folder]
    while folder != top and folder.startswith(f"{top}/"):
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found
