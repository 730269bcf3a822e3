"""Names to addresses as Go's own resolver does it: /etc/hosts, then the nameservers of /etc/resolv.conf in their order.

Python's getaddrinfo tells neither which server was asked nor how it failed; both are in the messages of the gateway.
Sources: resolv.conf(5), hosts(5); net/dnsclient_unix.go of Go 1.26.
"""

import asyncio
import ipaddress
import random
import socket
from pathlib import Path
from time import monotonic

from gwdiag.gateway.faults import IN_SOCKET, of_lookup
from gwdiag.gateway.go_words import errno_text
from gwdiag.resolv_conf import MOST_SERVERS, ResolvConf, read_resolv_conf

RESOLV_CONF = Path("/etc/resolv.conf")
HOSTS = Path("/etc/hosts")
REREAD_AFTER = 5.0
LOCAL_SERVERS = ("127.0.0.1", "::1")
"""Where no nameserver is named."""
LONGEST_NAME = 254
"""With its dot at the end."""
LARGEST_ANSWER = 1232


class _NotFound(Exception):
    pass


class _Failed(Exception):
    """With Go's words, and whether it was a timeout."""


class Resolver:
    """Asks anew each time: Go keeps no answers either."""

    def __init__(self, resolv_conf: Path = RESOLV_CONF, hosts: Path = HOSTS) -> None:
        self._resolv_conf, self._hosts = resolv_conf, hosts
        self._read_at = float("-inf")
        self._configuration = ResolvConf()
        self._names: dict[str, list[str]] = {}

    async def addresses(self, host: str) -> list[str]:
        """At least one, IPv4 first. Raises Fault."""
        literal = host.strip("[]")
        try:
            return [str(ipaddress.ip_address(literal.partition("%")[0])) + literal.partition("%")[1]]
        except ValueError:
            pass
        self._reread()
        if known := self._names.get(host.lower().rstrip(".")):
            return known
        return await self._ask(host)

    async def _ask(self, host: str) -> list[str]:
        configuration = self._configuration
        failure: Exception = _NotFound()
        server = ""
        for name in candidates(host, configuration, socket.gethostname()):
            try:
                server, found = await self._ask_for(name, configuration)
                if found:
                    return found
                failure = _NotFound()
            except _Failed as error:
                server, failure = error.args[0], error
                break
            except _NotFound as error:
                server, failure = error.args[0], error
        on = f" on {server}" if server else ""
        if isinstance(failure, _NotFound):
            raise of_lookup(f"lookup {host}{on}: no such host", is_missing=True)
        _, text, is_late = failure.args
        raise of_lookup(f"lookup {host}{on}: {text}", is_late=is_late)

    async def _ask_for(self, name: str, configuration: ResolvConf) -> tuple[str, list[str]]:
        """IPv4 and IPv6 at once. Raises _NotFound or _Failed, with the server."""
        both = await asyncio.gather(
            *(self._ask_type(name, kind, configuration) for kind in ("A", "AAAA")), return_exceptions=True
        )
        found = [address for one in both if not isinstance(one, BaseException) for address in one[1]]
        for one in both:
            if isinstance(one, BaseException) and not isinstance(one, _NotFound | _Failed):
                raise one
        if found:
            return "", found
        for one in sorted(
            (one for one in both if isinstance(one, Exception)), key=lambda one: isinstance(one, _NotFound)
        ):
            raise one
        return next(one[0] for one in both if not isinstance(one, BaseException)), []

    async def _ask_type(self, name: str, kind: str, configuration: ResolvConf) -> tuple[str, list[str]]:
        failure = _Failed("", "no DNS servers", False)
        for _ in range(configuration.attempts):
            for server in configuration.addresses()[:MOST_SERVERS] or LOCAL_SERVERS:
                shown = f"[{server}]:53" if ":" in server else f"{server}:53"
                try:
                    rcode, found = await _exchange(name, kind, server, configuration.timeout_s)
                except (TimeoutError, OSError) as error:
                    failure = _Failed(shown, *_words(error, shown))
                    continue
                if rcode == "NXDOMAIN":
                    raise _NotFound(shown)
                if rcode == "NOERROR":
                    return shown, found
                failure = _Failed(shown, "server misbehaving", False)
        raise failure

    def _reread(self) -> None:
        now = monotonic()
        if now - self._read_at < REREAD_AFTER:
            return
        self._read_at = now
        self._configuration = read_resolv_conf(_text(self._resolv_conf))
        self._names = _hosts(_text(self._hosts))


def candidates(host: str, configuration: ResolvConf, hostname: str) -> list[str]:
    """Whole names, in the order in which they are asked for; none where the name is too long."""
    whole = host if host.endswith(".") else host + "."
    if len(whole) > LONGEST_NAME or whole is host:
        return [host] if len(whole) <= LONGEST_NAME else []
    searched = [f"{whole}{domain}." for domain in configuration.searched(hostname)]
    searched = [one for one in searched if len(one) <= LONGEST_NAME]
    return [whole, *searched] if host.count(".") >= configuration.ndots else [*searched, whole]


def _words(error: BaseException, server: str) -> tuple[str, bool]:
    local = getattr(error, "local", "") or "0.0.0.0:0"
    if isinstance(error, TimeoutError):
        return f"read udp {local}->{server}: i/o timeout", True
    number = error.errno or 0 if isinstance(error, OSError) else 0
    call = "read: " if number == 111 else ""
    done = "socket" if number in IN_SOCKET else "connect"
    prefix = f"read udp {local}->{server}" if call else f"dial udp {server}: {done}"
    return f"{prefix}: {call}{errno_text(number)}", False


class _Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        if not self.came.done():
            self.came.set_result(data)

    def error_received(self, error: Exception) -> None:
        if not self.came.done():
            self.came.set_exception(error)


async def _exchange(name: str, kind: str, server: str, timeout: float) -> tuple[str, list[str]]:
    """The code and the addresses of an answer. Raises OSError and TimeoutError with `local`, our address."""
    from dns import exception, message, rcode, rdatatype  # loads where a target is a name

    try:
        query = message.make_query(name, kind, use_edns=0, payload=LARGEST_ANSWER)
    except exception.DNSException:
        return "NXDOMAIN", []
    query.id = random.randrange(1 << 16)
    wire = query.to_wire()
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_Answer, remote_addr=(server, 53))
    local = "{}:{}".format(*transport.get_extra_info("sockname")[:2])
    try:
        async with asyncio.timeout(timeout):
            transport.sendto(wire)
            while True:
                data = await protocol.came
                try:
                    answer = message.from_wire(data)
                    if query.is_response(answer):
                        break
                except exception.DNSException:
                    pass
                protocol.came = loop.create_future()
        if answer.flags & 0x0200:  # cut: the whole of it comes over TCP
            answer = await _exchange_tcp(wire, server, timeout)
    except (TimeoutError, OSError) as error:
        error.local = local  # type: ignore[attr-defined]
        raise
    finally:
        transport.close()
    wanted = rdatatype.from_text(kind)
    found = [str(item) for one in answer.answer if one.rdtype == wanted for item in one]
    return rcode.to_text(answer.rcode()), found


async def _exchange_tcp(wire: bytes, server: str, timeout: float):  # type: ignore[no-untyped-def]
    from dns import message

    async with asyncio.timeout(timeout):
        reader, writer = await asyncio.open_connection(server, 53)
        try:
            writer.write(len(wire).to_bytes(2, "big") + wire)
            size = int.from_bytes(await reader.readexactly(2), "big")
            return message.from_wire(await reader.readexactly(size))
        finally:
            writer.close()


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


def _hosts(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        address, *names = line.split("#")[0].split() or [""]
        try:
            ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            continue
        for name in names:
            found.setdefault(name.lower().rstrip("."), []).append(address)
    return {name: sorted(every, key=lambda one: ":" in one) for name, every in found.items()}
