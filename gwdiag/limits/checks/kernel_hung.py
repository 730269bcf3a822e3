"""Tasks that hung for two minutes."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    return Reading(value=host.grown(lambda at: at.number(at.setting("kernel/hung_task_detect_count"))))


KERNEL_HUNG = LimitCheck(
    title="Hung tasks",
    read=read,
    unit="tasks",
    warn=above(0),
    source=("/proc/sys/kernel/hung_task_detect_count",),
    rate=True,
    why="Something waits for a disk or a lock for over two minutes",
    fixes=(Fix(text="See which", command="journalctl -k --grep 'blocked for more than'"),),
    explains=("client_canceled", "upstream_response_timeout"),
    shows="requests that hang",
    basis="node_exporter; Linux 6.13 and later",
)
