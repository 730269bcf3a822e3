"""This machine: real processes, real sockets, real namespaces."""

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gwdiag.limits.checks import checks
from gwdiag.limits.examine import Wanted, examine_live, examine_recorded
from gwdiag.limits.report import CheckResult, LimitsReport
from gwdiag.limits.root import Live
from gwdiag.limits.snapshot import Snapshot
from gwdiag.model.problem import Problem
from tests.limits.node import write

pytestmark = pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="no Linux /proc here")
ROOTS = (Path("/proc"), Path("/sys"), Path("/"))

GATEWAY = """
import os, resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 256))
listener = socket.create_server(("127.0.0.1", 0), backlog=2)
if sys.argv[1:] == ["full"]:
    waiting = [socket.create_connection(listener.getsockname()) for _ in range(3)]
files = [open("/dev/null") for _ in range(62 - max(map(int, os.listdir("/proc/self/fd"))))]
print(listener.getsockname()[1], flush=True)
time.sleep(60)
"""


def started(*prefix: str, args: tuple[str, ...] = (), **environment: str) -> "subprocess.Popen[str]":
    """A stand-in for a gateway: 64 descriptors, nearly all in use, and a listening socket."""
    command = [*prefix, sys.executable, "-c", GATEWAY, *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})


def port_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout
    return int(process.stdout.readline())


@pytest.fixture
def gateway() -> Iterator["subprocess.Popen[str]"]:
    with started(args=("full",), GOMAXPROCS="3", TYK_GW_SECRET="352d20ee") as process:
        yield process
        process.kill()


def wanted(pid: int | None, *only: str, window_s: float = 0.2, **more: object) -> Wanted:
    return Wanted(checks=checks(only or None), pid=pid, window_s=window_s, **more)  # type: ignore[arg-type]


def by_id(report: LimitsReport) -> dict[str, CheckResult]:
    return {one.id: one for one in report.checks}


def test_a_process_that_has_used_up_its_descriptors_and_does_not_accept(gateway):
    port = port_of(gateway)
    report = examine_live(wanted(gateway.pid, ports=(port,)), *ROOTS)
    seen = by_id(report)

    assert (seen["fd.soft_low"].value, seen["fd.soft_low"].status) == (64, "crit")
    held = len(list(Path(f"/proc/{gateway.pid}/fd").iterdir()))
    assert (seen["fd.used_ratio"].used, seen["fd.used_ratio"].limit) == (held, 64)
    assert seen["fd.used_ratio"].status == "crit"
    assert seen["fd.soft_lt_hard"].status == "warn"
    assert (seen["listen.accept_queue"].used, seen["listen.accept_queue"].limit) == (3, 2)
    assert seen["listen.accept_queue"].status == "crit"
    assert (seen["proc.restarts"].status, seen["proc.threads"].value) == ("warn", 1)
    assert seen["listen.missing"].status == "crit"  # on loopback only
    assert report.process.pid == gateway.pid
    assert report.window_s == pytest.approx(0.2, abs=3)


def test_the_figures_are_those_of_the_system(gateway):
    port_of(gateway)
    seen = by_id(examine_live(wanted(gateway.pid), *ROOTS))

    assert seen["fs.nr_open"].value == int(Path("/proc/sys/fs/nr_open").read_text())
    assert seen["listen.somaxconn"].value == int(Path("/proc/sys/net/core/somaxconn").read_text())
    assert seen["mem.host_available"].limit == os.sysconf("SC_PHYS_PAGES") * resource.getpagesize()
    assert seen["disk.space"].status != "unavailable"
    assert seen["time.sync"].status != "unavailable"
    assert seen["tcp.retrans_rate"].status != "unavailable"
    assert seen["cpu.util"].status != "unavailable"


def test_the_second_reading_asks_nothing_of_the_first_that_it_was_not_asked(gateway):
    port_of(gateway)
    report = examine_live(wanted(gateway.pid), *ROOTS)

    assert [one.id for one in report.checks if "was not read the first time" in one.why] == []


def test_what_was_kept_is_judged_the_same_elsewhere_and_holds_no_secret(gateway, tmp_path):
    port_of(gateway)
    kept = tmp_path / "kept"
    live = examine_live(wanted(gateway.pid), *ROOTS, kept)
    replayed = examine_recorded(wanted(None), kept)

    def judged(report: LimitsReport) -> dict[str, tuple[object, ...]]:
        return {one.id: (one.status, one.value, one.used, one.limit) for one in report.checks}

    assert judged(replayed) == judged(live)
    assert (replayed.process, replayed.host, replayed.window_s) == (live.process, live.host, live.window_s)
    everything = b"".join(file.read_bytes() for file in kept.rglob("*") if file.is_file())
    assert b"352d20ee" not in everything
    assert (kept / f"t1/proc/{gateway.pid}/environ").read_bytes().split(b"\0")[-2].startswith(b"SSL_CERT") or (
        b"GOMAXPROCS=3" in everything
    )
    assert (kept.stat().st_mode & 0o77, json.loads((kept / "meta.json").read_text())["pid"]) == (0, gateway.pid)


def test_a_capture_needs_a_new_folder(tmp_path):
    (tmp_path / "there").touch()

    with pytest.raises(Problem, match="it is not empty"):
        examine_live(wanted(os.getpid()), *ROOTS, tmp_path)


def test_one_reading(gateway):
    port_of(gateway)
    report = examine_live(wanted(gateway.pid, window_s=0), *ROOTS)

    assert (report.window_s, by_id(report)["cpu.util"].status) == (None, "unavailable")


def test_a_process_is_found_by_its_name(tmp_path):
    program = tmp_path / "tyk-gateway-of-tests"  # longer than the kernel's 15 characters
    program.symlink_to(sys.executable)
    with subprocess.Popen([program, "-c", "import time; time.sleep(60)"]) as process:
        for _ in range(50):
            if Path(f"/proc/{process.pid}/comm").read_text().startswith("tyk-gateway-of"):
                break
            time.sleep(0.02)
        report = examine_live(Wanted(checks=checks(), name=program.name, window_s=0), *ROOTS)
        process.kill()

    assert (report.process.pid, report.process.name) == (process.pid, "tyk-gateway-of-")


def test_processes_that_are_not_there(tmp_path):
    for missing in (wanted(4_194_305), Wanted(checks=checks(), name="nobody-is-called-so")):
        with pytest.raises(Problem, match=r"there is no such process|no process is called so"):
            examine_live(missing, *ROOTS)
    with pytest.raises(Problem, match="it is no /proc of a Linux node"):
        examine_live(wanted(None), tmp_path, Path("/sys"), Path("/"))


def test_roots_that_are_mounted_elsewhere_tell_nothing_of_this_kernel(gateway, tmp_path):
    port_of(gateway)
    (tmp_path / "proc").symlink_to("/proc")
    seen = by_id(examine_live(wanted(gateway.pid), tmp_path / "proc", Path("/sys"), Path("/")))

    assert seen["fd.soft_low"].value == 64
    assert seen["listen.somaxconn"].status != "unavailable"


def test_copies_of_proc_and_sys_are_judged_without_asking_this_machine(tmp_path):
    node = write(tmp_path / "node", {}) / "t1"
    (node / "proc").rename(tmp_path / "elsewhere")
    report = examine_live(wanted(2417), tmp_path / "elsewhere", node / "sys", node)
    seen = by_id(report)

    assert (report.window_s, report.process.name, seen["port.range"].value) == (None, "tyk", 28232)
    assert (seen["net.mtu"].value, seen["dns.nameservers"].value, seen["time.sync"].status) == (1500, 2, "ok")
    assert seen["cpu.util"].status == "unavailable"


def namespaces_allowed() -> bool:
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


needs_namespaces = pytest.mark.skipif(not namespaces_allowed(), reason="no right to make network namespaces")


@needs_namespaces
def test_another_network_namespace_is_entered_where_we_may(tmp_path):
    set_up = 'ip link set lo up 2>/dev/null; sysctl -qw net.core.somaxconn=77; exec "$@"'
    with started("unshare", "-n", "sh", "-c", set_up, "sh") as process:
        port = port_of(process)
        seen = by_id(examine_live(wanted(process.pid, ports=(port,)), *ROOTS, tmp_path / "kept"))
        process.kill()

    assert (seen["listen.somaxconn"].value, seen["listen.somaxconn"].status) == (77, "crit")
    assert (seen["listen.accept_queue"].used, seen["listen.accept_queue"].limit) == (0, 2)
    assert int(Path("/proc/sys/net/core/somaxconn").read_text()) != 77
    assert by_id(examine_recorded(wanted(None), tmp_path / "kept"))["listen.somaxconn"].value == 77


CONTAINER = """
import subprocess, sys
process = subprocess.Popen([sys.executable, "-c", sys.argv[1], "full"], stdout=subprocess.PIPE, text=True)
port = process.stdout.readline().strip()
run = [sys.executable, "-m", "gwdiag", "limits", "--pid", str(process.pid), "--listen", port, "-o", "json"]
subprocess.run([*run, "--window", "0.2"])
process.kill()
"""


@needs_namespaces
def test_inside_of_namespaces_as_a_container_has_them():
    set_up = 'ip link set lo up 2>/dev/null; sysctl -qw net.ipv4.ip_local_port_range="40000 40999"; exec "$@"'
    namespaces = ("unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--cgroup")
    command = [*namespaces, "sh", "-c", set_up, "sh", sys.executable, "-c", CONTAINER, GATEWAY]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    report = json.loads(run.stdout)
    seen = {one["id"]: one for one in report["checks"]}

    assert (report["status"], report["process"]["network_namespace"]) == ("error", "read")
    assert report["process"]["pid"] < 20
    assert (seen["fd.soft_low"]["value"], seen["port.range"]["value"]) == (64, 1000)
    assert (seen["listen.accept_queue"]["used"], seen["listen.accept_queue"]["status"]) == (3, "crit")
    assert seen["net.arp"]["status"] == "unavailable"  # the kernel shows its bounds in the first namespace only


UNPRIVILEGED = """
import json, os, sys
from pathlib import Path
from gwdiag.limits.checks import checks
from gwdiag.limits import capture, system_calls, namespaces
from gwdiag.limits.examine import Wanted, examine_live
from gwdiag.render.json import as_json
wanted = Wanted(checks=checks(), pid=int(sys.argv[1]), window_s=0.1)
examine_live(wanted, Path("/proc"), Path("/sys"), Path("/"))  # loads all modules
os.setgroups([]); os.setgid(65534); os.setuid(65534)
report = examine_live(wanted, Path("/proc"), Path("/sys"), Path("/"))
print(json.dumps([(one.id, one.status.value, one.why) for one in report.checks]))
"""


def as_nobody(pid: int) -> dict[str, tuple[str, str]]:
    command = [sys.executable, "-c", UNPRIVILEGED, str(pid)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return {name: (status, why) for name, status, why in json.loads(run.stdout)}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_without_any_right_nine_tenths_can_still_be_told(gateway):
    port_of(gateway)
    seen = as_nobody(gateway.pid)
    refused = {name for name, (_, why) in seen.items() if "it takes root, or its owner" in why}

    assert {"fd.used_ratio", "env.proxy", "log.deleted_open"} <= refused
    assert len(refused) < 20
    assert seen["fd.soft_low"][0] == "crit"
    assert seen["listen.somaxconn"][0] != "unavailable"  # the namespace is ours, though its link may not be read
    assert seen["dns.nameservers"][0] != "unavailable"  # /etc is ours too


@needs_namespaces
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_without_any_right_another_namespace_stays_closed():
    with started("unshare", "-n", "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh") as process:
        port_of(process)
        seen = as_nobody(process.pid)
        process.kill()

    assert seen["listen.somaxconn"][0] == "unavailable"
    assert "in another network namespace" in seen["listen.somaxconn"][1]
    assert "in another network namespace" in seen["listen.accept_queue"][1]
    assert seen["tw.count"][0] == "unavailable"


def test_unanswered_syns_are_listed_by_upstream(tmp_path):
    """A listener whose queue is full ignores SYNs: what a firewall that drops looks like from here."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(6)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        time.sleep(2.3)
        report = examine_live(wanted(os.getpid(), "sock.syn_sent", "tcp.syn_retrans", window_s=1.2), *ROOTS)
        for one in waiting:
            one.close()

    [bad] = [one for one in report.unanswered if one.upstream == f"127.0.0.1:{address[1]}"]
    assert bad.connections >= 4
    assert bad.retransmits >= 1
    found = by_id(report)["sock.syn_sent"]
    assert (found.status, found.fixes[0].command) == ("warn", f"nc -vz -w 5 127.0.0.1 {address[1]}")


def test_a_file_is_read_once():
    snapshot = Snapshot(Live(*ROOTS, None))
    first = snapshot.read("proc/uptime")
    time.sleep(0.03)

    assert snapshot.read("proc/uptime") == first
    snapshot.close()
    with pytest.raises(OSError, match="was not read the first time"):
        snapshot.read("proc/stat")


def test_settings_are_read_though_the_kernel_sets_aside_what_is_asked_for():
    # A single read of 64 MB of a file below /proc/sys fails with ENOMEM.
    assert Live(*ROOTS, None).read("proc/sys/fs/nr_open").strip().isdigit()
