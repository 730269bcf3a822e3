"""What clients meet: accept queues, SYN queues, ports that nobody listens on."""

import json

import pytest

from gwdiag.limits.settings import Settings
from tests.limits.node import LISTENING, PROC, TCP_HEADER, checked, descriptors, grown, said, socket, sockets

NETSTAT = f"{PROC}/net/netstat"
TCP = f"{PROC}/net/tcp"
TCP6_HEADER = TCP_HEADER
V6 = (
    "   0: {address}:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 "
    "1065835 1 000000005cb05940 100 0 0 10 0\n"
)


def listen(*queues: tuple[int, int, int]) -> str:
    told = [{"address": "0.0.0.0", "port": port, "rqueue": now, "backlog": most} for port, now, most in queues]
    return json.dumps({"listen": told})


@pytest.mark.parametrize(("value", "status"), [(1024, "ok"), (1023, "warn"), (129, "warn"), (128, "crit")])
def test_somaxconn(value, status):
    assert said(checked("listen.somaxconn", {"proc/sys/net/core/somaxconn": f"{value}\n"})) == (status, value)


def test_a_backlog_that_was_fixed_before_somaxconn_was_raised():
    one = checked("listen.somaxconn", {"syscalls.json": listen((8080, 0, 128))})

    assert one.statement == (
        "4,096 connections; but the listener on port 8080 has a backlog of 128, fixed at its start"
    )


@pytest.mark.parametrize(
    ("queues", "status", "value"),
    [
        ([(8080, 50, 100)], "ok", 0.5),
        ([(8080, 51, 100)], "warn", 0.51),
        ([(8080, 99, 100)], "warn", 0.99),
        ([(8080, 100, 100)], "crit", 1.0),
        ([(8080, 101, 100)], "crit", 1.01),
        ([(8080, 0, 100), (22, 129, 128)], "ok", 0.0),  # another's queue
        ([(22, 0, 128)], "unavailable", None),
        ([(8080, -1, 100)], "unavailable", None),
        ([(8080, 1, 0)], "crit", 1.0),
    ],
)
def test_the_accept_queue(queues, status, value):
    assert said(checked("listen.accept_queue", {"syscalls.json": listen(*queues)})) == (status, value)


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"listen": 3}', '{"listen": [3]}', '{"listen": []}'])
def test_an_accept_queue_that_was_not_told(text):
    assert checked("listen.accept_queue", {"syscalls.json": text}).status == "unavailable"


@pytest.mark.parametrize(
    ("name", "counter", "by", "status", "value"),
    [
        ("listen.overflows", "ListenOverflows", 0, "ok", 0.0),
        ("listen.overflows", "ListenOverflows", 1, "warn", 0.1),
        ("listen.overflows", "ListenOverflows", 10, "warn", 1.0),
        ("listen.overflows", "ListenOverflows", 11, "crit", 1.1),
        ("listen.drops", "ListenDrops", 0, "ok", 0.0),
        ("listen.drops", "ListenDrops", 10, "warn", 1.0),
        ("listen.drops", "ListenDrops", 11, "crit", 1.1),
        ("listen.synq_full", "TCPReqQFullDrop", 1, "warn", 0.1),
        ("listen.synq_full", "TCPReqQFullDoCookies", 11, "crit", 1.1),
        ("listen.syncookies", "SyncookiesSent", 0, "ok", 0),
        ("listen.syncookies", "SyncookiesSent", 1, "warn", 1),
        ("listen.syncookies", "TCPReqQFullDrop", 5, "ok", 0),
        ("tcp.timestamps_paws", "PAWSEstab", 1, "warn", 0.1),
        ("tcp.timestamps_paws", "PAWSActive", 11, "crit", 1.1),
    ],
)
def test_counters(name, counter, by, status, value):
    assert said(checked(name, {NETSTAT: grown("TcpExt", **{counter: by})})) == (status, value)


def test_a_syn_queue_that_drops_with_cookies_off():
    faults = {NETSTAT: grown("TcpExt", TCPReqQFullDrop=5), "proc/sys/net/ipv4/tcp_syncookies": "0\n"}

    assert said(checked("listen.syncookies", faults)) == ("crit", 0)


@pytest.mark.parametrize(("value", "status"), [(1024, "ok"), (1023, "warn"), (256, "warn"), (255, "crit")])
def test_the_syn_backlog(value, status):
    setting = {"proc/sys/net/ipv4/tcp_max_syn_backlog": f"{value}\n"}

    assert said(checked("listen.syn_backlog", setting)) == (status, value)


@pytest.mark.parametrize(("value", "status"), [(0, "ok"), (1, "warn")])
def test_abort_on_overflow(value, status):
    setting = {"proc/sys/net/ipv4/tcp_abort_on_overflow": f"{value}\n"}

    assert said(checked("listen.abort_on_overflow", setting)) == (status, value)


@pytest.mark.parametrize(
    ("tcp", "tcp6", "status"),
    [
        (sockets(), None, "ok"),
        (TCP_HEADER, TCP6_HEADER + V6.format(address="0" * 32), "ok"),  # Go listens on [::] for both
        (TCP_HEADER, TCP6_HEADER, "crit"),
        (TCP_HEADER + socket("0.0.0.0:8081", "0.0.0.0:0", "0A"), None, "crit"),
        (TCP_HEADER + socket("127.0.0.1:8080", "0.0.0.0:0", "0A"), None, "crit"),
        (TCP_HEADER, TCP6_HEADER + V6.format(address="00000000000000000000000001000000"), "crit"),  # ::1
        (TCP_HEADER + socket("10.88.0.1:8080", "10.88.0.2:9000", "01"), None, "crit"),  # connected, not listening
        (TCP_HEADER + socket("10.88.0.1:8080", "0.0.0.0:0", "0A"), None, "ok"),
    ],
)
def test_a_port_that_nobody_listens_on(tcp, tcp6, status):
    assert checked("listen.missing", {TCP: tcp, f"{PROC}/net/tcp6": tcp6}).status == status


def test_a_gateway_that_is_told_to_listen_on_loopback_does_right():
    faults = {TCP: TCP_HEADER + socket("127.0.0.1:8080", "0.0.0.0:0", "0A")}

    assert checked("listen.missing", faults, settings=Settings(listen_address="127.0.0.1")).status == "ok"


def test_a_port_of_another_process_is_not_the_gateways():
    faults = {
        TCP: sockets(socket("10.88.0.1:40000", "10.88.0.2:9000", "01", inode=1069001)),
        f"{PROC}/fd.txt": descriptors(5),
    }

    assert checked("listen.missing", faults).status == "crit"


def test_whose_a_port_is_takes_the_right_to_see_descriptors():
    refused = {"unreadable": [f"{PROC}/fd"]}

    assert checked("listen.missing", {}, **refused).status == "unavailable"
    assert checked("listen.missing", {TCP: TCP_HEADER}, **refused).status == "crit"


def test_ports_that_nobody_told_cannot_be_missing():
    environment = {f"{PROC}/environ": "PATH=/bin\0", f"{PROC}/fd.txt": descriptors(3, "socket:[1065835]")}
    one = checked("listen.missing", {TCP: TCP_HEADER + LISTENING, **environment}, listen=[])

    assert (one.status, one.statement) == ("info", "it listens on 8080; on which it should was not given")
