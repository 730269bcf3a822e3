"""Memory of the process that becomes more and more."""

from gwdiag.limits.cgroups import least_memory
from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment

KIB = 1024
NOISE = 0.01
"""A share of the resident memory by which any two readings may differ: the collector lets it rise and fall."""
WARM_UP_S = 600.0
DAY_H, SOON_H = 24.0, 2.0


def read(host: Host) -> Reading:
    now, before = _resident(host.now), _resident(host.earlier)
    if host.rebooted or host.restarted:
        host.grown(_resident, of_process=True)  # says which of the two
    per_hour = (now - before) / host.window * 3600
    room = _limit(host) - now
    if now - before <= NOISE * now or per_hour <= 0:
        return Reading(value=max(per_hour, 0.0), note="within what any two readings differ by")
    left_h = max(room, 0) / per_hour
    worst = Status.CRIT if left_h < SOON_H else Status.WARN if left_h < DAY_H else Status.OK
    return Reading(
        value=per_hour,
        least=Status.INFO if _age(host) < WARM_UP_S and worst is not Status.OK else worst,
        because=f"at this pace the limit is reached in {left_h:.1f} h",
        note="a window of seconds cannot tell a leak from a collector's rhythm: gwdiag heap trend can",
    )


def _resident(moment: Moment) -> int:
    return moment.status("VmRSS") * KIB


def _limit(host: Host) -> int:
    """Bytes: the group's limit, else what the node has left for it."""
    try:
        limit = least_memory(host.now)
    except Unreadable:
        limit = None
    return limit or _resident(host.now) + host.now.pair("proc/meminfo", "MemAvailable") * KIB


def _age(host: Host) -> float:
    """Seconds since the process began; a long time where that cannot be told. A young one fills its caches."""
    try:
        return float(host.now.text("proc/uptime").split()[0]) - int(host.now.stat()[19]) / host.ticks
    except (Unreadable, ValueError, IndexError):
        return float("inf")


MEM_RSS_GROWTH = LimitCheck(
    title="Growth of the process's memory",
    read=read,
    unit="bytes/h",
    conditions="A warning where it would reach the limit within a day, critical within two hours; growth under 1 % in "
    "the window is none.",
    source=("/proc/<pid>/status VmRSS", "<cgroup>/memory.max, else /proc/meminfo MemAvailable"),
    rate=True,
    why="A leak ends in a kill, at the time of the highest load",
    fixes=(Fix(text="Take heap profiles half an hour apart and compare them", command="gwdiag heap trend <profiles>"),),
    explains=("gateway_out_of_memory",),
    shows="a restart, hours later",
    basis="a judgement",
)
