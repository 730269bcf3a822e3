"""Times that the gateway was stopped because its share of CPU time was used up."""

from gwdiag.limits.cgroups import Group, groups
from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment


def read(host: Host) -> Reading:
    host.earlier  # noqa: B018 - it takes two readings, whatever the groups say
    readings = []
    for index, group in enumerate(groups(host.now, "cpu")):
        try:
            readings.append(_of(host, group))
        except Unreadable as unreadable:
            if index and ("is not there" in str(unreadable) or "says nothing of" in str(unreadable)):
                continue  # above it there may be nothing to see
            raise
    return max(readings, key=lambda one: one.value or 0.0)


def _of(host: Host, group: Group) -> Reading:
    path = f"{group.folder}/cpu.stat"

    def count(name: str) -> int:
        return host.grown(lambda at: at.pair(path, name))

    periods, throttled = count("nr_periods"), count("nr_throttled")
    stopped_s = _stopped(host, path)
    return Reading(
        value=throttled / periods if periods else 0.0,
        used=throttled,
        limit=periods,
        note=f"{group.name} stood still for {stopped_s / host.window * 1000:,.0f} ms of each second"
        if throttled
        else "",
    )


def _stopped(host: Host, path: str) -> float:
    """Seconds. Version 1 counts nanoseconds, version 2 microseconds; it only adds to what is said."""

    def count(moment: Moment) -> int:
        figures = moment.pairs(path)
        return figures.get("throttled_time", figures.get("throttled_usec", 0) * 1000)

    return host.grown_if_known(count)[0] / 1e9


CPU_THROTTLE = LimitCheck(
    title="Periods in which the CPU quota ran out",
    read=read,
    unit="periods",
    share=True,
    warn=above(0.05),
    crit=above(0.25),
    source=("<cgroup>/cpu.stat nr_throttled, nr_periods (the process's group and those above it)",),
    rate=True,
    why="A throttled gateway stands still for the rest of the 100 ms, with average CPU low: accepts are late, and "
    "handshakes and dials time out",
    fixes=(
        Fix(text="Raise or remove the CPU limit", command="systemctl set-property --runtime {unit} CPUQuota="),
        Fix(text="In Kubernetes raise resources.limits.cpu, and set GOMAXPROCS to the quota, rounded up"),
    ),
    explains=(
        "client_canceled",
        "upstream_response_timeout",
        "upstream_dial_timeout",
        "enforced_timeout",
        "gateway_overload",
    ),
    shows="context canceled, context deadline exceeded, i/o timeout, while average CPU looks low",
    basis="kubernetes-mixin CPUThrottlingHigh: 25 %",
)
