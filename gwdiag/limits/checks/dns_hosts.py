"""Names that are pinned to an address in /etc/hosts."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.sockets import Socket

PATH = "etc/hosts"


def read(host: Host) -> Reading:
    pinned = {name: address for address, name in _pins(host)}
    known = set(host.settings.upstream_hosts)
    peers = {one.remote for one in _connections(host)}
    used = sorted(name for name, address in pinned.items() if name in known or (not known and address in peers))
    return Reading(
        value=len(used),
        least=Status.WARN if used else Status.OK,
        because=f"{', '.join(used[:3])} stands in it",
        note=f"{len(pinned):,} other names are pinned" if pinned and not used else "",
    )


def _pins(host: Host) -> list[tuple[str, str]]:
    """Address and name of what is neither this node nor a part of it."""
    own = {one.local for one in _connections(host)}
    found = []
    said = [words for line in host.now.lines(PATH) if (words := line.partition("#")[0].split())]
    if said and not any(map(_address, (words[0] for words in said))):
        raise Unreadable(f"/{PATH} is damaged: it holds no address")
    for address, *names in said:
        if not (where := _address(address)):
            continue
        if where.is_loopback or where.is_multicast or str(where) in own or where.is_unspecified:
            continue
        found += [(str(where), name) for name in names if name != host.hostname and not name.startswith("ip6-")]
    return found


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(written)
    except ValueError:
        return None


def _connections(host: Host) -> list[Socket]:
    try:
        return host.now.connections
    except Unreadable:
        return []


DNS_HOSTS = LimitCheck(
    title="Upstreams pinned in /etc/hosts",
    read=read,
    unit="names",
    conditions="A warning where an upstream's name is pinned; without a configuration, where the gateway is connected "
    "to a pinned address.",
    source=("/etc/hosts, as the process sees it",),
    why="The gateway asks this file first and stays with the old address when the upstream moves; dig does not show it",
    fixes=(Fix(text="Take the line out, unless it is meant; /etc/hosts is read again at each look-up"),),
    explains=("upstream_dial_timeout", "upstream_dial_refused", "dns_not_found", "tls_hostname_mismatch"),
    shows="it works with dig and not with the gateway, or the other way round",
    basis="hosts(5), nsswitch.conf(5)",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
