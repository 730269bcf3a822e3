"""The process, the clock, disks, the resolver, the environment, the kernel."""

import json

import pytest

from gwdiag.limits.settings import Settings
from tests.limits.node import PROC, checked, descriptors, many, replaced, said, sockets

RESOLV = "etc/resolv.conf"
CLOCK = "sys/devices/system/clocksource/clocksource0/current_clocksource"
GIB = 1 << 30


@pytest.mark.parametrize(
    ("uptime", "status", "value"),
    [
        ("1100.00 1\n", "ok", 600.0),
        ("1099.00 1\n", "warn", 599.0),
        ("10.00 1\n", "unavailable", None),
        ("x\n", "unavailable", None),
    ],
)
def test_age(uptime, status, value):
    assert said(checked("proc.restarts", {"proc/uptime": uptime})) == (status, value)


@pytest.mark.parametrize(("blocked", "status"), [(0, "ok"), (1, "warn"), (2, "warn"), (3, "crit")])
def test_uninterruptible_sleep(blocked, status):
    line = "{} (tyk: a) b) {} 23319 " + "0 " * 20 + "\n"
    faults = {f"{PROC}/task/{3000 + n}/stat": line.format(3000 + n, "D" if n < blocked else "S") for n in range(4)}

    assert said(checked("proc.state_d", faults)) == (status, blocked)


def test_a_process_without_threads_to_see():
    assert checked("proc.state_d", {f"{PROC}/task/2417/stat": None}).status == "unavailable"
    assert checked("proc.state_d", {f"{PROC}/task/2417/stat": "2417 (tyk) ? 1"}).status == "unavailable"


def clock(status: object = 0x2001, maxerror: object = 30000, offset: object = 120) -> dict[str, str]:
    told = {"adjtimex": {"status": status, "maxerror_us": maxerror, "offset_us": offset}}
    return {"syscalls.json": json.dumps(told)}


@pytest.mark.parametrize(
    ("faults", "status", "value"),
    [
        (clock(), "ok", 0.0001),
        (clock(status=0x2041), "warn", 0.0001),
        (clock(offset=50_000), "ok", 0.05),
        (clock(offset=-50_001), "crit", 0.05),
        (clock(maxerror=15_999_999), "ok", 0.0001),
        (clock(status=0x40, maxerror=16_000_000), "crit", 0.0001),
        (clock(status="x"), "unavailable", None),
        (clock(offset=None), "unavailable", None),
        ({"syscalls.json": '{"adjtimex": 3}'}, "unavailable", None),
        ({"syscalls.json": None}, "unavailable", None),
    ],
)
def test_the_clock(faults, status, value):
    assert said(checked("time.sync", faults)) == (status, value)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("tsc", "ok"),
        ("kvm-clock", "ok"),
        ("hyperv_clocksource_tsc_page", "ok"),
        ("arch_sys_counter", "ok"),
        ("xen", "warn"),
        ("hpet", "crit"),
        ("acpi_pm", "crit"),
        ("<html>", "unavailable"),
    ],
)
def test_the_clock_source(name, status):
    assert checked("time.clocksource", {CLOCK: f"{name}\n"}).status == status


def room(**mounts: tuple[float, float]) -> dict[str, str]:
    told = {f"/{name}": {"size_bytes": size, "avail_bytes": left} for name, (size, left) in mounts.items()}
    return {"syscalls.json": json.dumps({"statvfs": told})}


@pytest.mark.parametrize(
    ("faults", "status", "value"),
    [
        (room(var=(100 * GIB, 10 * GIB)), "ok", 0.9),
        (room(var=(100 * GIB, 9.9 * GIB)), "warn", 0.901),
        (room(var=(100 * GIB, 2.9 * GIB)), "crit", 0.971),
        (room(var=(5 * GIB, 0.9 * GIB)), "crit", 0.82),
        (room(tmp=(GIB / 2, GIB / 2)), "ok", 0.0),  # a small one, and empty
        (room(tmp=(GIB / 2, 0)), "crit", 1.0),
        (room(proc=(0, 0), var=(100, 50)), "ok", 0.5),
        (room(proc=(0, 0)), "unavailable", None),
        ({"syscalls.json": '{"statvfs": {"/": {"size_bytes": "x"}}}'}, "unavailable", None),
        ({"syscalls.json": '{"statvfs": {}}'}, "unavailable", None),
    ],
)
def test_room(faults, status, value):
    assert said(checked("disk.space", faults)) == (status, value)


def test_an_image_is_full_and_meant_to_be():
    told = {"/": {"size_bytes": 100, "avail_bytes": 90}, "/snap/core/1": {"size_bytes": 100, "avail_bytes": 0}}
    mounts = "/dev/vda / ext4 rw 0 0\n/dev/loop0 /snap/core/1 squashfs ro 0 0\n"
    one = checked("disk.space", {"syscalls.json": json.dumps({"statvfs": told}), f"{PROC}/mounts": mounts})

    assert said(one) == ("ok", 0.1)


def test_inodes_can_be_used_up_too():
    told = {"/": {"size_bytes": 100 * GIB, "avail_bytes": 90 * GIB, "inodes": 1000, "inodes_avail": 20}}
    one = checked("disk.space", {"syscalls.json": json.dumps({"statvfs": told})})

    assert said(one) == ("crit", 0.98)


@pytest.mark.parametrize(
    ("mounts", "status"),
    [
        ("/dev/vda / ext4 rw 0 0\nsysfs /sys sysfs ro 0 0\n", "ok"),
        ("/dev/vda / ext4 ro 0 0\n", "crit"),
        ("/dev/vda / ext4 rw 0 0\n/dev/vdb /var/log ext4 ro,relatime 0 0\n", "crit"),
        ("/dev/vda / ext4 rw 0 0\n/dev/sr0 /mnt iso9660 ro 0 0\n", "ok"),
        ("/dev/vda / ext4 ro 0 0\n/dev/vdb /var xfs rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n", "ok"),
        ("overlay / overlay ro,relatime 0 0\ntmpfs /tmp tmpfs rw 0 0\n", "ok"),
        ("/dev/vda / ext4 ro 0 0\n/dev/vda / ext4 rw 0 0\n", "ok"),
        ("/dev/vda / ext4 rw,errors=remount-ro 0 0\n", "ok"),
        ("/dev/vda\n", "unavailable"),
        ("", "unavailable"),
    ],
)
def test_read_only(mounts, status):
    assert checked("disk.ro", {f"{PROC}/mounts": mounts}).status == status


def test_the_file_system_of_a_log_that_is_open():
    faults = {
        f"{PROC}/mounts": "/dev/vda / ext4 rw 0 0\n/dev/vdb /data\\040logs ext4 ro 0 0\n",
        f"{PROC}/fd.txt": descriptors(3, "/data logs/tyk.log"),
    }

    assert checked("disk.ro", faults).status == "crit"


def disk(name: str, busy: int, queued: int) -> str:
    return f" 254 0 {name} 1 1 1 1 1 1 1 1 0 {busy} {queued} 0 0 0 0 0 0\n"


@pytest.mark.parametrize(
    ("before", "now", "status", "value"),
    [
        (disk("vda", 0, 0), disk("vda", 9000, 0), "ok", 0.9),
        (disk("vda", 0, 0), disk("vda", 9001, 0), "warn", 0.9001),
        (disk("vda", 0, 0), disk("vda", 5000, 100_001), "crit", 0.5),
        (disk("vda", 0, 0) + disk("vdb", 0, 0), disk("vda", 1, 0) + disk("vdb", 9500, 0), "warn", 0.95),
        (disk("loop0", 0, 0) + disk("vda", 0, 0), disk("loop0", 9999, 0) + disk("vda", 0, 0), "ok", 0.0),
        (disk("vda", 100, 0), disk("vda", 50, 0), "unavailable", None),
        ("x\n", "x\n", "unavailable", None),
    ],
)
def test_disks(before, now, status, value):
    assert said(checked("disk.busy", {"proc/diskstats": (before, now)})) == (status, value)


def servers(count: int) -> str:
    return "".join(f"nameserver 10.96.0.{n}\n" for n in range(count))


@pytest.mark.parametrize(
    ("text", "status", "value"),
    [
        (servers(1), "ok", 1),
        (servers(3), "ok", 3),
        (servers(4), "warn", 4),
        ("# nothing here\n", "crit", 0),
        ("search a.b\n#nameserver 10.0.0.1\n;nameserver 10.0.0.2\n", "crit", 0),
        ("nameserver\t10.0.0.1   # the first\nnameserver fe80::1%eth0\n", "ok", 2),
        ("nameserver\n", "crit", 0),
        ("", "unavailable", None),
        (None, "unavailable", None),
        ("<html>\n", "unavailable", None),
    ],
)
def test_nameservers(text, status, value):
    assert said(checked("dns.nameservers", {RESOLV: text})) == (status, value)


CLUSTER = "nameserver 10.96.0.10\nsearch gw.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"


@pytest.mark.parametrize(
    ("text", "upstreams", "status", "value"),
    [
        (servers(1), (), "ok", 2),
        (servers(1) + "search a.b c.d e.f\n", (), "ok", 2),
        (CLUSTER, (), "crit", 8),
        (CLUSTER, ("orders.shop.svc.cluster.local.",), "ok", 0),
        (CLUSTER, ("10.0.0.1",), "ok", 0),
        (CLUSTER, ("a.b.c.d.e.f",), "ok", 2),
        (servers(1) + "search a.b\noptions ndots:5\n", (), "warn", 4),
        (servers(1) + "search a b c\nsearch a\noptions ndots:5 timeout:1\noptions ndots:2\n", ("x.y.z",), "ok", 2),
        (servers(1) + "search a b c\noptions ndots:99\n", ("x.y.z",), "crit", 8),
        (servers(1) + "search a b c\n", ("orders",), "crit", 8),
    ],
)
def test_questions_of_a_lookup(text, upstreams, status, value):
    one = checked("dns.ndots", {RESOLV: text}, settings=Settings(upstream_hosts=upstreams))

    assert said(one) == (status, value)


@pytest.mark.parametrize(
    ("text", "dial", "status", "value"),
    [
        (servers(3), 30.0, "ok", 30),
        (servers(5), 30.0, "ok", 30),
        (servers(2) + "options timeout:10\n", 30.0, "warn", 40),
        (servers(1), 5.0, "warn", 10),
        (servers(2) + "options timeout:x attempts:3\n", 30.0, "ok", 30),
    ],
)
def test_the_longest_lookup(text, dial, status, value):
    one = checked("dns.timeout", {RESOLV: text}, settings=Settings(dial_timeout_s=dial))

    assert said(one) == (status, value)


@pytest.mark.parametrize(
    ("hosts", "upstreams", "status", "value"),
    [
        ("127.0.0.1 localhost\n::1 localhost ip6-localhost\nff02::1 ip6-allnodes\n10.88.0.1 gw-1\n", (), "ok", 0),
        ("10.0.0.5 orders.internal\n", (), "warn", 1),  # the gateway is connected to it
        ("10.0.0.9 other.internal\n", (), "ok", 0),
        ("10.0.0.9 orders.internal # pinned\n", ("orders.internal",), "warn", 1),
        ("#10.0.0.9 orders.internal\n127.0.0.1 localhost\n", ("orders.internal",), "ok", 0),
        ("10.0.0.5 unrelated\n", ("orders.internal",), "ok", 0),
        ("<html>\n", (), "unavailable", None),
        (None, (), "unavailable", None),
    ],
)
def test_pinned_names(hosts, upstreams, status, value):
    faults = {"etc/hosts": hosts, f"{PROC}/net/tcp": sockets(many(3, "10.0.0.5:443", "01"))}
    one = checked("dns.hosts", faults, settings=Settings(upstream_hosts=upstreams))

    assert said(one) == (status, value)


@pytest.mark.parametrize(
    ("faults", "threads", "status"),
    [
        ({}, 500, "ok"),
        ({f"{PROC}/environ": "GODEBUG=netdns=cgo+1\0"}, 101, "warn"),
        ({f"{PROC}/environ": "GODEBUG=netdns=cgo\0"}, 100, "ok"),
        ({f"{PROC}/environ": "GODEBUG=netdns=go\0", RESOLV: servers(1) + "options inet6\n"}, 500, "ok"),
        ({RESOLV: servers(1) + "options inet6\n"}, 500, "warn"),
        ({"etc/nsswitch.conf": "hosts: files mymachines dns\n"}, 500, "warn"),
        ({"etc/nsswitch.conf": "hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname\n"}, 500, "ok"),
        ({"etc/nsswitch.conf": None}, 500, "ok"),
        ({f"{PROC}/environ": None}, 500, "unavailable"),
    ],
)
def test_the_resolver_of_go(faults, threads, status):
    status_file = {f"{PROC}/status": f"Threads:\t{threads}\n"}

    assert said(checked("dns.go_resolver", {**faults, **status_file}))[0] == status


@pytest.mark.parametrize(
    ("environment", "upstreams", "status", "value"),
    [
        ("PATH=/bin\0", (), "ok", 0),
        ("HTTPS_PROXY=\0", (), "ok", 0),
        ("HTTPS_PROXY=http://proxy:3128\0", (), "warn", 1),
        ("https_proxy=http://proxy:3128\0NO_PROXY=10.0.0.0/8\0", (), "warn", 1),
        ("HTTP_PROXY=http://proxy:3128\0NO_PROXY=*\0", (), "ok", 1),
        ("HTTP_PROXY=http://p\0NO_PROXY=localhost, .internal\0", ("orders.internal",), "ok", 1),
        ("HTTP_PROXY=http://p\0NO_PROXY=internal\0", ("orders.internal", "api.example.com"), "warn", 1),
        ("HTTP_PROXY=http://p\0no_proxy=10.0.0.0/8\0", ("10.1.2.3",), "ok", 1),
        ("HTTP_PROXY=http://p\0", ("127.0.0.1",), "ok", 1),
        ("\x01\x02", (), "unavailable", None),
        (None, (), "unavailable", None),
    ],
)
def test_proxies(environment, upstreams, status, value):
    faults = {f"{PROC}/environ": environment}
    one = checked("env.proxy", faults, settings=Settings(upstream_hosts=upstreams))

    assert said(one) == (status, value)


def test_a_proxys_password_is_not_shown():
    one = checked("env.proxy", {f"{PROC}/environ": "HTTPS_PROXY=http://user:s3cret@proxy:3128\0"})

    assert one.statement == (
        "1 variables; HTTPS_PROXY=http://user:[hidden]@proxy:3128 is used for upstreams that NO_PROXY does not name"
    )


@pytest.mark.parametrize(
    ("bits", "kernel", "status"), [(99, "5.17.0", "warn"), (100, "4.18.0-553.el8", "ok"), (50, "5.18.1", "ok")]
)
def test_entropy(bits, kernel, status):
    faults = {
        "proc/sys/kernel/random/entropy_avail": f"{bits}\n",
        "proc/sys/kernel/osrelease": f"{kernel}\n",
    }

    assert said(checked("rand.entropy", faults)) == (status, bits)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("6,1,1000000,-;eth0: link up\n", "ok"),
        ("4,2,3000000000,-;nf_conntrack: nf_conntrack: table full, dropping packet\n", "warn"),
        ("4,2,3290000000,-;nf_conntrack: nf_conntrack: table full, dropping packet\n", "crit"),
        ("[ 3000.123456] Out of memory: Killed process 7 (tyk)\n", "warn"),
        ("[    5.1] neighbour: arp_cache: neighbor table overflow!\n", "warn"),
        (None, "unavailable"),
    ],
)
def test_complaints_of_the_kernel(text, status):
    assert checked("kernel.dmesg", {"dev/kmsg": text}).status == status


@pytest.mark.parametrize(("before", "now", "status"), [(3, 3, "ok"), (3, 4, "warn"), (4, 3, "unavailable")])
def test_hung_tasks(before, now, status):
    faults = {"proc/sys/kernel/hung_task_detect_count": (f"{before}\n", f"{now}\n")}

    assert checked("kernel.hung", faults).status == status


def test_confinement_is_told_and_not_judged():
    faults = {
        f"{PROC}/status": replaced("Seccomp:\t0", "Seccomp:\t2"),
        f"{PROC}/attr/current": "docker-default (enforce)\n",
    }
    one = checked("sec.seccomp_lsm", faults)

    assert (one.status, one.statement) == ("info", "a seccomp filter; security profile: docker-default (enforce)")


@pytest.mark.parametrize("name", ["time.peer_skew", "dns.first_dead"])
def test_what_needs_the_network_is_not_done_here(name):
    assert checked(name, {}).status == "unavailable"
