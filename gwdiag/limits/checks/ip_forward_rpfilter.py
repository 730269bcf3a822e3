"""Packets dropped because they came in on another interface than answers would leave by."""

import re

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable, sysctl
from gwdiag.limits.host import Host

VIRTUAL = re.compile(
    r"lo$|docker|br-|veth|virbr|cni|cali|flannel|cilium|lxc|kube|nodelocaldns|dummy|tunl|ip6tnl|sit|gre|erspan|ip_vti|ip6_vti"
)
"""Interfaces that containers and the kernel add: they are no second way into the network."""


def read(host: Host) -> Reading:
    cards = [name for name in host.now.interfaces if not VIRTUAL.match(name)]
    try:
        dropped, unknown = host.grown(lambda at: at.tcp_ext("IPReversePathFilter")), ""
    except Unreadable as unreadable:
        dropped, unknown = 0, str(unreadable)
    if dropped:
        return Reading(value=dropped, least=Status.CRIT, because=f"{dropped:,} packets were dropped in the window")
    try:
        strict = [name for name in cards if _mode(host, name) == 1]
    except Unreadable as unreadable:
        strict, unknown = [], str(unreadable)
    return Reading(
        value=dropped,
        least=Status.WARN if strict and len(cards) > 1 else Status.OK,
        because=f"strict filtering (1) on {', '.join(strict)}, with {len(cards)} interfaces",
        unknown=unknown,
    )


def _mode(host: Host, name: str) -> int:
    """The stricter of what is set for all and for this one holds, by number: 0 off, 1 strict, 2 loose."""
    every = host.setting("net/ipv4/conf/all/rp_filter")
    try:
        return max(every, host.setting(f"net/ipv4/conf/{name}/rp_filter"))
    except Unreadable as unreadable:
        if "is not there" not in str(unreadable):
            raise
        return every


IP_FORWARD_RPFILTER = LimitCheck(
    title="Packets dropped by reverse path filtering",
    read=read,
    unit="packets",
    conditions="A warning at strict filtering with several interfaces; critical where IPReversePathFilter rises.",
    source=("/proc/sys/net/ipv4/conf/*/rp_filter", "/proc/<pid>/net/netstat TcpExt IPReversePathFilter"),
    rate=True,
    why="Where answers leave by another interface, packets that come in are dropped without a word",
    fixes=(sysctl("net/ipv4/conf/all/rp_filter", 2, "Filter loosely"),),
    explains=("upstream_dial_timeout", "upstream_response_timeout"),
    shows="dial tcp: i/o timeout in one direction only",
    basis="RFC 3704; ip-sysctl.rst",
)
