"""Room on the file systems that the gateway writes to."""

from collections.abc import Mapping

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.checks._mounts import IMAGES, mounts
from gwdiag.limits.host import Host, names

GIB = 1 << 30
SMALL = 2 * GIB
"""A file system that is not larger may have less than a GiB left and be empty."""
FULL = 0.97
MOST = 1 << 64


def read(host: Host) -> Reading:
    told = host.now.system("statvfs")
    if not isinstance(told, Mapping) or not told:
        raise Unreadable("syscalls.json (statvfs) is damaged")
    images = _images(host)
    readings = [_of(str(point), figures) for point, figures in told.items() if point not in images]
    found = [one for one in readings if one]
    if not found:
        raise Unreadable("none of the file systems has a size")
    return max(found, key=lambda one: (one.least.rank, one.value or 0.0))


def _images(host: Host) -> set[str]:
    try:
        return {point for point, mount in mounts(host).items() if mount.kind in IMAGES}
    except Unreadable:
        return set()


def _of(point: str, figures: object) -> Reading | None:
    size, left = (_figure(figures, name) for name in ("size_bytes", "avail_bytes"))
    if not size:
        return None  # a file system without a size, such as /proc
    used = 1 - left / size
    nodes, nodes_left = (_figure(figures, name, missing=0) for name in ("inodes", "inodes_avail"))
    of_nodes = 1 - nodes_left / nodes if nodes else 0.0
    because = []
    if used > FULL:
        because.append(f"over {FULL:.0%} is used")
    elif left < GIB and size > SMALL:
        because.append("less than 1 GiB is left")
    if of_nodes > FULL:
        because.append(f"{of_nodes:.1%} of the inodes are used")
    return Reading(
        value=max(used, of_nodes),
        used=size - left,
        limit=size,
        least=Status.CRIT if because else Status.OK,
        because=", ".join(because),
        note=f"on {point}",
        names=names(mount=point),
    )


def _figure(figures: object, name: str, missing: int | None = None) -> float:
    value = figures.get(name, missing) if isinstance(figures, Mapping) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < MOST:
        raise Unreadable("syscalls.json (statvfs) is damaged")
    return value


DISK_SPACE = LimitCheck(
    title="Room on the file systems of logs and temporary files",
    read=read,
    unit="bytes",
    share=True,
    warn=above(0.90),
    conditions="Critical above 97 %, of room or inodes, and below 1 GiB left on one of over 2 GiB.",
    source=("statvfs(3) of /, /var, /var/log, /tmp",),
    why="Log and analytics writes fail, and large bodies find no room to be buffered",
    fixes=(Fix(text="See what takes the room", command="du -xh --max-depth=2 {mount} | sort -h | tail"),),
    explains=("gateway_internal",),
    shows="no space left on device",
    basis="node-mixin: 5 and 3 % left; netdata: 90 %",
)
