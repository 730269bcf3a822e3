"""Threads of the gateway's control group against its limit."""

from gwdiag.limits.cgroups import Group, groups, limit, tightest
from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, above
from gwdiag.limits.host import Host, names, share
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    fullest = tightest(host.now, "pids", _usage, lambda one: -(one.value or 0.0))
    own = groups(host.now, "pids")[0]
    refused, unknown = host.grown_if_known(lambda at: at.pair(f"{own.folder}/pids.events", "max"))
    found = fullest or Reading(value=0.0, note="there is no limit")
    return Reading(
        value=found.value,
        used=found.used,
        limit=found.limit,
        least=Status.CRIT if refused else Status.OK,
        because=f"{refused:,} threads or processes were refused in the window",
        note=found.note,
        unknown=unknown,
        names=found.names,
    )


def _usage(moment: Moment, group: Group) -> Reading | None:
    most = limit(moment, f"{group.folder}/pids.max", is_v1=group.is_v1)
    used = moment.number(f"{group.folder}/pids.current")
    if most is None:
        return None
    return Reading(value=share(used, most), used=used, limit=most, note=f"of {group.name}", names=names(twice=most * 2))


PIDS_CGROUP = LimitCheck(
    title="Threads and processes of the control group",
    read=read,
    unit="threads",
    share=True,
    warn=above(0.80),
    conditions="Critical where threads were refused in the window (pids.events).",
    source=("<cgroup>/pids.current, pids.max, pids.events",),
    why="Go takes a thread for each call that blocks, such as a look-up through libc; when it gets none it crashes",
    fixes=(
        Fix(text="Raise the limit of the unit", command="systemctl set-property --runtime {unit} TasksMax={twice}"),
        Fix(text="In a container raise --pids-limit, in Kubernetes podPidsLimit of the kubelet"),
    ),
    explains=("gateway_internal", "gateway_overload"),
    shows="runtime: failed to create new OS thread (errno=11)",
    basis="a judgement; cgroup-v2.rst",
)
