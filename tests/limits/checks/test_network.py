"""Interfaces, routes, and what TCP and UDP count."""

import pytest

from gwdiag.limits.checks.tcp_syn_retries import schedule
from gwdiag.limits.settings import Settings
from tests.limits.node import PROC, TCP_HEADER, checked, grown, replaced, said

NETSTAT, SNMP = f"{PROC}/net/netstat", f"{PROC}/net/snmp"
ETH0 = "sys/class/net/eth0"
ROUTES = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
DEFAULT = "eth0\t00000000\t0200580A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
LINK = "eth0\t0000580A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
NOWHERE = "*\t0000640A\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
DOWN_ROUTE = "eth0\t00000000\t0200580A\t0002\t0\t0\t0\t00000000\t0\t0\t0\n"
HALVES = (
    "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
    "tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
)
V6_DEFAULT = f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 27}1 00000400 00000001 00000000 00450003     eth0\n"
V6_REJECT = f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n"


@pytest.mark.parametrize(
    ("name", "file", "group", "by", "status", "value"),
    [
        ("tcp.retrans_rate", SNMP, "Tcp", {"RetransSegs": 198, "OutSegs": 0}, "ok", 0.01),
        ("tcp.retrans_rate", SNMP, "Tcp", {"RetransSegs": 199, "OutSegs": 0}, "warn", 0.0101),
        ("tcp.retrans_rate", SNMP, "Tcp", {"RetransSegs": 999}, "crit", 0.05005),
        ("tcp.attempt_fails", SNMP, "Tcp", {"AttemptFails": 30}, "warn", 0.1),
        ("tcp.attempt_fails", SNMP, "Tcp", {"AttemptFails": 31}, "crit", 0.1033),
        ("tcp.attempt_fails", SNMP, "Tcp", {"AttemptFails": 2}, "ok", 0.0067),
        ("tcp.resets", SNMP, "Tcp", {"EstabResets": 2}, "ok", 0.0017),
        ("tcp.resets", SNMP, "Tcp", {"EstabResets": 30}, "warn", 0.025),
        ("tcp.resets", SNMP, "Tcp", {"EstabResets": 61}, "crit", 0.0508),
        ("tcp.timeouts", NETSTAT, "TcpExt", {"TCPTimeouts": 10}, "ok", 1.0),
        ("tcp.timeouts", NETSTAT, "TcpExt", {"TCPTimeouts": 11}, "warn", 1.1),
        ("tcp.timeouts", NETSTAT, "TcpExt", {"TCPAbortOnTimeout": 1}, "crit", 0.0),
        ("tcp.syn_retrans", NETSTAT, "TcpExt", {"TCPSynRetrans": 2}, "ok", 0.0067),  # too few to speak of
        ("tcp.syn_retrans", NETSTAT, "TcpExt", {"TCPSynRetrans": 3}, "warn", 0.01),
        ("tcp.syn_retrans", NETSTAT, "TcpExt", {"TCPSynRetrans": 16}, "crit", 0.0533),
        ("udp.errors", SNMP, "Udp", {"RcvbufErrors": 1}, "ok", 0.1),
        ("udp.errors", SNMP, "Udp", {"RcvbufErrors": 2, "InErrors": 2}, "warn", 0.2),
        ("udp.errors", SNMP, "Udp", {"RcvbufErrors": 11, "InErrors": 11}, "crit", 1.1),
        ("net.mtu_blackhole", NETSTAT, "TcpExt", {"TCPMTUPSuccess": 1}, "warn", 1),
        ("net.mtu_blackhole", SNMP, "Ip", {"FragFails": 1}, "warn", 1),
        ("net.mtu_blackhole", SNMP, "Ip", {}, "ok", 0),
        ("ip.forward_rpfilter", NETSTAT, "TcpExt", {"IPReversePathFilter": 1}, "crit", 1),
    ],
)
def test_counters(name, file, group, by, status, value):
    one = checked(name, {file: grown(group, **by)})

    assert (one.status, one.value) == (status, pytest.approx(value, abs=6e-5))


def test_a_counter_that_went_back_is_no_rate():
    one = checked("tcp.retrans_rate", {SNMP: grown("Tcp", RetransSegs=-14, OutSegs=-200000)})

    assert (one.status, one.why) == (
        "unavailable",
        "a counter went back from 12 to 0: it was reset between the two readings",
    )


def test_a_reboot_between_the_readings():
    boots = ("8f0e7a54-5d3b-4d8a-9a0e-3c5b8f6f7a11\n", "11111111-5d3b-4d8a-9a0e-3c5b8f6f7a11\n")
    one = checked("listen.overflows", {"proc/sys/kernel/random/boot_id": boots})

    assert (one.status, one.why) == ("unavailable", "the node was rebooted between the two readings")


@pytest.mark.parametrize("interval", [None, 0, -1, "10", True, float("nan")])
def test_without_the_time_between_there_is_no_rate(interval):
    assert checked("listen.overflows", {}, interval_s=interval).status == "unavailable"


def test_when_syns_are_sent_again():
    assert schedule(6, 4) == [1, 2, 3, 4, 5, 7, 11]
    assert schedule(6, 0) == [1, 3, 7, 15, 31, 63, 127]
    assert schedule(0, 4) == [1]


@pytest.mark.parametrize("linear", ["4\n", None])
def test_the_schedule_of_this_kernel_is_told(linear):
    one = checked("tcp.syn_retries", {"proc/sys/net/ipv4/tcp_syn_linear_timeouts": linear})
    marks = "1, 2, 3, 4, 5, 7 s, given up after 11 s" if linear else "1, 3, 7, 15, 31, 63 s, given up after 127 s"

    assert one.statement == f"6 retries; sent again after {marks}; the gateway gives up after 30 s"


@pytest.mark.parametrize(
    ("name", "setting", "value", "given", "status"),
    [
        ("tcp.keepalive", "tcp_keepalive_time", 239, None, "ok"),
        ("tcp.keepalive", "tcp_keepalive_time", 240, None, "warn"),
        ("tcp.keepalive", "tcp_keepalive_time", 7200, None, "warn"),
        ("tcp.keepalive", "tcp_keepalive_time", 300, 350.0, "ok"),
        ("tcp.keepalive", "tcp_keepalive_time", 60, 60.0, "warn"),
        ("tcp.user_timeout_rto", "tcp_retries2", 14, None, "ok"),
        ("tcp.user_timeout_rto", "tcp_retries2", 15, None, "warn"),
        ("tcp.slow_start_idle", "tcp_slow_start_after_idle", 0, None, "ok"),
        ("tcp.slow_start_idle", "tcp_slow_start_after_idle", 1, None, "warn"),
        ("ip.icmp_ratelimit", "icmp_ratelimit", 1000, None, "info"),
    ],
)
def test_settings(name, setting, value, given, status):
    faults = {f"proc/sys/net/ipv4/{setting}": f"{value}\n"}

    assert said(checked(name, faults, settings=Settings(balancer_idle_s=given))) == (status, value)


def softnet(*rows: tuple[int, int]) -> str:
    return "".join(f"00de7b41 {drop:08x} {squeeze:08x} 00000000 00000000\n" for drop, squeeze in rows)


@pytest.mark.parametrize(
    ("name", "now", "status", "value"),
    [
        ("net.softnet_drop", ((1, 0), (0, 0)), "ok", 0.1),
        ("net.softnet_drop", ((1, 0), (1, 0)), "warn", 0.2),
        ("net.softnet_drop", ((11, 0), (0, 0)), "crit", 1.1),
        ("net.softnet_squeeze", ((0, 100), (0, 0)), "ok", 10.0),
        ("net.softnet_squeeze", ((0, 100), (0, 5)), "warn", 10.5),
    ],
)
def test_the_backlog_of_packets(name, now, status, value):
    tables = (softnet((0, 0), (0, 0)), softnet(*now))

    assert said(checked(name, {"proc/net/softnet_stat": tables})) == (status, value)


@pytest.mark.parametrize(
    ("name", "lost", "status", "value"),
    [
        ("rx_dropped", 20, "ok", 0.001),
        ("rx_dropped", 21, "warn", 0.00105),
        ("rx_missed_errors", 21, "warn", 0.00105),
        ("tx_dropped", 399, "warn", 0.01995),
        ("rx_errors", 400, "crit", 0.02),
        ("rx_fifo_errors", 1, "warn", 0.0),
    ],
)
def test_packets_lost_at_the_interface(name, lost, status, value):
    one = checked("net.nic_drops", {f"{ETH0}/statistics/{name}": ("7\n", f"{7 + lost}\n")})

    assert (one.status, one.value) == (status, value)


def test_without_sysfs_the_namespaces_own_table_tells():
    gone = {f"{ETH0}/statistics/{name}": None for name in ("rx_dropped", "rx_packets", "rx_errors", "rx_missed_errors")}
    dev = replaced("92000000 210000 0 0 0", "92000000 210000 0 500 0")

    assert said(checked("net.nic_drops", {**gone, f"{PROC}/net/dev": dev})) == ("crit", 0.025)


@pytest.mark.parametrize(
    ("mtu", "probing", "status"), [("1500", 0, "ok"), ("1450", 0, "ok"), ("9001", 0, "warn"), ("9001", 1, "ok")]
)
def test_the_size_of_packets(mtu, probing, status):
    faults = {f"{ETH0}/mtu": f"{mtu}\n", "proc/sys/net/ipv4/tcp_mtu_probing": f"{probing}\n"}
    faults["sys/class/net/lo/mtu"] = "65536\n"

    assert said(checked("net.mtu", faults)) == (status, int(mtu))


@pytest.mark.parametrize(
    ("faults", "status"),
    [
        ({}, "ok"),
        ({f"{ETH0}/carrier_changes": ("2\n", "4\n")}, "warn"),
        ({f"{ETH0}/duplex": "half\n"}, "warn"),
        ({f"{ETH0}/duplex": None}, "ok"),
        ({f"{ETH0}/operstate": "down\n"}, "crit"),
        ({f"{ETH0}/operstate": "unknown\n"}, "ok"),
        ({f"{ETH0}/operstate": None}, "unavailable"),
        ({f"{ETH0}/operstate": "x\n"}, "unavailable"),
        ({f"{PROC}/net/route": ROUTES + LINK}, "unavailable"),  # which one leads out is not known
    ],
)
def test_the_link(faults, status):
    assert checked("net.link", faults).status == status


def neighbours(count: int) -> str:
    rows = (f"10.9.0.{n % 250} 0x1 0x2 ee:88:0a:fb:00:01 * eth0\n" for n in range(count))
    return "IP address       HW type     Flags       HW address            Mask     Device\n" + "".join(rows)


@pytest.mark.parametrize(("count", "status"), [(768, "ok"), (769, "warn"), (1020, "warn")])
def test_neighbours(count, status):
    assert said(checked("net.arp", {"proc/net/arp": neighbours(count)})) == (
        status,
        round(count / 1024, 4),
    )


def test_a_neighbour_table_that_was_full():
    full = replaced("00000000 00000000\n", "00000000 0000000c\n")

    assert checked("net.arp", {"proc/net/stat/arp_cache": full}).status == "crit"


@pytest.mark.parametrize(
    ("v4", "v6", "status"),
    [
        (ROUTES + DEFAULT + LINK, "", "ok"),
        (ROUTES + LINK, V6_REJECT, "crit"),
        (ROUTES, V6_REJECT, "crit"),
        (ROUTES, V6_DEFAULT + V6_REJECT, "ok"),
        (ROUTES + HALVES, V6_REJECT, "ok"),
        (ROUTES + HALVES.splitlines(keepends=True)[0], V6_REJECT, "crit"),
        (ROUTES + DOWN_ROUTE, V6_REJECT, "crit"),
        (ROUTES + DEFAULT + NOWHERE, V6_REJECT, "warn"),
        ("", V6_REJECT, "unavailable"),
        ("<html>\n", V6_REJECT, "unavailable"),
        (ROUTES + "eth0\t0000\n", V6_REJECT, "unavailable"),
    ],
)
def test_routes(v4, v6, status):
    assert checked("ip.route", {f"{PROC}/net/route": v4, f"{PROC}/net/ipv6_route": v6 or None}).status == status


LISTENING_V6 = f"   0: {'0' * 32}:1F90 {'0' * 32}:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 0 100\n"


@pytest.mark.parametrize(
    ("off", "tcp6", "upstream", "status"),
    [
        (0, TCP_HEADER, (), "ok"),
        (1, TCP_HEADER, (), "ok"),
        (1, TCP_HEADER + LISTENING_V6, (), "crit"),
        (1, TCP_HEADER, ("2001:db8::1",), "crit"),
        (0, TCP_HEADER, ("2001:db8::1",), "warn"),
        (0, TCP_HEADER, ("10.0.0.1", "orders.internal"), "ok"),
    ],
)
def test_ipv6(off, tcp6, upstream, status):
    faults = {"proc/sys/net/ipv6/conf/all/disable_ipv6": f"{off}\n", f"{PROC}/net/tcp6": tcp6}

    assert said(checked("ip.v6", faults, settings=Settings(upstream_hosts=upstream))) == (status, off)


@pytest.mark.parametrize(
    ("mode", "interface", "status"),
    [(1, "eth1", "warn"), (2, "eth1", "ok"), (0, "eth1", "ok"), (1, "docker0", "ok"), (1, "veth3a", "ok")],
)
def test_reverse_path_filtering(mode, interface, status):
    faults = {
        "proc/sys/net/ipv4/conf/all/rp_filter": f"{mode}\n",
        f"{PROC}/net/dev": lambda text: text + f"  {interface}: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
    }

    assert checked("ip.forward_rpfilter", faults).status == status


ALLOWED = '{{"allowances": {{"eth0": {{"bw_in_allowance_exceeded": {}, "conntrack_allowance_exceeded": {}}}}}}}'


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (ALLOWED.format(5, 0), ALLOWED.format(5, 0), "ok"),
        (ALLOWED.format(5, 0), ALLOWED.format(6, 0), "warn"),
        (ALLOWED.format(5, 0), ALLOWED.format(5, 1), "crit"),
        ('{"allowances": {}}', '{"allowances": {}}', "unavailable"),
        ("{}", "{}", "unavailable"),
    ],
)
def test_allowances_of_a_cloud(first, second, status):
    assert checked("net.ena_allowance", {"syscalls.json": (first, second)}).status == status


FOREIGN = {"proc/self/ns/net": "net:[4026531840]\n"}
OWN = (
    "listen.overflows",
    "listen.missing",
    "net.nic_drops",
    "tcp.retrans_rate",
    "udp.errors",
    "sock.syn_sent",
    "ip.route",
    "fd.used_ratio",
)
READERS = (
    "listen.accept_queue",
    "listen.somaxconn",
    "listen.syn_backlog",
    "listen.abort_on_overflow",
    "port.range",
    "port.per_dest",
    "port.reserved",
    "tw.count",
    "tw.reuse",
    "sock.orphans",
    "sock.tcp_mem",
    "ct.usage",
    "ct.drops",
    "ct.buckets",
    "net.arp",
    "net.softnet_drop",
    "net.mtu",
    "net.link",
    "tcp.keepalive",
    "ip.v6",
    "ip.forward_rpfilter",
)


@pytest.mark.parametrize("name", OWN)
def test_what_is_the_processs_own_is_told_from_another_namespace(name):
    assert checked(name, FOREIGN).status == "ok"


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("how", [{}, {"netns": "reader"}])
def test_what_follows_the_reader_is_not(name, how):
    one = checked(name, {} if how else FOREIGN, **how)

    assert one.status == "unavailable"
    assert "the gateway is in another network namespace than what was read here" in one.why
