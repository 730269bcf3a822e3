"""File systems that became read-only."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.checks._mounts import IMAGES, holding, mounts, written_to
from gwdiag.limits.host import Host, names

OF_CONTAINERS = ("overlay", "aufs")
"""What a container's own image lies on: where it is read-only, somebody wanted it so."""


def read(host: Host) -> Reading:
    points = mounts(host)
    found = {one.point: one for folder in written_to(host) if (one := holding(folder, points))}
    if not found:
        raise Unreadable("the mounts name none that holds logs or temporary files")
    closed = [one.point for one in found.values() if "ro" in one.options and one.kind not in (*IMAGES, *OF_CONTAINERS)]
    return Reading(
        value=len(closed),
        least=Status.CRIT if closed else Status.OK,
        because=f"{', '.join(closed)} is read-only",
        note="" if closed else f"{', '.join(sorted(found))} can be written",
        names=names(mount=(closed or sorted(found))[0]),
    )


DISK_RO = LimitCheck(
    title="Read-only file systems of logs and temporary files",
    read=read,
    unit="file systems",
    conditions="Critical where one that holds logs or temporary files is read-only; those of images are meant to be.",
    source=("/proc/<pid>/mounts",),
    why="The kernel makes a file system read-only when it finds it damaged: nothing more is logged",
    fixes=(Fix(text="See why", command="journalctl -k --grep 'Remounting filesystem read-only|I/O error'"),),
    explains=("gateway_internal",),
    shows="read-only file system",
    basis="mount(8), errors=remount-ro",
)
