"""How long the gateway has been running."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, below
from gwdiag.limits.host import Host
from gwdiag.limits.moment import whole

YOUNG_S = 600


def read(host: Host) -> Reading:
    words = host.now.text("proc/uptime").split()
    try:
        up_s = float(words[0])
    except (ValueError, IndexError):
        raise Unreadable("/proc/uptime is damaged") from None
    began_s = whole(host.now.stat()[19], host.now.of_process("stat")) / host.ticks
    if not 0 <= began_s <= up_s + 1:
        raise Unreadable(f"the process began {began_s:,.0f} s after the node, which is up for {up_s:,.0f} s")
    return Reading(value=max(up_s - began_s, 0.0), note="the node itself was just started" if up_s < YOUNG_S else "")


PROC_RESTARTS = LimitCheck(
    title="Age of the process",
    read=read,
    unit="s",
    warn=below(YOUNG_S),
    source=("/proc/<pid>/stat starttime", "/proc/uptime"),
    why="A fresh start explains refused connections, cold caches and a burst of handshakes",
    fixes=(
        Fix(text="See why it was started", command="journalctl -u {unit} --since -1h | grep -iE 'exit|kill|start'"),
    ),
    explains=("upstream_dial_refused", "gateway_out_of_memory"),
    shows="a burst of connection refused",
    basis="a judgement",
)
