"""Huge pages for everything."""

import re

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host, names

PATH = "sys/kernel/mm/transparent_hugepage/enabled"


def read(host: Host) -> Reading:
    chosen = re.search(r"\[(\w+)\]", host.now.text(PATH))
    if not chosen:
        raise Unreadable(f"/{PATH} is damaged")
    return Reading(
        least=Status.WARN if chosen[1] == "always" else Status.OK,
        because="it is set to always",
        note=chosen[1],
        names=names(old=chosen[1]),
    )


MEM_THP = LimitCheck(
    title="Transparent huge pages",
    read=read,
    conditions="A warning at `always`.",
    source=("/sys/kernel/mm/transparent_hugepage/enabled",),
    why="Go's heap and Redis take more memory than they use, and pages are put together at the wrong moment",
    fixes=(
        Fix(
            text="Give huge pages to those who ask for them",
            command="echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
            undo="echo {old} > /sys/kernel/mm/transparent_hugepage/enabled",
        ),
    ),
    explains=("gateway_out_of_memory",),
    shows="a process that is larger than its heap",
    basis="Redis's and Go's guides",
)
