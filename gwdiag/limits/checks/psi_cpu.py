"""Share of time in which some task waited for a CPU."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.checks._pressure import worst
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    value, where, unknown = worst(host, "cpu", "some")
    return Reading(value=value, note=where, unknown=unknown)


PSI_CPU = LimitCheck(
    title="CPU pressure",
    read=read,
    unit="% of 10 s",
    warn=above(20),
    crit=above(50),
    source=("/proc/pressure/cpu", "<cgroup>/cpu.pressure"),
    why="Somebody waits for a CPU all that time; in the gateway's own group, throttling counts too",
    fixes=(Fix(text="Give it more CPU: the quota (cpu.quota), fewer neighbours, more nodes"),),
    explains=("client_canceled", "upstream_response_timeout", "gateway_overload"),
    shows="latency",
    basis="a judgement; psi.rst. Needs Linux 4.20 with psi on",
)
