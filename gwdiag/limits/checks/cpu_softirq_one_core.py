"""One CPU that does all the work of the network."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, above
from gwdiag.limits.checks._cpu import SOFTIRQ, shares
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    busy = {name: spent[SOFTIRQ] for name, spent in shares(host).items() if name != "cpu"}
    if not busy:
        raise Unreadable("/proc/stat has no CPU in both readings")
    worst = max(busy, key=lambda name: busy[name])
    return Reading(value=busy[worst], note=f"on {worst}")


CPU_SOFTIRQ_ONE_CORE = LimitCheck(
    title="Interrupt work of the busiest CPU",
    read=read,
    unit="CPU time",
    share=True,
    warn=above(0.60),
    crit=above(0.90),
    source=("/proc/stat",),
    rate=True,
    why="One receive queue bound to one CPU: packets wait while the others idle",
    fixes=(Fix(text="Spread the queues: irqbalance, RSS (ethtool -L) or RPS"),),
    explains=("upstream_response_timeout",),
    shows="latency; net.softnet_squeeze",
    basis="a judgement",
)
