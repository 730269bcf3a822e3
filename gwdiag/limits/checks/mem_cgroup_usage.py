"""Memory of the gateway's control group against its limit."""

from gwdiag.limits.cgroups import Group, memory_limit, tightest
from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host, names, share
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    fullest = tightest(host.now, "memory", _usage, lambda one: -(one.value or 0.0))
    if fullest is None:
        return Reading(value=0.0, note="there is no limit")
    return fullest


def _usage(moment: Moment, group: Group) -> Reading | None:
    """The working set against the group's limit; None without a limit. Page cache that can go does not count."""
    most = memory_limit(moment, group)
    used = _working_set(moment, group)
    if most is None:
        return None
    return Reading(value=share(used, most), used=used, limit=most, note=f"of {group.name}", names=names(twice=most * 2))


def _working_set(moment: Moment, group: Group) -> int:
    current = moment.number(f"{group.folder}/{'memory.usage_in_bytes' if group.is_v1 else 'memory.current'}")
    idle = moment.pair(f"{group.folder}/memory.stat", "total_inactive_file" if group.is_v1 else "inactive_file")
    return max(current - idle, 0)


MEM_CGROUP_USAGE = LimitCheck(
    title="Memory of the control group",
    read=read,
    unit="bytes",
    share=True,
    warn=above(0.80),
    crit=above(0.90),
    source=(
        "<cgroup>/memory.current, memory.max, memory.stat (version 1: memory.usage_in_bytes, memory.limit_in_bytes)",
    ),
    why="At the limit the kernel kills the gateway; nothing of that is in its log",
    fixes=(
        Fix(text="Raise the limit of the unit", command="systemctl set-property --runtime {unit} MemoryMax={twice}"),
        Fix(text="In a container raise its memory limit; look for a leak with gwdiag heap"),
    ),
    explains=("gateway_out_of_memory", "upstream_dial_refused", "upstream_closed"),
    shows="a log that ends in the middle, then a start; EOF or connection refused at the balancer",
    basis="netdata: 80 and 90 %",
)
