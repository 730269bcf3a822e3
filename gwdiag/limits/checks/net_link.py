"""Whether the link to the upstreams is up, and stays up."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.checks._routes import egress
from gwdiag.limits.host import Host

UP = ("up", "unknown", "testing")
DOWN = ("down", "lowerlayerdown", "notpresent", "dormant")


def read(host: Host) -> Reading:
    ways = egress(host.now)
    down = [name for name in ways if _state(host, name) in DOWN]
    half = [name for name in ways if _duplex(host, name) == "half"]
    changes, unknown = host.grown_if_known(
        lambda at: sum(at.number(at.interface(name, "carrier_changes")) for name in ways)
    )
    if down:
        return Reading(
            value=changes, least=Status.CRIT, because=f"{', '.join(down)} is down, with the default route on it"
        )
    because = [f"the carrier was lost or found {changes:,} times in the window"] if changes else []
    because += [f"{', '.join(half)} runs in half duplex"] if half else []
    return Reading(
        value=changes,
        least=Status.WARN if because else Status.OK,
        because=", ".join(because),
        note=f"on {', '.join(ways)}",
        unknown=unknown,
    )


def _state(host: Host, name: str) -> str:
    path = host.now.interface(name, "operstate")
    state = host.now.text(path).strip()
    if state not in (*DOWN, *UP):
        raise Unreadable(f"/{path} is damaged: {state[:40]!r} is no state of a link")
    return state


def _duplex(host: Host, name: str) -> str:
    """Virtual interfaces have none."""
    try:
        return host.now.text(host.now.interface(name, "duplex")).strip()
    except Unreadable:
        return ""


NET_LINK = LimitCheck(
    title="Link of the default route",
    read=read,
    unit="changes",
    conditions="A warning where the carrier changed in the window, or at half duplex; critical where the link is down.",
    source=("/sys/class/net/<if>/operstate, carrier_changes, duplex",),
    why="While a link is away nothing reaches an upstream, and what was on its way is lost",
    fixes=(Fix(text="Look at the cable, the switch's port, the bond: the kernel's log names each change"),),
    explains=("upstream_unreachable", "upstream_dial_timeout"),
    shows="bursts of: no route to host",
    basis="sysfs-class-net of the kernel",
)
