"""How many finished handshakes may wait for the gateway to accept them."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Unreadable, at_most, below, sysctl
from gwdiag.limits.checks._listeners import listeners
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    allowed = host.setting("net/core/somaxconn")
    return Reading(value=allowed, note=_of_the_listener(host, allowed))


def _of_the_listener(host: Host, allowed: int) -> str:
    """The backlog is fixed when listen() is called: a setting that was raised since has not arrived."""
    try:
        least = min(listeners(host), key=lambda one: one.backlog)
    except (Unreadable, ValueError):
        return ""
    if least.backlog < allowed:
        return f"but the listener on port {least.port} has a backlog of {least.backlog:,}, fixed at its start"
    return ""


LISTEN_SOMAXCONN = LimitCheck(
    title="Longest accept queue",
    read=read,
    unit="connections",
    warn=below(1024),
    crit=at_most(128),
    source=("/proc/sys/net/core/somaxconn",),
    why="listen() cuts every backlog to it without a word: in a burst clients wait a second for their retransmit",
    fixes=(
        sysctl("net/core/somaxconn", 4096, "Raise it; the gateway reads it when it starts"),
        Fix(
            text="Restart the gateway, for the backlog is fixed when it begins to listen",
            command="systemctl restart {unit}",
        ),
    ),
    explains=("upstream_dial_timeout", "gateway_overload"),
    shows="nothing in the gateway's log; clients time out while they connect",
    basis="the kernel's default is 4096 since 5.4, and was 128",
)
