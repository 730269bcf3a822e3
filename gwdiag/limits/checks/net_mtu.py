"""Packets larger than the way to the upstreams may take."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, sysctl
from gwdiag.limits.checks._routes import egress
from gwdiag.limits.host import Host

ETHERNET = 1500


def read(host: Host) -> Reading:
    sizes = {name: host.now.number(host.now.interface(name, "mtu")) for name in egress(host.now)}
    name, size = max(sizes.items(), key=lambda one: one[1])
    return Reading(
        value=size,
        least=Status.WARN if size > ETHERNET and not _probes(host) else Status.OK,
        because="more than Ethernet's 1,500 towards the default route, and MTU probing is off",
        note=f"on {name}",
    )


def _probes(host: Host) -> bool:
    try:
        return host.setting("net/ipv4/tcp_mtu_probing") > 0
    except Unreadable:
        return False


NET_MTU = LimitCheck(
    title="Packet size towards the upstreams",
    read=read,
    unit="bytes in a packet",
    conditions="A warning above 1500 bytes on the interface of the default route, unless TCP probes for the MTU.",
    source=("/sys/class/net/<if>/mtu", "/proc/sys/net/ipv4/tcp_mtu_probing"),
    why="Where the way takes less, handshakes work and large bodies hang",
    fixes=(sysctl("net/ipv4/tcp_mtu_probing", 1, "Let TCP find the size that gets through"),),
    explains=("upstream_response_timeout", "tls_handshake", "enforced_timeout"),
    shows="context deadline exceeded for large bodies only; TLS handshake timeout",
    basis="RFC 4821; ip-sysctl.rst",
)
