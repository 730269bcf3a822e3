"""Times that the gateway's control group met its memory limit."""

from gwdiag.limits.cgroups import Group, groups
from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    own, *above = groups(host.now, "memory")
    met = host.grown(lambda at: _met(at, own))
    kills, unknown = host.grown_if_known(lambda at: _kills(at, own))  # Linux before 4.13 does not count them
    for group in above:
        met += host.grown_if_known(lambda at, group=group: _met_itself(at, group))[0]  # type: ignore[misc]
    because = f"{kills:,} processes were killed in the window" if kills else f"the limit was met {met:,} times"
    past = 0 if unknown else _kills(host.now, own)
    return Reading(
        value=kills or met,
        least=Status.CRIT if kills else Status.WARN if met else Status.OK,
        because=because,
        note=f"{past:,} killed since the group was made" if past else "",
        unknown=unknown,
    )


def _kills(moment: Moment, group: Group) -> int:
    file = "memory.oom_control" if group.is_v1 else "memory.events"
    return moment.pair(f"{group.folder}/{file}", "oom_kill")


def _met(moment: Moment, group: Group) -> int:
    if group.is_v1:
        return moment.number(f"{group.folder}/memory.failcnt")
    figures = moment.pairs(f"{group.folder}/memory.events")
    if not {"high", "max"} <= figures.keys():
        raise Unreadable(f"/{group.folder}/memory.events is damaged")
    return figures["high"] + figures["max"]


def _met_itself(moment: Moment, group: Group) -> int:
    """Of a group above: its memory.events has those of all below it, memory.events.local its own."""
    if group.is_v1:
        return _met(moment, group)
    figures = moment.pairs(f"{group.folder}/memory.events.local")
    return figures.get("high", 0) + figures.get("max", 0)


MEM_EVENTS = LimitCheck(
    title="Meetings with the memory limit",
    read=read,
    unit="times",
    conditions="A warning where the limit (high or max) was met in the window; critical where a process was killed.",
    source=("<cgroup>/memory.events (version 1: memory.failcnt, memory.oom_control)",),
    rate=True,
    why="At memory.high the gateway is slowed down, at memory.max it is killed",
    fixes=(Fix(text="Raise the memory limit, or set GOMEMLIMIT to 90 % of it; look for a leak with gwdiag heap"),),
    explains=("gateway_out_of_memory", "upstream_dial_refused"),
    shows="a log that ends in the middle, then a start",
    basis="cgroup-v2.rst",
)
