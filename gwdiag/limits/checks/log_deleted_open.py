"""Logs that were deleted and are still written to."""

import re
from collections.abc import Mapping

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.host import Host

NO_LOG = re.compile(r"/memfd:|/dev/|/SYSV|/\[|/(var/)?tmp/|/run/|/i915|/drm")
"""Memory that looks like a file, and temporary files, which are often deleted while they are open."""
MUCH = 1 << 30


def read(host: Host) -> Reading:
    host.now.targets  # noqa: B018 - a count of descriptors does not tell what they are
    deleted = {
        number: target.removesuffix(" (deleted)")
        for number, target in host.now.descriptors.items()
        if target.startswith("/") and target.endswith(" (deleted)") and not NO_LOG.match(target)
    }
    held = sum(_sizes(host).get(str(number), 0) for number in deleted)
    return Reading(
        value=len(deleted),
        used=held or None,
        least=Status.CRIT if held > MUCH else Status.OK,
        because=f"they hold {held / MUCH:.1f} GiB",
        note=", ".join(sorted(set(deleted.values()))[:3]),
    )


def _sizes(host: Host) -> dict[str, int]:
    try:
        told = host.now.system("deleted")
    except Unreadable:
        return {}
    return {str(key): one for key, one in told.items() if isinstance(one, int)} if isinstance(told, Mapping) else {}


LOG_DELETED_OPEN = LimitCheck(
    title="Deleted files that are still open",
    read=read,
    unit="files",
    warn=above(0),
    conditions="Critical where they hold over 1 GiB.",
    source=("/proc/<pid>/fd",),
    why="The log was rotated and the gateway not told: what it writes is lost, and the room is not freed",
    fixes=(
        Fix(text="Restart the gateway, and rotate with copytruncate or a signal", command="systemctl restart {unit}"),
    ),
    explains=(),
    shows="a log that is empty",
    basis="logrotate(8)",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
