"""Finished handshakes that wait for the gateway to accept them."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, above, at_least, sysctl
from gwdiag.limits.checks._listeners import listeners
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    fullest = max(listeners(host), key=lambda one: one.waiting / max(one.backlog, 1))
    return Reading(
        value=fullest.waiting / max(fullest.backlog, 1),
        used=fullest.waiting,
        limit=fullest.backlog,
        note=f"on port {fullest.port}",
    )


LISTEN_ACCEPT_QUEUE = LimitCheck(
    title="Accept queue of the gateway",
    read=read,
    unit="connections",
    share=True,
    warn=above(0.50),
    crit=at_least(1.0),
    source=("socket diagnostics (netlink SOCK_DIAG)",),
    why="Clients in it are connected and not yet served: the gateway lacks CPU or is blocked; when it is full, more "
    "are ignored without an answer",
    fixes=(
        Fix(text="First give the gateway the CPU it lacks: look at cpu.throttle, cpu.run_delay"),
        sysctl("net/core/somaxconn", 4096, "Then allow a longer queue, and restart the gateway"),
    ),
    explains=("client_canceled", "gateway_overload", "upstream_dial_timeout"),
    shows="nothing in the gateway's log; balancers answer 502 or 504, clients connect in 1, 2 or 3 s",
    basis="a judgement; sock_diag(7): the kernel admits one more than the backlog",
)
