"""Who refused, rejected, dropped or lost a connection: every row of what a kernel can say, and real sockets."""

import errno
import os
import socket
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.error_classes import claim
from gwdiag.probe import icmp, tcp_info
from gwdiag.probe.connect import Attempt, connect
from gwdiag.probe.icmp import Icmp
from gwdiag.probe.kernel import counters, grown, schedule, unanswered_neighbours
from gwdiag.probe.stages.tcp import Around, fault_of
from gwdiag.probe.tcp_info import TcpInfo
from tests.probe.servers import closed_port, full_queue, silent, tcp_server

UP, OURS, ROUTER = "10.0.0.7", "10.0.0.1", "10.0.0.254"


def info(timeouts: int, retransmitted: int) -> TcpInfo:
    return TcpInfo(
        timeouts=timeouts,
        retransmitted=retransmitted,
        unacknowledged=1,
        rtt_ms=None,
        mss=536,
        path_mtu=0,
        out_of_order=0,
    )


def attempt(number: int, *, took: float = 0.001, message: Icmp | None = None, **more: object) -> Attempt:
    return Attempt(
        address=UP,
        port=80,
        duration_s=took,
        errno=number,
        icmp=message,
        local=OURS,
        **more,  # type: ignore[arg-type]
    )


def said(sender: str, code: int, type_: int = 3, version: int = 4) -> Icmp:
    return Icmp(version=version, type=type_, code=code, sender=sender)


SILENCE = attempt(errno.ETIMEDOUT, took=3.0, gave_up=True, info=info(2, 2))
REFUSED, HOST, NET = errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH

ROWS = {
    "closed port": (attempt(REFUSED), Around(), "upstream_dial_refused", "nothing listens on that port"),
    "reject": (
        attempt(REFUSED, message=said(ROUTER, 3)),
        Around(),
        "upstream_dial_refused",
        f"a firewall at {ROUTER} rejects the connection to {UP}:80 (ICMP port unreachable, type 3 code 3",
    ),
    "reject of the host itself": (
        attempt(REFUSED, message=said(UP, 3)),
        Around(),
        "upstream_dial_refused",
        f"the firewall of {UP}:80 itself rejects",
    ),
    "reject of our own": (
        attempt(REFUSED, message=said(OURS, 3)),
        Around(),
        "upstream_dial_refused",
        "this node's own firewall rejects",
    ),
    "admin-prohibited": (
        attempt(HOST, message=said(ROUTER, 13)),
        Around(),
        "upstream_unreachable",
        "ICMP administratively prohibited",
    ),
    "net-prohibited": (
        attempt(NET, message=said(ROUTER, 9)),
        Around(),
        "upstream_unreachable",
        "firewall at 10.0.0.254",
    ),
    "host unreachable": (
        attempt(HOST, took=3.1, message=said(ROUTER, 1)),
        Around(),
        "upstream_unreachable",
        f"the router {ROUTER} finds no host at {UP}",
    ),
    "net unreachable": (
        attempt(NET, message=said(ROUTER, 0)),
        Around(),
        "upstream_unreachable",
        f"the router {ROUTER} has no",
    ),
    "routing loop": (attempt(HOST, message=said(ROUTER, 0, 11)), Around(), "upstream_unreachable", "a routing loop"),
    "ARP unanswered": (
        attempt(HOST, took=3.07, message=said(OURS, 1), info=info(2, 0)),
        Around(silent_neighbours=(UP,)),
        "upstream_unreachable",
        f"nobody on its own network answers ARP for {UP}",
    ),
    "ARP unanswered, given up earlier": (
        attempt(errno.ETIMEDOUT, took=2.0, gave_up=True, info=info(1, 0)),
        Around(),
        "upstream_unreachable",
        "no packet to 10.0.0.7:80 left this node",
    ),
    "next hop dead": (
        attempt(HOST, took=3.07, message=said(OURS, 1), info=info(2, 0)),
        Around(silent_neighbours=(ROUTER,)),
        "upstream_unreachable",
        f"the next hop {ROUTER} does not answer ARP",
    ),
    "no route": (attempt(NET), Around(), "upstream_unreachable", f"this node has no route to {UP}"),
    "unreachable route": (attempt(HOST), Around(), "upstream_unreachable", "a route of this node says"),
    "blackhole": (attempt(errno.EINVAL), Around(), "upstream_unreachable", "a blackhole route of this node"),
    "silent drop": (SILENCE, Around(), "upstream_dial_timeout", "dropped without an answer (3 SYNs in 3.0 s"),
    "own firewall, all": (SILENCE, Around(refuses_udp=True), "upstream_dial_timeout", "own firewall drops"),
    "own firewall, TCP only": (
        SILENCE,
        Around(unsent=2),
        "upstream_dial_timeout",
        "(OUTPUT): the kernel could not hand on",
    ),
    "own firewall, answers": (
        SILENCE,
        Around(undelivered=4),
        "upstream_dial_timeout",
        "own firewall seems to drop the answers",
    ),
    "reverse path filter": (SILENCE, Around(filtered=3, undelivered=3), "upstream_dial_timeout", "reverse path filter"),
    "other packets went astray": (SILENCE, Around(undelivered=1), "upstream_dial_timeout", "dropped without an answer"),
    "local ports": (
        attempt(errno.EADDRNOTAVAIL),
        Around(port_range="41000 41003"),
        "gateway_port_exhausted",
        "ip_local_port_range (41000 to 41003)",
    ),
    "descriptors": (attempt(errno.EMFILE), Around(), "gateway_fd_exhausted", "no file descriptor is free"),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_it_is_called_and_the_log_line_of_the_same_class(row):
    seen, around, class_, words = ROWS[row]
    fault = fault_of(seen, around)

    assert fault.class_ == class_
    assert words in fault.words
    assert claim(f"http: proxy error: {fault.log}").id == class_
    assert fault.evidence


@pytest.mark.parametrize(
    ("number", "message", "around", "class_"),
    [
        (errno.EADDRNOTAVAIL, None, Around(has_ipv6=False), "upstream_unreachable"),
        (errno.EADDRNOTAVAIL, None, Around(), "gateway_port_exhausted"),
        (NET, None, Around(has_ipv6=False), "upstream_unreachable"),
        (REFUSED, said("2001:db8::1", 4, 1, 6), Around(), "upstream_dial_refused"),
        (errno.EACCES, said("2001:db8::1", 1, 1, 6), Around(), "upstream_unreachable"),
        (HOST, said("2001:db8::1", 3, 1, 6), Around(), "upstream_unreachable"),
    ],
)
def test_ipv6(number, message, around, class_):
    seen = Attempt(address="2001:db8::7", port=80, duration_s=0.001, errno=number, icmp=message, local="2001:db8::9")
    fault = fault_of(seen, around)

    assert fault.class_ == class_
    assert "[2001:db8::7]:80" in fault.words + fault.log
    assert ("IPv6" in fault.words) == (not around.has_ipv6)


def test_silence_gives_way_to_what_tells_more():
    assert not fault_of(SILENCE, Around()).is_telling
    assert fault_of(attempt(HOST, message=said(ROUTER, 1)), Around()).is_telling


def test_a_connect_that_works():
    with tcp_server(silent) as port:
        sock, seen = connect("127.0.0.1", port, 5)
        assert sock is not None
        sock.close()

    assert (seen.works, seen.lost_syns, seen.local) == (True, 0, "127.0.0.1")
    assert seen.info is not None
    assert seen.info.rtt_ms is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_closed_port(address):
    with closed_port() as port:
        sock, seen = connect(address, port, 5)

    assert (sock, seen.error, seen.icmp) == (None, "ECONNREFUSED", None)


def test_a_full_accept_queue_is_silence():
    with full_queue() as port:
        sock, seen = connect("127.0.0.1", port, 0.3)

    assert (sock, seen.error, seen.gave_up) == (None, "ETIMEDOUT", True)
    assert 0.3 <= seen.duration_s < 1.5


def test_the_source_address_is_the_one_that_was_asked_for():
    with tcp_server(silent) as port:
        sock, seen = connect("127.0.0.1", port, 5, source="127.0.0.9")
        assert sock is not None
        sock.close()

    assert seen.local == "127.0.0.9"
    assert connect("127.0.0.1", port, 5, source="192.0.2.1")[1].error == "EADDRNOTAVAIL"


def test_small_segments_are_agreed_on():
    with tcp_server(silent) as port:
        sock, _ = connect("127.0.0.1", port, 5, mss=536)
        assert sock is not None
        with sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= 536


def test_no_descriptor_left():
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = len([*Path("/proc/self/fd").iterdir()])
    held: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken + 8, before[1]))
    try:
        while True:
            try:
                held.append(os.dup(1))
            except OSError:
                break
        _, seen = connect("127.0.0.1", 1, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for fd in held:
            os.close(fd)

    assert seen.error == "EMFILE"


def extended(number: int, origin: int, type_: int, code: int, address: str) -> bytes:
    """A struct sock_extended_err with the sockaddr of who sent it."""
    start = struct.pack("=IBBBBII", number, origin, type_, code, 0, 0, 0)
    if ":" in address:
        return (
            start + struct.pack("=HHI", socket.AF_INET6, 0, 0) + socket.inet_pton(socket.AF_INET6, address) + b"\0" * 4
        )
    return start + struct.pack("=HH", socket.AF_INET, 0) + socket.inet_aton(address) + b"\0" * 8


def test_the_kernels_message():
    assert icmp.parsed(extended(REFUSED, 2, 3, 3, ROUTER)) == (REFUSED, said(ROUTER, 3))
    assert icmp.parsed(extended(13, 3, 1, 1, "2001:db8::1")) == (13, said("2001:db8::1", 1, 1, 6))
    assert icmp.parsed(extended(HOST, 1, 0, 0, ROUTER)) == (HOST, None)
    assert icmp.parsed(b"short") is None


@given(st.binary(max_size=64))
def test_any_message_is_read_or_not(data):
    assert icmp.parsed(data) is None or icmp.parsed(data)[0] >= 0  # type: ignore[index]


def test_what_icmp_messages_are_called():
    assert str(said(ROUTER, 13)) == f"ICMP administratively prohibited (type 3 code 13) from {ROUTER}"
    assert str(said("2001:db8::1", 4, 1, 6)) == "ICMPv6 port unreachable (type 1 code 4) from 2001:db8::1"
    assert said(ROUTER, 0, 12).meaning == "type 12 code 0"


def test_tcp_info_of_an_old_kernel_is_shorter():
    data = bytearray(104)
    data[2], data[100] = 3, 2
    struct.pack_into("=I", data, 68, 1500)

    assert tcp_info.parsed(bytes(data)) == TcpInfo(
        timeouts=3, retransmitted=2, unacknowledged=0, rtt_ms=1.5, mss=0, path_mtu=0, out_of_order=None
    )
    with pytest.raises(ValueError, match="of 99 bytes"):
        tcp_info.parsed(bytes(99))


def test_retransmits_in_vain_are_no_losses():
    seen = TcpInfo(
        timeouts=0, retransmitted=2, unacknowledged=0, rtt_ms=1, mss=0, path_mtu=0, out_of_order=0, in_vain=2
    )

    assert (seen.lost, info(0, 2).lost) == (0, 2)


@pytest.mark.parametrize(
    ("retries", "linear", "marks"),
    [(6, 4, [1, 2, 3, 4, 5, 7]), (3, 0, [1, 3, 7]), (0, 4, []), (8, 4, [1, 2, 3, 4, 5, 7, 11, 19])],
)
def test_the_schedule_of_retransmits(retries, linear, marks):
    assert schedule(retries, linear) == marks


def test_neighbours_that_do_not_answer():
    text = """\
IP address       HW type     Flags       HW address            Mask     Device
10.0.0.254       0x1         0x2         52:54:00:12:34:56     *        eth0
10.0.0.7         0x1         0x0         00:00:00:00:00:00     *        eth0
"""
    assert unanswered_neighbours(text) == ("10.0.0.7",)
    assert unanswered_neighbours("") == ()


def test_counters_are_found_by_name():
    before = counters()
    with tcp_server(silent) as port:
        sock, _ = connect("127.0.0.1", port, 5)
        assert sock is not None
        sock.close()

    assert grown(before, counters())["Tcp.ActiveOpens"] >= 1
    assert grown({"A.x": 1, "A.y": 2}, {"A.x": 1, "A.y": 5, "A.z": 1}) == {"A.y": 3, "A.z": 1}
