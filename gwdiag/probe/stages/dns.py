"""From a name to addresses: the hosts file and every nameserver, as the gateway's resolver takes them."""

import errno
import ipaddress
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from gwdiag.model.finding import CommandSource, Evidence, FileSource, Remedy, Severity
from gwdiag.model.words import duration, listed
from gwdiag.probe.details import DnsDetail, ServerReply
from gwdiag.probe.dns_query import Came, Reply
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.how import How
from gwdiag.probe.lookup import GRACE_S, Lookup, look_up
from gwdiag.probe.parallel import started
from gwdiag.probe.resolver_files import HOSTS, ResolverConfig, ResolverFiles, addresses_in_hosts
from gwdiag.probe.target import joined

SLOW_S = 1.0
MANY_QUERIES = 8

RCODES = {
    "SERVFAIL": "server failure: it could not find out",
    "REFUSED": "it refuses to answer this node",
    "FORMERR": "it did not understand the question",
    "NOTIMP": "it does not do such look-ups",
}


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
                server=_server(one),
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


def _server(reply: Reply) -> str:
    address, port = reply.question.server
    return address if port == 53 else joined(address, port)


def said(reply: Reply) -> str:
    """What the nameserver made of it, as words that follow its address."""
    if reply.is_lame:
        return "gives an empty answer and does not look up names for others (a lame server)"
    if reply.came is Came.ANSWER:
        if reply.rcode in RCODES:
            return f"answers {reply.rcode} ({RCODES[reply.rcode]})"
        return f"answers {', '.join(reply.addresses)}" if reply.addresses else f"answers {reply.rcode}"
    if reply.came is Came.CLOSED:
        if reply.icmp and reply.icmp.sender != reply.question.server[0]:
            return f"cannot be asked: a firewall rejects it ({reply.icmp})"
        return f"does no DNS: nothing listens on its port {reply.question.server[1]} (connection refused)"
    if reply.came is Came.NO_TCP:
        over = "silence" if reply.over_tcp is Came.SILENCE else "no connection"
        return f"gives a truncated answer over UDP, and over TCP port {reply.question.server[1]} there is {over}"
    return {
        Came.SILENCE: f"does not answer (silent for {duration(reply.duration_s)})",
        Came.FORBIDDEN: "cannot be asked: this node's own firewall does not let the query out (EPERM)",
        Came.NO_PORTS: "cannot be asked: no local UDP port is free",
        Came.NO_FILES: "cannot be asked: no file descriptor is free",
        Came.UNREACHABLE: f"is unreachable ({reply.icmp or os.strerror(reply.errno or 0)})",
    }[reply.came]


def fault_of(name: str, lookup: Lookup, config: ResolverConfig) -> Fault:
    """Why the look-up gives no address."""
    reply = lookup.failed
    assert reply is not None
    class_, error = _class_and_words(reply)
    others = [one for one in _one_per_server(lookup, reply.question.name) if _server(one) != _server(reply)]
    words = f"{_what(name, reply)}: nameserver {_server(reply)} {said(reply)}"
    if others:
        words += "; " + "; ".join(f"nameserver {_server(one)} {said(one)}" for one in others)
    if len(lookup.asked) > 1:
        words += f". With the search list {listed((one.name for one in lookup.asked), 6)} were asked for"
    return Fault(
        class_=class_,
        words=words,
        log=f"lookup {name} on {joined(*reply.question.server)}: {error}",
        evidence=tuple(_evidence(one) for one in (reply, *others)),
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


def _one_per_server(lookup: Lookup, name: str) -> list[Reply]:
    """The worse of each nameserver's two replies about the name."""
    by_server: dict[str, Reply] = {}
    for one in lookup.replies:
        if one.question.name == name and (_server(one) not in by_server or not one.is_definite):
            by_server[_server(one)] = one
    return list(by_server.values())


def _evidence(reply: Reply) -> Evidence:
    question = reply.question
    return Evidence(
        statement=f"Nameserver {_server(reply)} {said(reply)}, asked for {question.kind} of {question.name}",
        value=reply.duration_s * 1000,
        unit="ms",
        source=CommandSource(command=f"dig {question.kind} {question.name} @{question.server[0]}"),
    )


def _remedies(reply: Reply, config: ResolverConfig) -> tuple[Remedy, ...]:
    if reply.came is Came.FORBIDDEN:
        text = "Look at this node's own rules for what goes out to port 53, and at its table of tracked connections"
        return (Remedy(text=text, command="nft list ruleset"),)
    if reply.rcode == "NXDOMAIN" and reply.aliases:
        return (Remedy(text=f"Correct the alias, or add the record that it leads to: {reply.aliases[-1]}"),)
    if reply.came in (Came.CLOSED, Came.UNREACHABLE, Came.SILENCE) and len(config.servers) == 1:
        return (Remedy(text="Name a nameserver that works in /etc/resolv.conf, and a second one", changes_state=True),)
    return ()


def remarks_of(
    name: str, lookup: Lookup, config: ResolverConfig, source: str, in_hosts: tuple[str, ...]
) -> list[Remark]:
    """What is the matter with a look-up that gives addresses."""
    if source == "system":
        return []
    remarks = _hosts_remarks(name, lookup, in_hosts, source)
    if source == "hosts":
        return remarks
    failing = [one for asked in lookup.asked for one in _one_per_server(lookup, asked.name) if not one.is_definite]
    if failing:
        remarks.append(_failing_nameservers(name, failing, lookup))
    elif lookup.cost_s > SLOW_S:
        remarks.append(_slow(name, lookup))
    if not failing and lookup.queries >= MANY_QUERIES:
        remarks.append(_many_queries(name, lookup, config))
    remarks += _disagreeing(name, lookup)
    truncated = [one for one in lookup.replies if one.truncated and one.over_tcp is Came.ANSWER]
    if truncated:
        text = f"The answer for {name} does not fit into UDP; {_server(truncated[0])} gives it over TCP."
        remarks.append(
            Remark(
                id="dns_truncated",
                severity=Severity.INFO,
                title="The DNS answer is truncated over UDP",
                words=text,
                evidence=(Evidence(statement=text),),
            )
        )
    return remarks


def _hosts_remarks(name: str, lookup: Lookup, in_hosts: tuple[str, ...], source: str) -> list[Remark]:
    kinds = {":" in one for one in in_hosts}
    in_dns = {one: None for one in lookup.addresses if (":" in one) in kinds}
    if not in_dns or set(in_hosts) & set(in_dns):
        return []
    used = "the hosts file is used" if source == "hosts" else "DNS is used"
    words = f"{HOSTS} has {name} as {listed(in_hosts)}, while DNS says {listed(in_dns)}; {used}"
    return [
        Remark(
            id="hosts_file_differs",
            severity=Severity.WARNING,
            title="The hosts file says something else than DNS",
            words=words,
            evidence=(Evidence(statement=words, source=FileSource(path=str(HOSTS))),),
            remedies=(Remedy(text="Compare", command=f"getent ahosts {name}; dig +short {name}"),),
            runbook="dns",
        )
    ]


def _failing_nameservers(name: str, failing: list[Reply], lookup: Lookup) -> Remark:
    each = {(_server(one), one.question.name): one for one in failing}
    words = "; ".join(
        f"nameserver {server} {said(one)}"
        + ("" if asked == f"{name.rstrip('.')}." else f" when it is asked for {asked} (search list)")
        for (server, asked), one in each.items()
    )
    if lookup.cost_s > SLOW_S:
        words += f"; every look-up of {name} costs the gateway {duration(lookup.cost_s)}"
    else:
        words += f"; another one answers for {name}"
    return Remark(
        id="nameserver_fails",
        severity=Severity.WARNING,
        title="A nameserver of the list does not work",
        words=words,
        evidence=tuple(_evidence(one) for one in each.values()),
        remedies=(Remedy(text="Take it out of /etc/resolv.conf, or repair it", changes_state=True),),
        runbook="dns",
    )


def _slow(name: str, lookup: Lookup) -> Remark:
    slowest = max(lookup.replies, key=lambda one: one.duration_s)
    words = (
        f"looking up {name} takes {duration(lookup.cost_s)} (DNS): nameserver {_server(slowest)} needs "
        f"{duration(slowest.duration_s)} for {slowest.question.name} {slowest.question.kind}"
    )
    return Remark(
        id="slow_lookup",
        severity=Severity.WARNING,
        title="The look-up is slow",
        words=words,
        evidence=(Evidence(statement=words, value=lookup.cost_s, unit="s"), _evidence(slowest)),
        remedies=(Remedy(text="Time the nameserver by itself", command=f"dig {name} @{slowest.question.server[0]}"),),
        runbook="dns",
    )


def _many_queries(name: str, lookup: Lookup, config: ResolverConfig) -> Remark:
    names = [one.name for one in lookup.asked]
    words = (
        f"one look-up of {name} takes {lookup.queries} DNS queries: the search list ({' '.join(config.search)}) with "
        f"ndots:{config.ndots} asks for {listed(names, 8)}"
    )
    return Remark(
        id="many_dns_queries",
        severity=Severity.WARNING,
        title="One look-up takes many DNS queries",
        words=words,
        evidence=(Evidence(statement=words, value=lookup.queries, source=FileSource(path="/etc/resolv.conf")),),
        remedies=(
            Remedy(text=f"Write the target with a dot at its end ({name}.), or lower ndots", changes_state=True),
        ),
        runbook="dns",
    )


def _disagreeing(name: str, lookup: Lookup) -> list[Remark]:
    """Nameservers that deny a name which another one knows: which of them is asked then decides."""
    replies = lookup.asked[-1].replies
    knowing = {_server(one) for one in replies if one.addresses}
    denying = [one for one in replies if one.rcode == "NXDOMAIN" and _server(one) not in knowing]
    if not denying:
        return []
    words = f"nameserver {_server(denying[0])} says that {name} does not exist (NXDOMAIN), another one knows it"
    return [
        Remark(
            id="nameservers_disagree",
            severity=Severity.WARNING,
            title="The nameservers disagree",
            words=words,
            evidence=tuple(_evidence(one) for one in denying[:1]),
            remedies=(Remedy(text="List only nameservers that know the same zones", changes_state=True),),
            runbook="dns",
        )
    ]
