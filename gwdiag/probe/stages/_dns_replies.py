"""What nameservers said, in words."""

import os

from gwdiag.model.finding import CommandSource, Evidence
from gwdiag.model.words import duration
from gwdiag.probe.dns_query import Came, Reply
from gwdiag.probe.lookup import Lookup
from gwdiag.probe.target import joined

RCODES = {
    "SERVFAIL": "server failure: it could not find out",
    "REFUSED": "it refuses to answer this node",
    "FORMERR": "it did not understand the question",
    "NOTIMP": "it does not do such look-ups",
}


def server_of(reply: Reply) -> str:
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


def one_per_server(lookup: Lookup, name: str) -> list[Reply]:
    """The worse of each nameserver's two replies about the name."""
    by_server: dict[str, Reply] = {}
    for one in lookup.replies:
        if one.question.name == name and (server_of(one) not in by_server or not one.is_definite):
            by_server[server_of(one)] = one
    return list(by_server.values())


def evidence_of(reply: Reply) -> Evidence:
    question = reply.question
    return Evidence(
        statement=f"Nameserver {server_of(reply)} {said(reply)}, asked for {question.kind} of {question.name}",
        value=reply.duration_s * 1000,
        unit="ms",
        source=CommandSource(command=f"dig {question.kind} {question.name} @{question.server[0]}"),
    )
