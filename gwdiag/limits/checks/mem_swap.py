"""Memory that was moved to a disk and is read back."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above
from gwdiag.limits.host import Host

MUCH = 0.10
"""The share of its resident memory that a process has swapped out, from which it is critical."""


def read(host: Host) -> Reading:
    read_back = host.grown(lambda at: at.pair("proc/vmstat", "pswpin"))
    try:
        swapped, resident, unknown = host.now.status("VmSwap"), host.now.status("VmRSS"), ""
    except Unreadable as unreadable:
        swapped, resident, unknown = 0, 0, str(unreadable)
    return Reading(
        value=read_back,
        least=Status.CRIT if swapped > MUCH * resident else Status.OK,
        because=f"{swapped:,} kB of the gateway are swapped out, beside {resident:,} kB that are not",
        unknown=unknown,
    )


MEM_SWAP = LimitCheck(
    title="Pages read back from swap",
    read=read,
    unit="pages",
    warn=above(0),
    conditions="Critical where over 10 % of the process's resident memory is swapped out.",
    source=("/proc/vmstat pswpin", "/proc/<pid>/status VmSwap"),
    rate=True,
    why="The garbage collector touches the whole heap: what is swapped out holds it up for seconds",
    fixes=(Fix(text="Keep the unit out of swap", command="systemctl set-property --runtime {unit} MemorySwapMax=0"),),
    explains=("client_canceled", "upstream_response_timeout", "enforced_timeout"),
    shows="context canceled, latency of seconds",
    basis="netdata's alarm on swap",
)
