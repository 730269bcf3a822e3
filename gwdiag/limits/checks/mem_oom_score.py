"""Whom the kernel kills first."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, at_least
from gwdiag.limits.host import Host, names


def read(host: Host) -> Reading:
    adjustment = host.now.number(host.now.of_process("oom_score_adj"), least=-1000)
    return Reading(value=adjustment, names=names(old=adjustment))


MEM_OOM_SCORE = LimitCheck(
    title="Preference of the out-of-memory killer",
    read=read,
    unit="points",
    warn=at_least(900),
    source=("/proc/<pid>/oom_score_adj",),
    why="Among all processes of the node the gateway is killed first",
    fixes=(
        Fix(
            text="Take the preference away",
            command="echo 0 > /proc/{pid}/oom_score_adj",
            undo="echo {old} > /proc/{pid}/oom_score_adj",
        ),
        Fix(text="In Kubernetes set requests equal to limits, so that the pod is Guaranteed"),
    ),
    explains=("gateway_out_of_memory",),
    shows="a restart without a shutdown",
    basis="Kubernetes: BestEffort has 1000, Guaranteed -997",
)
