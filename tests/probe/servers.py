"""Real servers on loopback: TCP ones that behave as they are told, and nameservers with every kind of answer."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Behaviour = Callable[[socket.socket], None]

STOP = threading.Event
OK = b"HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 09:00:00 GMT\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def tcp_server(
    behaviour: Behaviour, context: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> Iterator[int]:
    """The port of a server with a thread for each connection; `context` makes it one of TLS."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((address, 0))
    listener.listen(64)
    listener.settimeout(0.1)
    over = threading.Event()
    live: list[threading.Thread] = []

    def one(sock: socket.socket) -> None:
        sock.settimeout(5)
        with sock, contextlib.suppress(OSError, ValueError):
            if context:
                with context.wrap_socket(sock, server_side=True) as inside:
                    behaviour(inside)
            else:
                behaviour(sock)

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                thread = threading.Thread(target=one, args=(listener.accept()[0],), daemon=True)
                live.append(thread)
                thread.start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        acceptor.join()
        listener.close()
        for thread in live:
            thread.join(6)


def request(sock: socket.socket) -> bytes:
    """The head of a request; nothing where the client has gone."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = sock.recv(65536)
        if not data:
            return b""
        head += data
    return head


def answers(*replies: bytes) -> Behaviour:
    """A server that answers each request with the next reply, the last one for ever."""

    def behave(sock: socket.socket) -> None:
        number = 0
        while request(sock):
            sock.sendall(replies[min(number, len(replies) - 1)])
            number += 1

    return behave


def once(reply: bytes, then: Behaviour | None = None) -> Behaviour:
    """A server that answers one request and closes, or does something else."""

    def behave(sock: socket.socket) -> None:
        request(sock)
        sock.sendall(reply)
        if then:
            then(sock)

    return behave


def silent(sock: socket.socket) -> None:
    """Reads, and says nothing."""
    while sock.recv(65536):
        pass


def closes(sock: socket.socket) -> None:
    """Closes in an orderly way."""


def resets(sock: socket.socket) -> None:
    """Ends the connection with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def head(status: str, body: bytes = b"", **headers: object) -> bytes:
    """An answer of HTTP. `Content_Length=9` sets another length than the body's."""
    every = {"Content-Length": len(body), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in every.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@dataclass
class Zone:
    """What a nameserver says. Names with their dot at the end; `rcode` by name and kind, or for all with None.

    `silent`: kinds that get no answer. `cut`: names whose answer does not fit into UDP.
    """

    addresses: dict[str, list[str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    rcode: str | None = None
    silent: frozenset[str] = frozenset()
    cut: bool = False
    delay_s: float = 0.0
    lame: bool = False
    seen: list[str] = field(default_factory=list)

    def reply(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = str(question.name), dns.rdatatype.to_text(question.rdtype)
        self.seen.append(f"{name} {kind}")
        if kind in self.silent:
            return None
        answer = dns.message.make_response(query, recursion_available=not self.lame)
        if self.cut and not is_tcp:
            answer.flags |= dns.flags.TC
            return answer.to_wire()
        if self.rcode:
            answer.set_rcode(dns.rcode.from_text(self.rcode))
            return answer.to_wire()
        self._fill(answer, name, kind)
        return answer.to_wire()

    def _fill(self, answer: dns.message.Message, name: str, kind: str) -> None:
        at, hops = name, 0
        while at in self.aliases and hops < 5:
            answer.answer.append(dns.rrset.from_text(at, 30, "IN", "CNAME", self.aliases[at]))
            at, hops = self.aliases[at], hops + 1
        if at in self.aliases or self.lame:
            return
        if at not in self.addresses:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return
        fitting = [one for one in self.addresses[at] if (":" in one) == (kind == "AAAA")]
        if fitting:
            answer.answer.append(dns.rrset.from_text(at, 60, "IN", kind, *fitting))


@contextmanager
def nameserver(zone: Zone, *, over_tcp: bool = True) -> Iterator[tuple[str, int]]:
    """The address and port of a nameserver for the zone, on UDP, and on TCP of the same port."""
    udp, tcp, port = _both()
    if not over_tcp:
        tcp.close()
    over = threading.Event()
    udp.settimeout(0.1)
    timers: list[threading.Timer] = []

    def send(wire: bytes, place: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):
            udp.sendto(wire, place)

    def serve_udp() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                wire, place = udp.recvfrom(4096)
                if reply := zone.reply(wire, is_tcp=False):
                    timers.append(threading.Timer(zone.delay_s, send, (reply, place)))
                    timers[-1].start()

    def serve_tcp() -> None:
        tcp.listen(8)
        tcp.settimeout(0.1)
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                sock, _ = tcp.accept()
                with sock:
                    sock.settimeout(2)
                    size = int.from_bytes(sock.recv(2))
                    if reply := zone.reply(sock.recv(size), is_tcp=True):
                        sock.sendall(len(reply).to_bytes(2) + reply)

    threads = [threading.Thread(target=serve_udp), *([threading.Thread(target=serve_tcp)] if over_tcp else [])]
    for thread in threads:
        thread.start()
    try:
        yield "127.0.0.1", port
    finally:
        over.set()
        for one in (*threads, *timers):
            one.join()
        udp.close()
        tcp.close()


def _both() -> tuple[socket.socket, socket.socket, int]:
    """Two sockets on one port."""
    while True:
        udp, tcp = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
        udp.bind(("127.0.0.1", 0))
        try:
            tcp.bind(udp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
            continue
        return udp, tcp, udp.getsockname()[1]


@contextmanager
def closed_port(kind: int = socket.SOCK_STREAM) -> Iterator[int]:
    """A port on which nothing listens, and that nobody else takes meanwhile."""
    with socket.socket(type=kind) as sock:
        sock.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            yield sock.getsockname()[1]
            return
        port = sock.getsockname()[1]
    yield port


@contextmanager
def full_queue() -> Iterator[int]:
    """A port whose accept queue is full: further connects are dropped without an answer."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    waiting = [socket.socket() for _ in range(3)]
    try:
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
    finally:
        for sock in (*waiting, listener):
            sock.close()
