"""From a name to addresses: the hosts file and every nameserver, as the gateway's resolver takes them."""

import errno
import ipaddress
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from gwdiag.model.finding import Remedy
from gwdiag.model.words import listed
from gwdiag.probe.details import DnsDetail, ServerReply
from gwdiag.probe.dns_query import Came, Reply
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.how import How
from gwdiag.probe.lookup import GRACE_S, Lookup, look_up
from gwdiag.probe.parallel import started
from gwdiag.probe.resolver_files import ResolverConfig, ResolverFiles, addresses_in_hosts
from gwdiag.probe.stages._dns_remarks import remarks_of
from gwdiag.probe.stages._dns_replies import evidence_of, one_per_server, said, server_of
from gwdiag.probe.target import joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What the stage gives to the next one, and what it says. `fault` where there is no address."""

    addresses: tuple[str, ...]
    detail: DnsDetail
    duration_s: float
    fault: Fault | None
    remarks: tuple[Remark, ...]


def is_address(host: str) -> bool:
    """Whether there is nothing to look up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def resolve(name: str, files: ResolverFiles, how: How) -> Resolved:
    """Looks the name up in the hosts file and at every nameserver."""
    began = time.monotonic()
    in_hosts = () if how.resolver else addresses_in_hosts(files.hosts, name)
    is_pinned = bool(in_hosts) and files.hosts_first
    lookup = look_up(name, files.config, min(how.timeout_s, GRACE_S) if is_pinned else how.timeout_s, how.as_)
    spent = time.monotonic() - began
    in_dns = lookup.addresses
    source, addresses = ("hosts", in_hosts) if is_pinned or (in_hosts and not in_dns) else ("dns", in_dns)
    if how.as_ == "glibc" and not addresses and not how.resolver:
        source, addresses = "system", _of_the_system(name, how.timeout_s)
    fault = None if addresses else _with_files(fault_of(name, lookup, files.config), files)
    return Resolved(
        addresses=addresses,
        detail=_detail(lookup, files.config, source, addresses, in_hosts, how),
        duration_s=spent,
        fault=fault,
        remarks=() if fault else tuple(remarks_of(name, lookup, files.config, source, in_hosts)),
    )


def _with_files(fault: Fault, files: ResolverFiles) -> Fault:
    """A file that could not be read may be all there is to it."""
    return replace(fault, words="; ".join((fault.words, *files.unread)))


def _of_the_system(name: str, wait_s: float) -> tuple[str, ...]:
    """What getaddrinfo(3) finds, with all sources of nsswitch.conf. It cannot be stopped, only left alone."""
    with suppress(OSError, TimeoutError):
        found = started(lambda: socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)).result(wait_s)
        return tuple(dict.fromkeys(str(place[0]) for _, _, _, _, place in found))
    return ()


def _detail(
    lookup: Lookup, config: ResolverConfig, source: str, addresses: tuple[str, ...], hosts: tuple[str, ...], how: How
) -> DnsDetail:
    return DnsDetail(
        source=source,
        resolver=how.as_,
        addresses=addresses,
        aliases=next((one.aliases for one in lookup.deciding if one.aliases), ()),
        ttl_s=next((one.ttl_s for one in lookup.deciding if one.addresses), None),
        lookup_s=0.0 if source == "hosts" else lookup.cost_s,
        queries=0 if source == "hosts" else lookup.queries,
        hosts=hosts,
        search=config.search,
        ndots=config.ndots,
        replies=tuple(
            ServerReply(
                server=server_of(one),
                name=one.question.name,
                kind=one.question.kind,
                came=one.came.value,
                rcode=one.rcode,
                addresses=one.addresses,
                duration_ms=one.duration_s * 1000,
                truncated=one.truncated,
                over_tcp=one.over_tcp.value if one.over_tcp else None,
                icmp=str(one.icmp) if one.icmp else None,
            )
            for one in lookup.replies
        ),
    )


def fault_of(name: str, lookup: Lookup, config: ResolverConfig) -> Fault:
    """Why the look-up gives no address."""
    reply = lookup.failed
    assert reply is not None
    class_, error = _class_and_words(reply)
    others = [one for one in one_per_server(lookup, reply.question.name) if server_of(one) != server_of(reply)]
    words = f"{_what(name, reply)}: nameserver {server_of(reply)} {said(reply)}"
    if others:
        words += "; " + "; ".join(f"nameserver {server_of(one)} {said(one)}" for one in others)
    if len(lookup.asked) > 1:
        words += f". With the search list {listed((one.name for one in lookup.asked), 6)} were asked for"
    return Fault(
        class_=class_,
        words=words,
        log=f"lookup {name} on {joined(*reply.question.server)}: {error}",
        evidence=tuple(evidence_of(one) for one in (reply, *others)),
        remedies=_remedies(reply, config),
        is_telling=True,
    )


def _what(name: str, reply: Reply) -> str:
    aliases = reply.aliases
    if len({name.rstrip("."), *aliases}) < len(aliases) + 1:
        return f"{name} is an alias in a CNAME loop ({' -> '.join((name, *aliases[:4]))})"
    asked = f"{name} is an alias (CNAME) of {aliases[-1]}, which" if aliases else name
    if reply.rcode == "NXDOMAIN":
        return f"{asked} does not exist"
    if reply.rcode == "NODATA":
        return f"{asked} has no address, neither A nor AAAA"
    return f"{name} could not be looked up"


def _class_and_words(reply: Reply) -> tuple[str, str]:
    """The class, and the end of the line that Go logs."""
    server = joined(*reply.question.server)
    if reply.rcode in ("NXDOMAIN", "NODATA") and not reply.is_lame:
        return "dns_not_found", "no such host"
    if Came.SILENCE in (reply.came, reply.over_tcp):
        return "dns_timeout", f"read udp {server}: i/o timeout"
    if reply.came is Came.NO_PORTS:
        return "gateway_port_exhausted", f"dial udp {server}: connect: cannot assign requested address"
    if reply.came is Came.NO_FILES:
        return "gateway_fd_exhausted", f"dial udp {server}: socket: too many open files"
    if reply.came in (Came.CLOSED, Came.NO_TCP):
        return "dns_failure", f"read udp {server}: read: connection refused"
    if reply.came is Came.FORBIDDEN:
        return "dns_failure", f"write udp {server}: write: operation not permitted"
    if reply.came is Came.UNREACHABLE:
        return "dns_failure", f"dial udp {server}: connect: {os.strerror(reply.errno or errno.ENETUNREACH).lower()}"
    return "dns_failure", "server misbehaving"


def _remedies(reply: Reply, config: ResolverConfig) -> tuple[Remedy, ...]:
    if reply.came is Came.FORBIDDEN:
        text = "Look at this node's own rules for what goes out to port 53, and at its table of tracked connections"
        return (Remedy(text=text, command="nft list ruleset"),)
    if reply.rcode == "NXDOMAIN" and reply.aliases:
        return (Remedy(text=f"Correct the alias, or add the record that it leads to: {reply.aliases[-1]}"),)
    if reply.came in (Came.CLOSED, Came.UNREACHABLE, Came.SILENCE) and len(config.servers) == 1:
        return (Remedy(text="Name a nameserver that works in /etc/resolv.conf, and a second one", changes_state=True),)
    return ()
