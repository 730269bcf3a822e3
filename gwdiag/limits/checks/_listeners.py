"""The gateway's listening sockets as the kernel's socket diagnostics tell them."""

from collections.abc import Mapping

from gwdiag.limits.check import Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.moment import OTHER_NAMESPACE
from gwdiag.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket: how many finished handshakes wait, and how many may."""

    address: str
    port: int
    waiting: int
    backlog: int


def listeners(host: Host) -> list[Listener]:
    """Those of the gateway where its ports are known, else all. At least one."""
    if host.now.is_foreign:
        raise Unreadable(f"socket diagnostics: {OTHER_NAMESPACE}")
    told = host.now.system("listen")
    if not isinstance(told, list):
        raise Unreadable("syscalls.json (listen) is damaged")
    every = [_listener(one) for one in told]
    try:
        ports = host.listening_ports()
    except Unreadable:
        ports = ()
    found = [one for one in every if one.port in ports] if ports else every
    if not found:
        raise Unreadable("the kernel's socket diagnostics name no listening socket of the gateway")
    return found


def _listener(told: object) -> Listener:
    if isinstance(told, Mapping):
        figures = [told.get(name) for name in ("port", "rqueue", "backlog")]
        port, waiting, backlog = (
            one if isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 1 << 32 else None
            for one in figures
        )
        if port is not None and waiting is not None and backlog is not None:
            return Listener(str(told.get("address", "")), port, waiting, backlog)
    raise Unreadable("syscalls.json (listen) is damaged")
