"""Whether the gateway listens where it should, and for others than this node."""

from ipaddress import ip_address

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host, names
from gwdiag.limits.sockets import State


def read(host: Host) -> Reading:
    if not (ports := host.ports):
        heard_on = ", ".join(map(str, host.listening_ports())) or "no port"
        return Reading(least=Status.INFO, note=f"it listens on {heard_on}; on which it should was not given")
    try:
        sockets, unknown = host.now.own_connections, ""
    except Unreadable as unreadable:  # whose the sockets are is not told; a port without any is missing all the same
        sockets, unknown = host.now.connections, str(unreadable)
    heard: dict[int, set[str]] = {port: set() for port in ports}
    for one in sockets:
        if one.state == State.LISTEN and one.local_port in heard:
            heard[one.local_port].add(one.local)
    deaf = [port for port, addresses in heard.items() if not addresses]
    hidden = [port for port, addresses in heard.items() if addresses and _all_loopback(addresses)]
    if host.settings.listen_address and ip_address(host.settings.listen_address).is_loopback:
        hidden = []
    because = []
    if deaf:
        because.append(f"nobody listens on port {', '.join(map(str, deaf))}")
    if hidden:
        because.append(f"port {', '.join(map(str, hidden))} is open to this node only (a loopback address)")
    return Reading(
        value=len(deaf) + len(hidden),
        least=Status.CRIT if because else Status.OK,
        because="; ".join(because),
        unknown=unknown,
        note="" if because else f"it listens on {', '.join(map(str, ports))}",
        names=names(port=(deaf or hidden or ports)[0]),
    )


def _all_loopback(addresses: set[str]) -> bool:
    return all(ip_address(one).is_loopback for one in addresses)


LISTEN_MISSING = LimitCheck(
    title="Ports that nobody can connect to",
    read=read,
    unit="ports",
    conditions="Critical where a port of the gateway has no listening socket, or one on a loopback address only.",
    source=("/proc/<pid>/net/tcp", "/proc/<pid>/net/tcp6", "/proc/<pid>/fd"),
    why="The process is alive and does not listen: a balancer's connections are refused",
    fixes=(Fix(text="Compare listen_address and listen_port with what the balancer connects to"),),
    explains=("upstream_dial_refused",),
    shows="connection refused, at the balancer",
    basis="proc_net_tcp.rst: state 0A is LISTEN",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
