"""How much CPU time the gateway may have."""

from gwdiag.limits.cgroups import least_quota
from gwdiag.limits.check import Fix, LimitCheck, Reading, below
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    cores = least_quota(host.now)
    return Reading(note="there is no quota") if cores is None else Reading(value=cores)


CPU_QUOTA = LimitCheck(
    title="CPU quota",
    read=read,
    unit="cores",
    warn=below(1.0),
    crit=below(0.5),
    source=(
        "<cgroup>/cpu.max of the process's group and all above it (version 1: cpu.cfs_quota_us, cpu.cfs_period_us)",
    ),
    why="The tightest on the way up holds. With under a core, a TLS handshake or a garbage collection uses up a period",
    fixes=(
        Fix(text="Raise or remove the CPU limit", command="systemctl set-property --runtime {unit} CPUQuota="),
        Fix(text="In Kubernetes raise resources.limits.cpu"),
    ),
    explains=("client_canceled", "upstream_response_timeout", "enforced_timeout", "gateway_overload"),
    shows="context canceled, context deadline exceeded, while average CPU looks low",
    basis="a judgement; cgroup-v2.rst",
)
