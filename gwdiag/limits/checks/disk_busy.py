"""Disks that have no time left."""

import re

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment, whole

PATH = "proc/diskstats"
NO_DISK = re.compile(r"loop|ram|zram|sr\d|fd\d")
BUSY_MS, QUEUED_MS = 12, 13
"""Fields, counted from 0. Source: Documentation/admin-guide/iostats.rst of the kernel."""
LONG = 10.0
"""Requests that wait at a time, from which it is critical."""


def read(host: Host) -> Reading:
    disks = _disks(host.now)
    if not disks:
        raise Unreadable(f"/{PATH} names no disk")
    window_ms = host.window * 1000
    known = [name for name in disks if name in _disks(host.earlier)]
    if not known:
        raise Unreadable(f"/{PATH} names no disk that was there before")
    busy = {name: _grown(host, name, BUSY_MS) / window_ms for name in known}
    queued = {name: _grown(host, name, QUEUED_MS) / window_ms for name in known}
    worst, longest = max(known, key=lambda name: busy[name]), max(known, key=lambda name: queued[name])
    return Reading(
        value=busy[worst],
        least=Status.CRIT if queued[longest] > LONG else Status.OK,
        because=f"{queued[longest]:.0f} requests waited for {longest} at a time",
        note=f"{worst}, with {queued[worst]:.1f} requests at a time",
    )


def _disks(moment: Moment) -> dict[str, list[str]]:
    found = {}
    for line in moment.lines(PATH):
        words = line.split()
        if len(words) < 14:
            raise Unreadable(f"/{PATH} is damaged: {line[:60]!r}")
        if not NO_DISK.match(words[2]):
            found[words[2]] = words
    return found


def _grown(host: Host, name: str, field: int) -> int:
    return host.grown(lambda at: whole(_disks(at)[name][field], PATH))


DISK_BUSY = LimitCheck(
    title="Time of the busiest disk",
    read=read,
    unit="time",
    share=True,
    warn=above(0.90),
    conditions="Critical where over 10 requests wait at a time.",
    source=("/proc/diskstats",),
    rate=True,
    why="Log lines wait for the disk, and requests with them",
    fixes=(Fix(text="See who writes", command="pidstat -d 1 5"),),
    explains=("upstream_response_timeout", "client_canceled"),
    shows="latency",
    basis="node-mixin: a queue of 10; netdata: 98 % busy",
)
