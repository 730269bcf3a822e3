"""What the gateway opens: local ports, sockets, connection tracking."""

import pytest

from gwdiag.limits.settings import Settings
from tests.limits.node import PROC, checked, descriptors, grown, many, replaced, said, socket, sockets

TCP = f"{PROC}/net/tcp"
RANGE = "proc/sys/net/ipv4/ip_local_port_range"
RESERVED = "proc/sys/net/ipv4/ip_local_reserved_ports"
TRACK = "proc/sys/net/netfilter/nf_conntrack_"


@pytest.mark.parametrize(
    ("ports", "reserved", "status", "value"),
    [
        ("32768\t60999\n", "\n", "ok", 28232),
        ("1024 65535\n", "\n", "ok", 64512),
        ("32768 60767\n", "\n", "ok", 28000),
        ("32768 60766\n", "\n", "warn", 27999),
        ("32768 60999\n", "33000-33299,40000\n", "warn", 27931),
        ("32768 60999\n", "8080,9000-9100\n", "ok", 28232),  # none of them within the range
        ("50000 59999\n", "\n", "warn", 10000),
        ("50001 59999\n", "\n", "crit", 9999),
        ("60999 32768\n", "\n", "unavailable", None),
        ("32768\n", "\n", "unavailable", None),
        ("0 70000\n", "\n", "unavailable", None),
        ("a b\n", "\n", "unavailable", None),
    ],
)
def test_the_range(ports, reserved, status, value):
    assert said(checked("port.range", {RANGE: ports, RESERVED: reserved})) == (status, value)


@pytest.mark.parametrize(
    ("rows", "status", "value"),
    [
        ("", "ok", 0.0),
        (many(600, "10.0.0.5:443", "01"), "ok", 0.6),
        (many(601, "10.0.0.5:443", "06"), "warn", 0.601),
        (many(851, "10.0.0.5:443", "06"), "crit", 0.851),
        (many(500, "10.0.0.5:443", "06") + many(400, "10.0.0.6:443", "06", first=40500), "ok", 0.5),  # two upstreams
        ("".join(socket("10.88.0.1:8080", f"10.9.0.1:{20000 + n}", "01") for n in range(900)), "ok", 0.0),
    ],
)
def test_the_busiest_destination(rows, status, value):
    one = checked("port.per_dest", {TCP: sockets(rows), RANGE: "40000 40999\n"})

    assert said(one) == (status, value)


def test_the_destination_is_named_with_what_is_possible():
    rows = many(700, "10.0.0.5:443", "06") + many(200, "10.0.0.5:443", "01", first=40700)
    one = checked("port.per_dest", {TCP: sockets(rows), RANGE: "40000 40999\n"})

    assert one.statement == (
        "900 of 1,000 ports (90.0 %); 100 ports left; critical above 85.0 %; to 10.0.0.5:443, 700 in TIME_WAIT; "
        "without keep-alive at most 17 new connections a second are possible to it; the node opens 30.0 in all"
    )


def test_a_load_that_closes_more_connections_than_ports_come_free():
    rows = {TCP: sockets(many(10, "10.0.0.5:443", "06")), RANGE: "40000 40999\n"}
    closing = Settings(requests_per_s=20, closes_connections=True)

    assert checked("port.per_dest", rows, settings=closing).status == "warn"
    assert checked("port.per_dest", rows, settings=Settings(requests_per_s=20)).status == "ok"


def test_ipv4_within_ipv6_is_the_same_destination():
    mapped = "0000000000000000FFFF0000"
    row = (
        f"   0: {mapped}0100580A:{{port:04X}} {mapped}0500000A:01BB 01 00000000:00000000 00:00000000 00000000     0 0 "
        "1071000 1 0 20 4 21 24 -1\n"
    )
    tcp6 = sockets("".join(row.format(port=40000 + n) for n in range(900)))
    one = checked("port.per_dest", {f"{PROC}/net/tcp6": tcp6, RANGE: "40000 40999\n"})

    assert (one.status, one.value, "to 10.0.0.5:443" in one.statement) == ("crit", 0.9, True)


@pytest.mark.parametrize(
    ("ports", "reserved", "status", "value"),
    [
        ("32768 60999\n", "\n", "ok", 0.0),
        ("30000 30999\n", "30000-30299\n", "ok", 0.3),
        ("30000 30999\n", "30000-30300\n", "warn", 0.301),
        ("1024 65535\n", "\n", "crit", 0.0),  # the gateway's 8080 is inside
        ("1024 65535\n", "8080\n", "ok", 0.0),
        ("1024 65535\n", "8080-x\n", "unavailable", None),
    ],
)
def test_reserved_ports(ports, reserved, status, value):
    assert said(checked("port.reserved", {RANGE: ports, RESERVED: reserved})) == (status, value)


@pytest.mark.parametrize(("waiting", "status"), [(500, "ok"), (501, "warn"), (900, "warn"), (901, "crit")])
def test_time_wait(waiting, status):
    faults = {
        f"{PROC}/net/sockstat": f"sockets: used 140\nTCP: inuse 121 orphan 1 tw {waiting} alloc 140 mem 266\n",
        "proc/sys/net/ipv4/tcp_max_tw_buckets": "1000\n",
    }

    assert said(checked("tw.count", faults)) == (status, waiting / 1000)


def test_time_wait_that_found_no_room():
    assert checked("tw.count", {f"{PROC}/net/netstat": grown("TcpExt", TCPTimeWaitOverflow=1)}).status == "crit"


@pytest.mark.parametrize(
    ("reuse", "timestamps", "taken", "status"),
    [(2, 1, 700, "ok"), (0, 1, 600, "ok"), (0, 1, 601, "warn"), (1, 1, 900, "ok"), (2, 0, 0, "crit")],
)
def test_reuse(reuse, timestamps, taken, status):
    faults = {
        "proc/sys/net/ipv4/tcp_tw_reuse": f"{reuse}\n",
        "proc/sys/net/ipv4/tcp_timestamps": f"{timestamps}\n",
        TCP: sockets(many(taken, "10.0.0.5:443", "06")),
        RANGE: "40000 40999\n",
    }

    assert said(checked("tw.reuse", faults)) == (status, reuse)


@pytest.mark.parametrize(("orphans", "status"), [(25, "ok"), (26, "warn"), (50, "warn"), (51, "crit")])
def test_orphans(orphans, status):
    faults = {
        f"{PROC}/net/sockstat": f"TCP: inuse 121 orphan {orphans} tw 1 alloc 140 mem 266\n",
        "proc/sys/net/ipv4/tcp_max_orphans": "100\n",
    }

    assert said(checked("sock.orphans", faults)) == (status, orphans / 100)


@pytest.mark.parametrize(("pages", "status"), [(499, "ok"), (500, "warn"), (899, "warn"), (900, "crit")])
def test_memory_of_tcp(pages, status):
    faults = {
        f"{PROC}/net/sockstat": f"TCP: inuse 1 orphan 0 tw 1 alloc 1 mem {pages}\n",
        "proc/sys/net/ipv4/tcp_mem": "400\t500\t1000\n",
    }

    assert said(checked("sock.tcp_mem", faults)) == (status, pages / 1000)


@pytest.mark.parametrize(
    ("counter", "status"), [("PruneCalled", "warn"), ("TCPBacklogDrop", "warn"), ("TCPAbortOnMemory", "crit")]
)
def test_data_thrown_away(counter, status):
    faults = {f"{PROC}/net/netstat": grown("TcpExt", **{counter: 2})}

    assert said(checked("sock.mem_pressure", faults)) == (status, 2)


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [(0, 100, "ok"), (100, 101, "warn"), (500, 500, "ok"), (600, 500, "ok"), (1001, 1001, "crit"), (1000, 1000, "ok")],
)
def test_close_wait(before, now, status):
    tables = tuple(sockets(many(count, "10.0.0.5:443", "08", first=20000)) for count in (before, now))

    assert said(checked("sock.close_wait", {TCP: tables})) == (status, now)


def test_close_wait_of_another_process_is_not_the_gateways():
    own = socket("10.88.0.1:41000", "10.0.0.5:443", "01", inode=1069001)
    faults = {TCP: sockets(own, many(1200, "10.0.0.5:443", "08", first=20000)), f"{PROC}/fd.txt": descriptors(5)}

    assert said(checked("sock.close_wait", faults)) == ("ok", 0)


def test_one_reading_does_not_tell_whether_close_wait_grows():
    faults = {TCP: sockets(many(500, "10.0.0.5:443", "08"))}

    assert checked("sock.close_wait", faults, readings=1).status == "unavailable"


@pytest.mark.parametrize(
    ("before", "now", "retransmits", "status", "value"),
    [
        (0, 0, 1, "ok", 0),
        (1, 1, 1, "warn", 1),
        (0, 1, 1, "ok", 1),  # in one reading only
        (1, 21, 2, "crit", 21),
        (20, 20, 3, "warn", 20),
        (40, 40, 0, "ok", 0),  # on their way for the first time
    ],
)
def test_unanswered_syns(before, now, retransmits, status, value):
    tables = tuple(
        sockets(many(count, "10.1.2.3:443", "02", unsent=1, retransmits=retransmits)) for count in (before, now)
    )

    assert said(checked("sock.syn_sent", {TCP: tables})) == (status, value)


def test_one_reading_of_unanswered_syns():
    few, lot = (sockets(many(count, "10.1.2.3:443", "02", retransmits=2)) for count in (3, 30))

    assert checked("sock.syn_sent", {TCP: few}, readings=1).status == "unavailable"
    assert checked("sock.syn_sent", {TCP: lot}, readings=1).status == "crit"


@pytest.mark.parametrize(("count", "status"), [(0, "ok"), (1, "warn"), (20, "warn"), (21, "crit")])
def test_data_that_nobody_acknowledges(count, status):
    stuck = many(count, "10.1.2.3:443", "01", unsent=500, retransmits=2)
    once = many(30, "10.1.2.3:443", "01", first=50000, unsent=500, retransmits=1)

    assert said(checked("sock.sendq", {TCP: sockets(stuck, once)})) == (status, count)


@pytest.mark.parametrize(
    ("count", "most", "status", "value"),
    [
        (750, 1000, "ok", 0.75),
        (751, 1000, "warn", 0.751),
        (901, 1000, "crit", 0.901),
        (1, 0, "unavailable", None),
        (-1, 1000, "unavailable", None),
    ],
)
def test_connection_tracking(count, most, status, value):
    faults = {f"{TRACK}count": f"{count}\n", f"{TRACK}max": f"{most}\n"}

    assert said(checked("ct.usage", faults)) == (status, value)


def test_a_node_without_connection_tracking():
    one = checked("ct.usage", {f"{TRACK}count": None, f"{TRACK}max": None})

    assert (one.status, one.why) == ("unavailable", "/proc/sys/net/netfilter/nf_conntrack_count is not there")


@pytest.mark.parametrize(
    ("column", "old", "status"),
    [("insert_failed", False, "warn"), ("early_drop", True, "warn"), ("drop", False, "crit"), ("drop", True, "crit")],
)
def test_drops_of_connection_tracking_by_the_name_of_their_column(column, old, status):
    names = ["entries", "searched" if old else "clashres", "found", "insert", "insert_failed", "drop", "early_drop"]

    def table(count: int) -> str:
        row = " ".join(f"{count if name == column else 0:08x}" for name in names)
        return f"{'  '.join(names)}\n{row}\n{' '.join(['00000000'] * len(names))}\n"

    faults = {"proc/net/stat/nf_conntrack": (table(3), table(20))}
    assert said(checked("ct.drops", faults)) == (status, 17)


@pytest.mark.parametrize(("buckets", "status"), [(250, "ok"), (249, "warn"), (125, "warn"), (124, "crit")])
def test_buckets(buckets, status):
    faults = {f"{TRACK}max": "1000\n", f"{TRACK}buckets": f"{buckets}\n"}

    assert checked("ct.buckets", faults).status == status


@pytest.mark.parametrize(("seconds", "idle", "status"), [(100, 90.0, "ok"), (99, 90.0, "warn"), (99, 60.0, "ok")])
def test_memory_for_idle_connections(seconds, idle, status):
    one = checked(
        "ct.tcp_established_timeout",
        {f"{TRACK}tcp_timeout_established": f"{seconds}\n"},
        settings=Settings(idle_s=idle),
    )

    assert said(one) == (status, seconds)


@pytest.mark.parametrize(("seconds", "status"), [(10, "ok"), (9, "warn")])
def test_memory_for_datagrams(seconds, status):
    assert said(checked("ct.udp_timeout", {f"{TRACK}udp_timeout": f"{seconds}\n"})) == (status, seconds)


def test_a_table_that_is_cut_is_damaged():
    whole = sockets(many(50, "10.0.0.5:443", "08"))
    for end in (len(whole) - 60, len(whole) - 1, 20):
        assert checked("sock.close_wait", {TCP: whole[:end]}).status == "unavailable"


def test_a_kernel_that_lacks_some_counters_has_the_others():
    faults = {f"{PROC}/net/netstat": (f"TcpExt: ListenOverflows PruneCalled\nTcpExt: 3 {n}\n" for n in (1, 4))}
    faults = {path: tuple(texts) for path, texts in faults.items()}

    assert said(checked("sock.mem_pressure", faults)) == ("warn", 3)
    assert checked("tcp.timeouts", faults).why == "/proc/2417/net/netstat says nothing of TcpExt TCPTimeouts"


def test_another_line_of_the_same_group_is_damage():
    faults = {f"{PROC}/net/snmp": replaced("Tcp: 1 200", "Tcp: 1")}

    assert checked("tcp.retrans_rate", faults).status == "unavailable"
