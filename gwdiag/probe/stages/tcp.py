"""From an address to a connection: who refused, rejected, dropped or lost it, as far as this node's kernel can tell."""

import errno
import os
from dataclasses import dataclass, field

from gwdiag.model.finding import CommandSource, Evidence, FileSource, Remedy
from gwdiag.model.words import counted
from gwdiag.probe import kernel
from gwdiag.probe.connect import Attempt
from gwdiag.probe.fault import Fault
from gwdiag.probe.target import joined
from gwdiag.probe.words import took

AT_ONCE_S = 0.2
"""An error that comes sooner, with no message behind it, is from this node's own tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What this node's kernel says beside a connect that failed.

    `refuses_udp`: not even a datagram gets out to the same place. `unsent`: segments that the kernel could not hand on
    (TCPRetransFail). `undelivered`: packets that came in and were taken away before they reached a socket. `filtered`:
    those of them that the reverse path filter took. `silent_neighbours`: addresses on the own network that nobody
    answers for.
    """

    refuses_udp: bool = False
    unsent: int = 0
    undelivered: int = 0
    filtered: int = 0
    silent_neighbours: tuple[str, ...] = ()
    port_range: str = ""
    has_ipv6: bool = True
    schedule: list[float] = field(default_factory=list)


def look_around(attempt: Attempt, before: dict[str, int]) -> Around:
    """Asks the kernel. `before`: its counters from before the connect."""
    new = kernel.grown(before, kernel.counters())
    taken = new.get("Ip.InReceives", 0) - new.get("Ip.InDelivers", 0) - new.get("Ip.ForwDatagrams", 0)
    return Around(
        refuses_udp=attempt.gave_up and kernel.is_refused_by_ourselves(attempt.address, attempt.port),
        unsent=new.get("TcpExt.TCPRetransFail", 0),
        undelivered=max(0, taken),
        filtered=new.get("TcpExt.IPReversePathFilter", 0),
        silent_neighbours=kernel.silent_neighbours(),
        port_range=kernel.port_range(),
        has_ipv6=kernel.has_ipv6(),
        schedule=kernel.syn_schedule(),
    )


def fault_of(attempt: Attempt, around: Around) -> Fault:
    """Why the connect failed."""
    peer = joined(attempt.address, attempt.port)
    class_, words, remedies = _cause(attempt, around, peer)
    return Fault(
        class_=class_,
        words=words,
        log=f"dial tcp {peer}: {_in_go(attempt)}",
        evidence=tuple(_evidence(attempt, around, peer)),
        remedies=remedies,
        is_telling=not attempt.gave_up or class_ != "upstream_dial_timeout",
    )


Cause = tuple[str, str, tuple[Remedy, ...]]

OWN_RULES = Remedy(text="Look at this node's own firewall", command="nft list ruleset; iptables-save")


def _cause(attempt: Attempt, around: Around, peer: str) -> Cause:
    number = attempt.errno or 0
    if number in (errno.EMFILE, errno.ENFILE):
        return (
            "gateway_fd_exhausted",
            f"no file descriptor is free for a connection to {peer} ({os.strerror(number)})",
            (),
        )
    if number == errno.EADDRNOTAVAIL:
        return _no_source(attempt, around, peer)
    if attempt.icmp and not _is_own_arp(attempt):
        return _rejected(attempt, peer)
    if number == errno.ECONNREFUSED:
        words = (
            f"{peer} refused the connection: its host answered with a reset (RST) in {took(attempt.duration_s)}, so "
            "nothing listens on that port (a closed port), or a firewall resets in its place"
        )
        return "upstream_dial_refused", words, ()
    if _never_left(attempt):
        return _no_neighbour(attempt, around, peer)
    if number == errno.ETIMEDOUT:
        return _silence(attempt, around, peer)
    if attempt.duration_s < AT_ONCE_S:
        return _own_tables(attempt, around, peer)
    return "upstream_unreachable", f"{peer} is unreachable: {os.strerror(number)}", ()


def _no_source(attempt: Attempt, around: Around, peer: str) -> Cause:
    if ":" in attempt.address and not around.has_ipv6:
        return _no_ipv6(peer)
    words = (
        f"no local port is free for a connection to {peer}: every ephemeral source port of ip_local_port_range "
        f"({around.port_range.replace(' ', ' to ')}) is in use towards this address"
    )
    return "gateway_port_exhausted", words, ()


def _no_ipv6(peer: str) -> Cause:
    words = f"{peer} is an IPv6 address, and this node has no IPv6: no address of its own and no route"
    remedy = Remedy(text="Give the name an A record, or the node IPv6")
    return "upstream_unreachable", words, (remedy,)


def _is_own_arp(attempt: Attempt) -> bool:
    """The kernel tells itself `host unreachable` when nobody answered for the address on the wire."""
    message = attempt.icmp
    return bool(
        message
        and message.sender == attempt.local
        and (message.version, message.type, message.code) in ((4, 3, 1), (6, 1, 3))
        and attempt.duration_s > AT_ONCE_S
    )


def _never_left(attempt: Attempt) -> bool:
    if _is_own_arp(attempt):
        return True
    info = attempt.info
    return attempt.gave_up and info is not None and info.timeouts > 0 and info.retransmitted == 0


def _rejected(attempt: Attempt, peer: str) -> Cause:
    message = attempt.icmp
    assert message is not None
    by = f"ICMP {message.meaning}, type {message.type} code {message.code}, sent by {message.sender}"
    if message.version == 6:
        by = by.replace("ICMP", "ICMPv6", 1)
    class_ = "upstream_dial_refused" if message.is_port_unreachable else "upstream_unreachable"
    if message.is_time_exceeded:
        return class_, f"packets to {peer} go round in circles: a routing loop ({by})", ()
    if message.sender == attempt.local:
        words = f"this node's own firewall rejects connections to {peer} ({by}, which is this node)"
        return class_, words, (OWN_RULES,)
    if message.is_port_unreachable or message.is_prohibited:
        who = (
            f"the firewall of {peer} itself" if message.sender == attempt.address else f"a firewall at {message.sender}"
        )
        words = f"{who} rejects the connection to {peer} ({by}); a closed port would have sent a reset, not ICMP"
        return (
            class_,
            words,
            (Remedy(text=f"Ask whoever runs {message.sender} for a rule that lets this node through"),),
        )
    if message.meaning.startswith("host") or message.meaning == "address unreachable":
        words = f"the router {message.sender} finds no host at {attempt.address} ({by}): it is off, or has moved"
    else:
        words = f"the router {message.sender} has no route to {attempt.address} ({by})"
    return class_, words, (Remedy(text=f"Look at the routes and neighbours of {message.sender}"),)


def _no_neighbour(attempt: Attempt, around: Around, peer: str) -> Cause:
    hop = next((one for one in around.silent_neighbours if one != attempt.address), None)
    how = "neighbour discovery" if ":" in attempt.address else "ARP"
    if hop and attempt.address not in around.silent_neighbours:
        words = f"no packet to {peer} left this node: the next hop {hop} does not answer {how} (no such neighbour)"
    else:
        words = (
            f"no packet to {peer} left this node: nobody on its own network answers {how} for {attempt.address} "
            "(no such neighbour): the host is off, or in another network"
        )
    return "upstream_unreachable", words, (Remedy(text="See the neighbours", command="ip neigh show"),)


def _silence(attempt: Attempt, around: Around, peer: str) -> Cause:
    sent = 1 + (attempt.info.retransmitted if attempt.info else 0)
    if around.refuses_udp or around.unsent:
        proof = (
            "it does not let a UDP datagram out to there either (EPERM)"
            if around.refuses_udp
            else f"the kernel could not hand on {counted(around.unsent, 'packet')} (TCPRetransFail)"
        )
        words = f"this node's own firewall drops connections to {peer} on their way out (OUTPUT): {proof}"
        return "upstream_dial_timeout", words, (OWN_RULES,)
    tries = f"{counted(sent, 'SYN')} in {took(attempt.duration_s)}, no answer"
    if around.filtered:
        words = f"{peer} answers, and this node's reverse path filter (rp_filter) drops the answers: {tries}"
        return (
            "upstream_dial_timeout",
            words,
            (Remedy(text="See the way back", command=f"ip route get {attempt.address}"),),
        )
    if around.undelivered >= sent:
        words = (
            f"no answer from {peer} gets through ({tries}), while {counted(around.undelivered, 'packet')} came in that "
            "reached no socket: this node's own firewall seems to drop the answers (INPUT)"
        )
        return "upstream_dial_timeout", words, (OWN_RULES,)
    words = (
        f"connections to {peer} are dropped without an answer ({tries}): a firewall or security group on the way drops "
        "them silently, the host is gone, or its accept queue is full"
    )
    return "upstream_dial_timeout", words, ()


def _own_tables(attempt: Attempt, around: Around, peer: str) -> Cause:
    number = attempt.errno or 0
    if ":" in attempt.address and not around.has_ipv6:
        return _no_ipv6(peer)
    words = {
        errno.ENETUNREACH: f"this node has no route to {attempt.address}",
        errno.EHOSTUNREACH: f"a route of this node says that {attempt.address} is unreachable",
        errno.EACCES: f"a route or rule of this node prohibits {attempt.address}, or a security policy does",
        errno.EINVAL: f"a blackhole route of this node swallows what goes to {attempt.address}",
        errno.EPERM: f"this node's own firewall or security policy does not permit connections to {peer}",
    }.get(number, f"{peer} cannot be connected to")
    remedies = (Remedy(text="See which way this node would go", command=f"ip route get {attempt.address}; ip rule"),)
    return "upstream_unreachable", f"{words} ({os.strerror(number)}, at once, without a packet sent)", remedies


def _evidence(attempt: Attempt, around: Around, peer: str) -> list[Evidence]:
    end = "no answer" if attempt.gave_up else attempt.error
    found = [
        Evidence(
            statement=f"connect to {peer}: {end} after {took(attempt.duration_s)}"
            + (f"; {attempt.icmp}" if attempt.icmp else ""),
            value=attempt.duration_s * 1000,
            unit="ms",
            source=CommandSource(command=f"nc -vz -w 5 {attempt.address} {attempt.port}"),
        )
    ]
    info = attempt.info
    if attempt.gave_up and info:
        due = [f"{at:g}" for at in around.schedule if at <= attempt.duration_s]
        found.append(
            Evidence(
                statement=f"TCP_INFO: {counted(info.timeouts, 'retransmit timer')} fired, "
                f"{counted(info.retransmitted, 'SYN')} sent once more; by this kernel's settings due after "
                f"{', '.join(due) or 'more'} s",
                value=info.retransmitted,
                source=CommandSource(command="ss -tino state syn-sent"),
            )
        )
    if _never_left(attempt) and around.silent_neighbours:
        text = f"no answer from the neighbours {', '.join(around.silent_neighbours[:4])}"
        found.append(Evidence(statement=text, source=FileSource(path=str(kernel.NEIGHBOURS))))
    return found


GO_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network is unreachable",
    errno.EADDRNOTAVAIL: "cannot assign requested address",
}


def _in_go(attempt: Attempt) -> str:
    """What Go's net.Dialer says after the address."""
    number = attempt.errno or 0
    if number in (errno.EMFILE, errno.ENFILE):
        return "socket: too many open files"
    if _never_left(attempt):
        return "connect: no route to host"  # what the kernel says after three seconds
    if attempt.gave_up:
        return "i/o timeout"
    return f"connect: {GO_WORDS.get(number, os.strerror(number).lower())}"
