"""Cases as a user plays them: on loopback, in namespaces, interrupted; what is written, and that nothing is left."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gwdiag.lab import cgroups
from gwdiag.lab.needs import missing
from gwdiag.lab.scenario import Need
from gwdiag.lab.verdict import judge

SECONDS = "6"
SEED = str(os.getpid())
"""Of what is played on loopback: side by side with others there are no other ones with its addresses."""


def play(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "gwdiag", "lab", "run", *args, "--folder", folder, "--duration", SECONDS]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def files(case: Path) -> set[str]:
    """Of one node, without what differs: process ids and API ids."""
    [first, *_] = sorted((case / "nodes").iterdir())
    names = (str(one.relative_to(first)) for one in first.rglob("*") if one.is_file())
    return {re.sub(r"[0-9a-f]{16}", "ID", re.sub(r"/\d+/", "/PID/", name)) for name in names}


ALWAYS = {
    "gateway.log",
    "tyk.conf",
    "system/proc/PID/limits",
    "system/proc/PID/status",
    "system/proc/PID/fd_count",
    "system/proc/net/sockstat",
    "system/proc/net/netstat",
    "system/proc/net/snmp",
    "system/proc/net/tcp",
    "system/proc/sys/fs/file-nr",
    "system/proc/loadavg",
    "system/proc/stat",
}
BEFORE = {
    "system_before/proc/PID/status",
    "system_before/proc/PID/fd_count",
    "system_before/proc/net/sockstat",
    "system_before/proc/net/netstat",
    "system_before/proc/net/snmp",
    "system_before/proc/stat",
}


def test_a_case_on_loopback_has_the_layout_of_recorded_ones_and_its_truth_beside(tmp_path):
    done = play(tmp_path, "upstream_down", "upstream_5xx", "--loopback", "--seed", SEED, "--no-triage")

    assert (done.returncode, done.stderr) == (0, "")
    name = f"upstream_down+upstream_5xx-{SEED}"
    case, label = tmp_path / "cases" / name, json.loads((tmp_path / f"labels/{name}.json").read_text())
    assert done.stdout.splitlines()[0] == str(case)
    assert "nobody listens any more." in " ".join(done.stdout.split())  # it is wrapped somewhere
    assert {*ALWAYS, *BEFORE} <= files(case)
    assert {one.name for one in (case / "nodes").iterdir()} == set(label["affected"]["nodes"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cases", "labels"]
    down, answering = label["faults"]
    assert [label["root_cause"], down["root_cause"], answering["root_cause"]] == [
        "upstream_down",
        "upstream_down",
        "upstream_5xx",
    ]
    assert down["affected"]["apis"] != answering["affected"]["apis"]
    assert answering["failures"] > 0
    # Every failure that clients saw after the onset is in the logs; open connections ended before others were refused.
    target = down["affected"]["upstreams"][0].removeprefix("http://")
    lines = [line for one in (case / "nodes").iterdir() for line in (one / "gateway.log").read_text().splitlines()]
    errors = [line for line in lines if "http: proxy error: " in line and target in line]
    refused = [line for line in errors if f"dial tcp {target}: connect: connection refused" in line]
    assert len(errors) >= down["failures"] > 0
    assert len(refused) > 0


def test_a_case_in_namespaces_has_its_own_network_and_resolver(tmp_path):
    if reason := missing(Need.FILTER):
        pytest.skip(reason)
    done = play(tmp_path, "firewall_reject", "--seed", "5", "--no-triage")

    assert (done.returncode, done.stderr) == (0, "")
    case, label = (
        tmp_path / "cases/firewall_reject-5",
        json.loads((tmp_path / "labels/firewall_reject-5.json").read_text()),
    )
    assert {*ALWAYS, *BEFORE, "system/etc/resolv.conf"} <= files(case)
    [first, *_] = sorted((case / "nodes").iterdir())
    resolver = re.search(r"nameserver (10\.\d+\.\d+)\.53\n", (first / "system/etc/resolv.conf").read_text())
    assert resolver
    assert resolver[1] in (first / "gateway.log").read_text()
    assert label["failures"] > 0
    assert label["truth_counts"]["dns_answers"]["ok"] > 0


def test_what_was_played_is_judged_as_a_user_would_see_it(tmp_path):
    """Without triage's opinion: that it was asked, and its answer or its excuse is what is said."""
    case = tmp_path / "cases/one"
    (case / "nodes/a").mkdir(parents=True)
    label = tmp_path / "one.json"
    affected = {"nodes": [], "apis": [], "api_ids": [], "upstreams": []}
    truth = {"root_cause": "healthy", "also_acceptable": [], "affected": affected}
    label.write_text(json.dumps(truth | {"onset": "2026-11-20T08:00:00Z", "onset_at_start": True}))
    verdict = judge(case, label)

    assert verdict.truth == ("healthy",)
    assert verdict.problem or verdict.named


def alive(marker: str) -> list[str]:
    """Command lines of processes that have the marker among their words or in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if marker in words and int(folder.name) != os.getpid():
            found.append(words)
    return found


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (signal.SIGINT, "--apart"),
        (signal.SIGTERM, "--loopback"),
        (signal.SIGKILL, "--apart"),
        (signal.SIGKILL, "--loopback"),
    ],
)
def test_an_interrupted_run_leaves_nothing(tmp_path, number, where):
    if where == "--apart" and (reason := missing(Need.NETWORK)):
        pytest.skip(reason)
    folder, work = tmp_path / "lab", tmp_path / "work"
    work.mkdir()
    more = [where] if where == "--loopback" else []
    command = [sys.executable, "-m", "gwdiag", "lab", "run", "upstream_slow", "--folder", folder, *more]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(work)}
    )
    until = time.monotonic() + 30
    while not list(work.glob("*/load.stderr")) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(alive(str(tmp_path))) > 3
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    until = time.monotonic() + 10
    while alive(str(tmp_path)) and time.monotonic() < until:
        time.sleep(0.05)

    assert alive(str(tmp_path)) == []
    if number == signal.SIGKILL:  # nobody was left to remove files
        return
    assert (process.returncode, out, err) == (130, "", "gwdiag: interrupted\n")
    assert [*work.iterdir(), *folder.rglob("gateway.log")] == []


def test_cgroups_of_a_run_that_was_killed_go_with_the_next(tmp_path):
    if reason := cgroups.missing():
        pytest.skip(reason)
    process = subprocess.Popen(["sleep", "60"])
    try:
        folder = cgroups.limit("1999999999", "node", process.pid, 0.5)
        assert str(process.pid) in (folder / "cgroup.procs").read_text().split()
    finally:
        process.kill()
        process.wait()
    cgroups.remove(str(os.getpid()))

    assert not folder.exists()
    assert not folder.parent.exists()
