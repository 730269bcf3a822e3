"""Asks nameservers, all at once, and keeps apart what can come back.

Each question goes out on a connected UDP socket, as a gateway's resolver does it: a closed port and a firewall's ICMP
message end the wait, where an unconnected socket would see silence. A truncated answer is asked for once more with TCP.
"""

import errno
import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from gwdiag.probe import icmp
from gwdiag.probe.icmp import Icmp
from gwdiag.probe.kernel import sockaddr

Server = tuple[str, int]
"""Address and port of a nameserver."""

LARGEST_ANSWER = 1232
"""Bytes that a resolver says it takes over UDP (DNS flag day 2020); what Go says as well."""


class Came(StrEnum):
    """What came back."""

    ANSWER = "answer"
    SILENCE = "silence"
    CLOSED = "closed port"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "not permitted"
    NO_PORTS = "no local port"
    NO_FILES = "no file descriptor"
    NO_TCP = "truncated, and no answer over TCP"


@dataclass(frozen=True, slots=True)
class Question:
    """A name with its dot at the end, and `A` or `AAAA`."""

    server: Server
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a nameserver made of a question.

    `rcode` is NODATA for NOERROR without an address; null where nothing was answered. `aliases`: the CNAME chain,
    without the name that was asked for. `over_tcp`: what became of the second try after a truncated answer; null where
    UDP did. `is_lame`: an empty answer of a server that neither knows nor asks others; resolvers go on to the next
    one.
    """

    question: Question
    came: Came
    duration_s: float
    rcode: str | None = None
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    ttl_s: int | None = None
    truncated: bool = False
    over_tcp: Came | None = None
    is_lame: bool = False
    icmp: Icmp | None = None
    errno: int | None = None

    @property
    def is_definite(self) -> bool:
        """A resolver takes this for the truth and asks no other nameserver."""
        return self.came is Came.ANSWER and self.rcode in ("NOERROR", "NODATA", "NXDOMAIN") and not self.is_lame


@dataclass(slots=True)
class _Line:
    """A socket towards one server, and the questions that wait on it by their message id."""

    sock: socket.socket
    sent_at: float
    waiting: dict[int, tuple[Question, dns.message.QueryMessage]] = field(default_factory=dict)


def ask(
    questions: Iterable[Question], wait_s: float, *, edns: bool, is_enough: Callable[[list[Reply], float], bool]
) -> list[Reply]:
    """The replies, in the order of the questions; silence is one.

    It ends when all have come, after `wait_s`, or when `is_enough` says so of what came within so many seconds.
    """
    every = list(questions)
    began = time.monotonic()
    with selectors.DefaultSelector() as selector:
        lines, replies = _sent(every, edns)
        for line in lines:
            selector.register(line.sock, selectors.EVENT_READ, line)
        while any(line.waiting for line in lines):
            spent = time.monotonic() - began
            if spent >= wait_s or is_enough(list(replies.values()), spent):
                break
            for key, _ in selector.select(min(wait_s - spent, 0.1)):
                replies |= {one.question: one for one in _received(key.data)}
        waited = time.monotonic() - began
        for line in lines:
            line.sock.close()
    silent = {one: Reply(question=one, came=Came.SILENCE, duration_s=waited) for one in every}
    return [_over_tcp(one, wait_s, edns) if one.truncated else one for one in (silent | replies).values()]


def _sent(questions: list[Question], edns: bool) -> tuple[list[_Line], dict[Question, Reply]]:
    """The sockets with their questions under way, and the replies to those that could not even be sent."""
    by_server: defaultdict[tuple[Server, str], list[Question]] = defaultdict(list)
    for question in questions:
        by_server[question.server, question.name].append(question)
    lines: list[_Line] = []
    failed: dict[Question, Reply] = {}
    for (server, _), together in by_server.items():
        began = time.monotonic()
        try:
            line = _Line(_connected(server), began)
        except OSError as error:
            failed |= {one: _failed(one, error.errno, None, time.monotonic() - began) for one in together}
            continue
        lines.append(line)
        for question in together:
            message = query(question, edns)
            line.waiting[message.id] = question, message
            try:
                line.sock.send(message.to_wire())
            except OSError as error:
                del line.waiting[message.id]
                failed[question] = _failed(question, error.errno, None, time.monotonic() - began)
    return lines, failed


def query(question: Question, edns: bool) -> dns.message.QueryMessage:
    """The message that asks it."""
    message = dns.message.make_query(question.name, question.kind)
    if edns:
        message.use_edns(0, payload=LARGEST_ANSWER)
    return message


def _connected(server: Server) -> socket.socket:
    family, place = sockaddr(*server)
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        icmp.listen(sock)
        sock.connect(place)
    except OSError:
        sock.close()
        raise
    return sock


def _received(line: _Line) -> list[Reply]:
    """What can be read of the socket: an answer, or an error that ends the wait for all that is asked there."""
    spent = time.monotonic() - line.sent_at
    kept = icmp.read(line.sock)
    if kept is None:
        try:
            return _answers(line, line.sock.recv(65535), spent)
        except BlockingIOError:
            return []
        except OSError as error:
            kept = error.errno or 0, None
    replies = [_failed(question, *kept, spent) for question, _ in line.waiting.values()]
    line.waiting.clear()
    return replies


def _answers(line: _Line, wire: bytes, spent: float) -> list[Reply]:
    """The answer, if it is one: resolvers pass over what does not fit, and go on waiting."""
    message = parsed_answer(wire)
    asked = line.waiting.get(message.id) if message else None
    if not message or not asked or not asked[1].is_response(message):
        return []
    del line.waiting[message.id]
    return [reply_of(asked[0], message, spent)]


def parsed_answer(wire: bytes) -> dns.message.Message | None:
    """The message in these bytes, None where it is none."""
    try:
        return dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return None


def reply_of(question: Question, message: dns.message.Message, duration_s: float) -> Reply:
    """What the message says about the name, along its aliases."""
    kind = dns.rdatatype.from_text(question.kind)
    answer = [rrset for rrset in message.answer if rrset.rdclass == dns.rdataclass.IN]
    records = [rrset for rrset in answer if rrset.rdtype == kind]
    links = [one for rrset in answer if rrset.rdtype == dns.rdatatype.CNAME for one in rrset]
    addresses = tuple(dict.fromkeys(one.address for rrset in records for one in rrset))
    rcode = dns.rcode.to_text(message.rcode())
    is_empty = rcode == "NOERROR" and not addresses
    return Reply(
        question=question,
        came=Came.ANSWER,
        duration_s=duration_s,
        rcode="NODATA" if is_empty else rcode,
        addresses=addresses,
        aliases=tuple(str(one.target).rstrip(".") for one in links),
        ttl_s=min((rrset.ttl for rrset in answer), default=None),
        truncated=bool(message.flags & dns.flags.TC),
        is_lame=is_empty and not message.answer and not message.flags & (dns.flags.AA | dns.flags.RA),
    )


def _over_tcp(truncated: Reply, wait_s: float, edns: bool) -> Reply:
    began = time.monotonic()
    server = truncated.question.server
    try:
        message = dns.query.tcp(query(truncated.question, edns), server[0], timeout=wait_s, port=server[1])
    except (dns.exception.Timeout, OSError, EOFError, dns.exception.DNSException) as error:
        came = Came.SILENCE if isinstance(error, dns.exception.Timeout | TimeoutError) else Came.CLOSED
        spent = truncated.duration_s + time.monotonic() - began
        return replace(truncated, came=Came.NO_TCP, over_tcp=came, rcode=None, addresses=(), duration_s=spent)
    whole = reply_of(truncated.question, message, truncated.duration_s + time.monotonic() - began)
    return replace(whole, truncated=True, over_tcp=Came.ANSWER)


def _failed(question: Question, number: int | None, message: Icmp | None, duration_s: float) -> Reply:
    kinds = {
        errno.ECONNREFUSED: Came.CLOSED,
        errno.EPERM: Came.FORBIDDEN,
        errno.EAGAIN: Came.NO_PORTS,
        errno.EADDRNOTAVAIL: Came.NO_PORTS,
        errno.EADDRINUSE: Came.NO_PORTS,
        errno.EMFILE: Came.NO_FILES,
        errno.ENFILE: Came.NO_FILES,
    }
    came = kinds.get(number or 0, Came.UNREACHABLE)
    return Reply(question=question, came=came, duration_s=duration_s, icmp=message, errno=number)
