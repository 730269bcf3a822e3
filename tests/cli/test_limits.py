"""`gwdiag limits` as a user runs it."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gwdiag.schema import json_schema
from tests.cli.conftest import Here
from tests.conftest import ROOT, Run
from tests.limits.node import GROUP, PROC, descriptors, grown, many, sockets, write

HEALTHY: dict[str, object] = {}
WARNING = {"proc/sys/net/ipv4/tcp_retries2": "15\n"}
FULL = {
    "proc/sys/net/netfilter/nf_conntrack_count": "260000\n",
    f"{PROC}/net/tcp": sockets(many(30, "10.1.2.3:443", "02", unsent=1, retransmits=3)),
    f"{PROC}/net/netstat": grown("TcpExt", ListenOverflows=4),
}
OUTPUTS = ["text", "json", "md", "prom"]
TEXT = """\
gwdiag limits: tyk (pid 2417) on gw-1, two readings 10.0 s apart

ERROR   ct.usage: 260,000 of 262,144 connections (99.2 %); 2,144 connections left; critical above 90.0 %. When it is \
full every new connection is dropped without an answer, to all upstreams and to the resolver.
ERROR   sock.syn_sent: 30 connections; critical above 20 connections; 10.1.2.3:443 did not answer in either reading; \
to 10.1.2.3:443, up to 3 retransmits. This is a dial timeout in the making: something drops the gateway's SYNs to this \
upstream.
WARN    listen.overflows: 0.4 overflows/s; a warning above 0 overflows/s. Each is a client whose handshake was dropped \
in silence; it tries again a second later, or gives up.

Upstreams that do not answer a SYN
  upstream      connections  most retransmits
  10.1.2.3:443           30                 3

What helps (nothing of it was run)
  ct.usage: Allow more entries
      sysctl -w net.netfilter.nf_conntrack_max=524288
      sysctl -w net.netfilter.nf_conntrack_max=262144    # takes it back
  ct.usage: Forget idle connections after a day
      sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=86400
      sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established=432000    # takes it back
  sock.syn_sent: Connect from this node and from one that works
      nc -vz -w 5 10.1.2.3 443

  cg.version: version 2
  ip.icmp_ratelimit: 1,000 ms
  rlimit.core_memlock: a crash leaves no core file; 8,388,608 bytes of memory may be locked
  sec.seccomp_lsm: no seccomp; security profile: unconfined
  tcp.syn_retries: 6 retries; sent again after 1, 2, 3, 4, 5, 7 s, given up after 11 s; the gateway gives up after 30 s

Fine: 91 checks (cpu 9, ct 4, disk 3, dns 5, env 1, fd 4, fs 3, ip 3, kernel 1, listen 8, log 1, mem 10, net 7, pids \
2, port 3, proc 3, psi 3, rand 1, rlimit 1, sock 5, tcp 9, time 2, tw 2, udp 1)

Could not be checked: 5
  dns.first_dead: it takes a question to each nameserver, and this command sends none: gwdiag probe does
  kernel.dmesg: /dev/kmsg is not there
  mem.overcommit_maps: /proc/2417/maps is not there
  net.ena_allowance: syscalls.json (allowances): it says nothing of that
  time.peer_skew: it takes a request to the upstream, and this command sends none: gwdiag probe does

2 critical, 1 warning: ct.usage, sock.syn_sent; 99 of 104 checks could be judged.
"""


def test_the_text_is_as_it_should_be(gwdiag: Run, tmp_path: Path) -> None:
    run = gwdiag("limits", "--replay", write(tmp_path, FULL))

    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout == TEXT


@pytest.mark.parametrize(("faults", "status"), [(HEALTHY, "ok"), (WARNING, "warning"), (FULL, "error")])
def test_json_is_valid_and_its_findings_are_its_warnings(here: Here, tmp_path: Path, faults, status) -> None:
    ended = here("limits", "--replay", write(tmp_path, faults), "-o", "json")
    report = json.loads(ended.out)
    bad = {one["id"]: one["status"] for one in report["checks"] if one["status"] in ("warn", "crit")}

    Draft202012Validator(json_schema()).validate(report)
    assert (ended.status, ended.err) == (1 if status == "error" else 0, "")
    assert report["status"] == status
    assert {one["id"]: one["severity"] for one in report["findings"]} == {
        id_: {"warn": "warning", "crit": "error"}[how] for id_, how in bad.items()
    }
    assert len(report["checks"]) == 104
    assert {"id", "status", "value", "limit", "used", "unit", "source", "why", "fix"} <= report["checks"][0].keys()


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_exit_status_does_not_depend_on_the_output(here, tmp_path, output):
    healthy, warning, full = (
        write(tmp_path / name, faults) for name, faults in zip("abc", (HEALTHY, WARNING, FULL), strict=True)
    )
    unclear = write(tmp_path / "d", HEALTHY)
    (unclear / "meta.json").write_text("{")
    runs = [
        here("limits", "--replay", folder, "-o", output, "-q", *more).status
        for folder, more in (
            (healthy, ()),
            (warning, ()),
            (warning, ("--fail-on", "warning")),
            (full, ()),
            (full, ("--fail-on", "never")),
            (unclear, ()),
            (tmp_path / "gone", ()),
        )
    ]

    assert runs == [0, 0, 1, 1, 0, 4, 3]


def test_markdown_and_metrics_hold_the_figures(here, tmp_path):
    folder = write(tmp_path, FULL)
    markdown = here("limits", "--replay", folder, "-o", "md").out
    metrics = here("limits", "--replay", folder, "-o", "prom").out.splitlines()

    assert "## error: ct.usage" in markdown
    assert "`sysctl -w net.netfilter.nf_conntrack_max=524288`" in markdown
    assert 'gwdiag_limit_status{check="ct.usage",status="crit"} 1' in metrics
    assert 'gwdiag_limit_value{check="ct.usage"} 0.99182128906' in "\n".join(metrics)
    assert 'gwdiag_limit_unanswered_connections{upstream="10.1.2.3:443"} 30' in metrics


def ids(ended) -> list[str]:
    return [one["id"] for one in json.loads(ended.out)["checks"]]


def test_what_explains_a_symptom_comes_first(here, tmp_path):
    folder = write(tmp_path, {**FULL, **WARNING})
    dns = ids(here("limits", "--replay", folder, "-o", "json", "--symptom", "dns_timeout"))
    line = "dial tcp 10.0.0.31:9001: i/o timeout"
    dial = here("limits", "--replay", folder, "--symptom", line)

    assert dns[0] == "ct.usage"
    assert "sock.syn_sent" not in dns[:8]
    assert "; what explains upstream_dial_timeout first" in dial.out
    assert "ct.usage (explains it): " in dial.out
    assert "tcp.user_timeout_rto: " in dial.out
    assert here("limits", "--replay", folder, "--symptom", "hello").err == (
        "gwdiag: --symptom hello: neither an error class nor a line that one claims; see gwdiag explain\n"
    )


def test_checks_are_chosen_by_id_and_group(here, tmp_path):
    folder = write(tmp_path, HEALTHY)

    def chosen(*more: str) -> set[str]:
        return set(ids(here("limits", "--replay", folder, "-o", "json", *more)))

    assert chosen("--only", "ct.usage", "--only", "tw") == {"ct.usage", "tw.count", "tw.reuse"}
    assert chosen("--only", "tw", "--skip", "tw.reuse") == {"tw.count"}
    assert len(chosen("--skip", "tw")) == 102
    for option in ("--only", "--skip"):
        ended = here("limits", "--replay", folder, option, "nothing")
        assert (ended.status, ended.err) == (
            2,
            f"gwdiag: {option} nothing: there is no such check; gwdiag limits --list names them\n",
        )


def test_other_thresholds(here, tmp_path):
    folder = write(tmp_path, {"proc/sys/net/netfilter/nf_conntrack_count": "131072\n"})

    def status(threshold: str, name: str = "ct.usage") -> str:
        ended = here("limits", "--replay", folder, "-o", "json", "--threshold", threshold)
        return next(one["status"] for one in json.loads(ended.out)["checks"] if one["id"] == name)

    assert [status(f"ct.usage={one}") for one in ("0.5,0.6", "0.49,0.6", "40%,49%", "-,49%", ",")] == [
        "ok",
        "warn",
        "crit",
        "crit",
        "ok",
    ]
    assert status("port.range=30000,29000", "port.range") == "crit"


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("nothing=1,2", "there is no check 'nothing'; gwdiag limits --list names them"),
        ("ct.usage", "give a warning and a critical bound, such as ct.usage=0.6,0.8"),
        ("ct.usage=1", "give a warning and a critical bound, such as ct.usage=0.6,0.8"),
        ("ct.usage=a,2", "'a' is no number"),
        ("ct.usage=nan,2", "'nan' is no number"),
        ("cg.version=1,2", "cg.version has no threshold: Information only."),
    ],
)
def test_thresholds_that_are_none(here, tmp_path, threshold, said):
    ended = here("limits", "--replay", write(tmp_path, HEALTHY), "--threshold", threshold)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.endswith(f": {said}\n")
    assert ended.err.count("\n") == 1


def test_the_configuration_is_joined(here, tmp_path):
    folder = write(tmp_path / "node", {f"{PROC}/environ": "PATH=/bin\0HTTPS_PROXY=http://proxy:3128\0"}, listen=[])
    apps = tmp_path / "gateway"
    apps.mkdir()
    conf = {"listen_port": 8443, "secret": "352d20ee", "max_idle_connections_per_host": 500, "app_path": "apps"}
    (apps / "tyk.conf").write_text(json.dumps(conf))
    definition = {"api_id": "1", "name": "Orders", "proxy": {"target_url": "https://orders.internal:9443/v1"}}
    (apps / "orders.json").write_text(json.dumps(definition))
    more = ("--config", apps, "--rps", 90000, "--latency", 1, "--balancer-idle", 100)
    ended = here("limits", "--replay", folder, "-o", "json", *more)
    said = {one["id"]: (one["status"], one["statement"]) for one in json.loads(ended.out)["checks"]}

    assert said["listen.missing"] == ("crit", "1 ports; nobody listens on port 8443")
    assert said["env.proxy"] == ("warn", "1 variables; HTTPS_PROXY=http://proxy:3128 is used for orders.internal")
    assert said["fd.soft_low"][1] == "100,000 files; 180,500 are needed for the load and the pools that were given"
    assert said["tcp.keepalive"][1].startswith("120 s; the balancer forgets an idle flow after 100 s")
    assert "352d20ee" not in ended.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--config", "gone"), "--config gone: No such file or directory"),
        (("--config", "README.md"), "--config README.md: no configuration of a gateway is there"),
        (("--replay", "gone"), "gone: there is no such folder"),
        (("--replay", "docs"), "docs: it holds no copy of a node: neither t0 or t1, nor proc"),
        (
            ("--replay", "docs", "--capture", "x"),
            "--replay reads a folder that --capture has written: give one of them",
        ),
        (("--pid", "4194305"), "--pid 4194305: there is no such process"),
        (("--procfs", "docs"), "docs: it is no /proc of a Linux node"),
        (("--list", "-o", "prom"), "--list can be written as text, json or md, not as prom"),
    ],
)
def test_what_cannot_be_done_is_one_line(here, monkeypatch, args, said):
    monkeypatch.chdir(ROOT)
    ended = here("limits", *args)

    assert (ended.status in (2, 3), ended.out, ended.err) == (True, "", f"gwdiag: {said}\n")


def test_a_recording_that_tells_nothing_is_no_report(here, tmp_path):
    (tmp_path / "proc").mkdir()
    ended = here("limits", "--replay", tmp_path)

    assert (ended.status, ended.out) == (3, "")
    assert ended.err.startswith("gwdiag: no check could look: ")


def test_every_check_is_listed_and_the_page_has_the_same_table(here):
    text, table = here("limits", "--list").out, here("limits", "--list", "-o", "md").out
    listed = json.loads(here("limits", "--list", "-o", "json").out)

    assert len(text.splitlines()) == len(listed) == 104
    assert (ROOT / "docs/limits.md").read_text("utf-8").endswith(table), "write it anew: gwdiag limits --list -o md"


def test_explain_documents_a_check(here):
    ended = here("explain", "fd.used_ratio")

    assert (ended.status, ended.out.splitlines()[:2]) == (
        0,
        [
            "fd.used_ratio: Open files of the process",
            (
                "Why: At the limit accept() and socket() fail at once: no client gets in, no upstream and no resolver "
                "is reached"
            ),
        ],
    )
    assert "prlimit --pid <pid> --nofile=<soft>:<hard>    # takes it back" in ended.out
    assert "## fd.used\\_ratio" in here("explain", "fd.used_ratio", "-o", "md").out.replace(
        "fd.used_ratio", "fd.used\\_ratio"
    )
    Draft202012Validator(json_schema()).validate(json.loads(here("explain", "fd.used_ratio", "-o", "json").out))


def test_the_commands_of_the_page_are_valid(here, tmp_path, monkeypatch):
    folder = write(tmp_path, HEALTHY)
    (tmp_path / "tyk.conf").write_text('{"listen_port": 8080, "secret": "x"}')
    page = (ROOT / "docs/limits.md").read_text("utf-8")
    commands = re.findall(r"^gwdiag (limits .*)$", page, re.MULTILINE)
    places = {"--name": "--replay", "tyk": str(folder), "/opt/tyk-gateway": str(tmp_path / "tyk.conf")}
    ended = [here(*(places.get(word, word) for word in shlex.split(one)), "--window", "0") for one in commands]

    assert [one.status for one in ended] == [0] * 3 or [one.err for one in ended if one.status > 1] == []
    assert len(commands) == 3


def sleeps(pid: int) -> bool:
    """Whether a process waits: it was not once found running in half a second."""
    states = []
    for _ in range(10):
        states.append(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0])
        time.sleep(0.05)
    return set(states) == {"S"}


def test_an_interrupted_window_still_tells_what_was_seen():
    command = [sys.executable, "-m", "gwdiag", "limits", "--window", "60", "-o", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(0.5)
        while not sleeps(process.pid):
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (130, "")
    assert json.loads(out)["interrupted"] is True


def test_a_group_that_is_throttled(here, tmp_path):
    stat = "nr_periods {}\nnr_throttled {}\nthrottled_usec {}\n"
    faults = {
        f"{GROUP}/cpu.stat": (stat.format(100, 0, 0), stat.format(200, 62, 3_000_000)),
        f"{GROUP}/cpu.max": "50000 100000\n",
        f"{PROC}/fd.txt": descriptors(20),
    }
    ended = here("limits", "--replay", write(tmp_path, faults), "--only", "cpu")

    assert ended.out.splitlines()[2].startswith(
        "ERROR   cpu.throttle: 62 of 100 periods (62.0 %); critical above 25.0 %; tyk-gateway.service stood still for"
    )
    assert "      systemctl set-property --runtime tyk-gateway.service CPUQuota=" in ended.out
