"""What a network does to a connection, done by a real network: a node, a router that may filter, an upstream.

Each fault is injected with ip or nft in namespaces of its own; nothing leaves them. It takes root.
"""

import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.probe.servers import OK, Behaviour, Zone, answers, head, request

NODE, ROUTER, UP, OTHER = "10.99.1.2", "10.99.1.1", "10.99.2.2", "10.99.2.3"
UP6, ROUTER6 = "fd99:2::2", "fd99:1::1"
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def run(*words: str, stdin: str | None = None) -> None:
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"


@dataclass
class Network:
    """Three namespaces in a row. What a test changes is undone after it."""

    tag: str

    @property
    def node(self) -> str:
        return f"{self.tag}n"

    @property
    def router(self) -> str:
        return f"{self.tag}r"

    @property
    def up(self) -> str:
        return f"{self.tag}u"

    @property
    def files(self) -> Path:
        """What is in /etc of the node, in place of the machine's."""
        return Path("/etc/netns") / self.node

    def build(self) -> None:
        for one in (self.node, self.router, self.up):
            run("ip", "netns", "add", one)
            run("ip", "-n", one, "link", "set", "lo", "up")
        for end, leg, net in ((self.node, "left", 1), (self.up, "right", 2)):
            run("ip", "link", "add", "eth0", "netns", end, "type", "veth", "peer", "name", leg, "netns", self.router)
            for space, device, last in ((end, "eth0", 2), (self.router, leg, 1)):
                run("ip", "-n", space, "addr", "add", f"10.99.{net}.{last}/24", "dev", device)
                run("ip", "-n", space, "addr", "add", f"fd99:{net}::{last}/64", "dev", device, "nodad")
                run("ip", "-n", space, "link", "set", device, "up")
            run("ip", "-n", end, "route", "add", "default", "via", f"10.99.{net}.1")
            run("ip", "-n", end, "-6", "route", "add", "default", "via", f"fd99:{net}::1")
        run("ip", "-n", self.up, "addr", "add", f"{OTHER}/24", "dev", "eth0")
        for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            run("ip", "netns", "exec", self.router, "sysctl", "-qw", f"{name}=1")
        self.files.mkdir(parents=True)
        self.etc("hosts", "127.0.0.1 localhost")
        self.etc("nsswitch.conf", "hosts: files dns")
        self.etc("resolv.conf", f"nameserver {UP}")

    def remove(self) -> None:
        for one in (self.node, self.router, self.up):
            subprocess.run(["ip", "netns", "del", one], capture_output=True, check=False)
        shutil.rmtree(self.files, ignore_errors=True)

    def etc(self, name: str, text: str) -> None:
        (self.files / name).write_text(f"{text}\n")

    def nft(self, space: str, hook: str, rule: str) -> None:
        table = f"table inet t {{\n chain c {{\n type filter hook {hook} priority 0; policy accept;\n {rule}\n }}\n}}\n"
        run("ip", "netns", "exec", space, "nft", "-f", "-", stdin=table)

    def calm(self) -> None:
        """Without rules again."""
        for one in (self.node, self.router, self.up):
            run("ip", "netns", "exec", one, "nft", "flush", "ruleset")

    def bound(self, address: str, port: int, kind: int = socket.SOCK_STREAM) -> socket.socket:
        """A socket of the upstream's. Only this thread goes there, and comes back."""
        home = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        there = os.open(f"/var/run/netns/{self.up}", os.O_RDONLY)
        try:
            assert LIBC.setns(there, CLONE_NEWNET) == 0
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
        finally:
            assert LIBC.setns(home, CLONE_NEWNET) == 0
            os.close(home)
            os.close(there)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        return sock

    @contextlib.contextmanager
    def serving(self, behaviour: Behaviour, address: str = UP, port: int = 8080) -> Iterator[None]:
        """A server of the upstream's."""
        listener = self.bound(address, port)
        listener.listen(64)
        listener.settimeout(0.1)
        over = threading.Event()

        def one(sock: socket.socket) -> None:
            sock.settimeout(10)
            with sock, contextlib.suppress(OSError):
                behaviour(sock)

        def accept() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            listener.close()

    @contextlib.contextmanager
    def resolving(self, zone: Zone, address: str = UP) -> Iterator[None]:
        """A nameserver of the upstream's."""
        sock = self.bound(address, 53, socket.SOCK_DGRAM)
        sock.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    wire, place = sock.recvfrom(4096)
                    if reply := zone.reply(wire, is_tcp=False):
                        sock.sendto(reply, place)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            sock.close()

    def probe(self, *args: str) -> dict[str, object]:
        """The report of a probe from the node."""
        words = [sys.executable, "-m", "gwdiag", "probe", *args, "-o", "json"]
        done = subprocess.run(
            ["ip", "netns", "exec", self.node, *words], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stderr == ""
        report = json.loads(done.stdout)
        assert done.returncode == (1 if report["status"] == "error" else 0)
        return report


@pytest.fixture(scope="module")
def whole() -> Iterator[Network]:
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "nft", "sysctl"))):
        pytest.skip("network namespaces take root, iproute2 and nftables")
    network = Network(f"gw{os.getpid()}")
    try:
        network.build()
    except AssertionError as error:
        network.remove()
        pytest.skip(f"no network namespaces here: {error}")
    yield network
    network.remove()


@pytest.fixture
def network(whole: Network) -> Iterator[Network]:
    yield whole
    whole.calm()
    whole.etc("resolv.conf", f"nameserver {UP}")


def verdict(report: dict[str, object]) -> tuple[str, str | None, str]:
    """Class, the stage that failed, cause."""
    [target] = report["targets"]  # type: ignore[misc]
    failed = next((one["stage"] for one in target["stages"] if one["outcome"] == "fail"), None)
    return target["verdict"], failed, target["cause"]


TO_UP = f"ip daddr {UP} tcp dport 8080 counter"

RULES: dict[str, tuple[str, str, str, str, str]] = {
    "rejected by the router": (
        "router",
        "forward",
        f"{TO_UP} reject",
        "upstream_dial_refused",
        f"a firewall at {ROUTER} rejects",
    ),
    "prohibited by the router": (
        "router",
        "forward",
        f"{TO_UP} reject with icmp host-prohibited",
        "upstream_unreachable",
        f"ICMP host prohibited, type 3 code 10, sent by {ROUTER}",
    ),
    "rejected by the upstream's host": (
        "up",
        "input",
        f"{TO_UP} reject",
        "upstream_dial_refused",
        f"the firewall of {UP}:8080 itself",
    ),
    "reset in its place": ("router", "forward", f"{TO_UP} reject with tcp reset", "upstream_dial_refused", "(RST)"),
    "dropped by the router": (
        "router",
        "forward",
        f"{TO_UP} drop",
        "upstream_dial_timeout",
        "dropped without an answer",
    ),
    "dropped on the way out": (
        "node",
        "output",
        f"{TO_UP} drop",
        "upstream_dial_timeout",
        "own firewall drops connections",
    ),
    "answers dropped on the way in": (
        "node",
        "input",
        f"ip saddr {UP} counter drop",
        "upstream_dial_timeout",
        "own firewall seems to drop the answers",
    ),
    "rejected on the way out": (
        "node",
        "output",
        f"{TO_UP} reject",
        "upstream_dial_refused",
        "this node's own firewall rejects",
    ),
    "a routing loop": ("router", "prerouting", f"ip daddr {UP} ip ttl set 1", "upstream_unreachable", "a routing loop"),
}


@pytest.mark.parametrize("name", RULES)
def test_rules(network, name):
    where, hook, rule, class_, words = RULES[name]
    network.nft(getattr(network, where), hook, rule)
    with network.serving(answers(OK)):
        report = network.probe(f"http://{UP}:8080/", "--timeout", "1.6", "--samples", "1")

    assert verdict(report)[:2] == (class_, "tcp")
    assert words in verdict(report)[2]


@pytest.mark.parametrize(
    ("rule", "class_", "words"),
    [
        ("reject", "upstream_dial_refused", f"ICMPv6 port unreachable, type 1 code 4, sent by {ROUTER6}"),
        ("reject with icmpv6 admin-prohibited", "upstream_unreachable", f"sent by {ROUTER6}"),
        ("drop", "upstream_dial_timeout", "dropped without an answer"),
    ],
)
def test_rules_for_ipv6(network, rule, class_, words):
    network.nft(network.router, "forward", f"ip6 daddr {UP6} tcp dport 8080 counter {rule}")
    with network.serving(answers(OK), UP6):
        report = network.probe(f"http://[{UP6}]:8080/", "--timeout", "1.5", "--samples", "1")

    assert verdict(report)[:2] == (class_, "tcp")
    assert words in verdict(report)[2]


@pytest.mark.parametrize("kind", ["blackhole", "prohibit", "unreachable"])
def test_routes_of_the_node(network, kind):
    run("ip", "-n", network.node, "route", "add", kind, "10.99.3.3/32")
    report = network.probe("http://10.99.3.3:8080/", "--timeout", "2")
    run("ip", "-n", network.node, "route", "del", kind, "10.99.3.3/32")

    assert verdict(report)[:2] == ("upstream_unreachable", "tcp")
    assert "route" in verdict(report)[2]


def test_an_address_on_the_own_network_that_nobody_has(network):
    report = network.probe("http://10.99.1.77:8080/", "--timeout", "1.6", "--samples", "1")

    assert verdict(report)[:2] == ("upstream_unreachable", "tcp")
    assert "answers ARP for 10.99.1.77" in verdict(report)[2]


def test_a_host_that_is_off_behind_a_router(network):
    report = network.probe("http://10.99.2.77:8080/", "--timeout", "4.5")

    assert verdict(report)[:2] == ("upstream_unreachable", "tcp")
    assert f"the router {ROUTER} finds no host at 10.99.2.77" in verdict(report)[2]


def test_lost_packets(network):
    # SYNs, because a lost one is always sent again; a lost ACK is made good by the next one.
    network.nft(network.router, "forward", f"{TO_UP} tcp flags & (syn | ack) == syn numgen inc mod 3 == 2 drop")
    with network.serving(answers(OK)):
        report = network.probe(f"http://{UP}:8080/")

    assert report["status"] == "warning"
    assert "get lost" in verdict(report)[2]


def narrow(network: Network) -> None:
    """Large packets to the node do not pass, and nobody says so."""
    run("ip", "-n", network.router, "link", "set", "left", "mtu", "1400")
    network.nft(network.router, "output", "icmp type destination-unreachable drop")


def test_a_path_that_is_too_narrow_for_the_answer(network):
    narrow(network)
    with network.serving(answers(head("200 OK", b"x" * 30000))):
        report = network.probe(f"http://{UP}:8080/", "--timeout", "1.5", "--samples", "1")
    run("ip", "-n", network.router, "link", "set", "left", "mtu", "1500")

    assert verdict(report)[:2] == ("upstream_response_timeout", "http")
    assert "an MTU or PMTU black hole" in verdict(report)[2]


def test_one_of_two_addresses_is_dead(network):
    with network.resolving(Zone({"up.lab.": [UP, OTHER]})), network.serving(answers(OK)):
        report = network.probe("http://up.lab:8080/")

    assert (report["status"], verdict(report)[0]) == ("warning", "upstream_dial_refused")
    assert f"1 of 2 addresses of up.lab work ({UP}), {OTHER} does not: {OTHER}:8080 refused" in verdict(report)[2]


def test_a_nameserver_behind_a_firewall_that_rejects(network):
    network.nft(network.router, "forward", "udp dport 53 counter reject with icmp admin-prohibited")
    report = network.probe("http://up.lab:8080/", "--timeout", "1.5", "--samples", "1")

    assert verdict(report)[:2] == ("dns_failure", "dns")
    assert f"from {ROUTER}" in verdict(report)[2]


def test_the_first_nameserver_is_dead(network):
    network.etc("resolv.conf", f"nameserver {OTHER}\nnameserver {UP}\noptions timeout:1")
    with network.resolving(Zone({"up.lab.": [UP]})), network.serving(answers(OK)):
        network.nft(network.router, "forward", f"ip daddr {OTHER} drop")
        report = network.probe("http://up.lab:8080/")

    assert report["status"] == "warning"
    assert f"nameserver {OTHER} does not answer" in verdict(report)[2]


def test_the_hosts_file_leads_elsewhere(network):
    network.etc("hosts", f"{OTHER} up.lab")
    with network.resolving(Zone({"up.lab.": [UP]})):
        report = network.probe("http://up.lab:8080/")
    network.etc("hosts", "127.0.0.1 localhost")

    assert verdict(report)[:2] == ("upstream_dial_refused", "tcp")
    assert f"the address is from /etc/hosts ({OTHER}), while DNS says {UP}" in verdict(report)[2]


def test_no_local_port_is_left(network):
    run("ip", "netns", "exec", network.node, "sysctl", "-qw", "net.ipv4.ip_local_port_range=41000 41001")
    hold = (
        "import socket, sys\n"
        f"socks = [socket.create_connection(('{UP}', 8080)) for _ in range(2)]\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    with network.serving(lambda sock: time.sleep(5) if request(sock) else None):
        words = ["ip", "netns", "exec", network.node, sys.executable, "-c", hold]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            report = network.probe(f"http://{UP}:8080/")
            holder.communicate()
    run("ip", "netns", "exec", network.node, "sysctl", "-qw", "net.ipv4.ip_local_port_range=32768 60999")

    assert verdict(report)[:2] == ("gateway_port_exhausted", "tcp")
    assert "ip_local_port_range (41000 to 41001)" in verdict(report)[2]
