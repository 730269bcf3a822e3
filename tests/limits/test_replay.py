"""Folders that hold a copy of a node, whoever made them."""

import json
from pathlib import Path

import pytest

from gwdiag.limits.checks import checks
from gwdiag.limits.examine import Wanted, examine_recorded
from gwdiag.limits.replay import recording
from gwdiag.limits.root import Recorded
from gwdiag.model.problem import Problem
from tests.limits.node import PROC, files, grown, write

WHOLE = Wanted(checks=checks())


def written(folder: Path, texts: dict[str, str]) -> Path:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", "surrogateescape", newline="")
    return folder


def statuses(folder: Path, wanted: Wanted = WHOLE) -> dict[str, str]:
    return {one.id: one.status.value for one in examine_recorded(wanted, folder).checks}


def test_a_capture(tmp_path):
    write(tmp_path, {f"{PROC}/net/netstat": grown("TcpExt", ListenOverflows=100)})
    report = examine_recorded(WHOLE, tmp_path)

    assert (report.status, report.window_s, report.host) == ("error", 10.0, "gw-1")
    assert (report.process.pid, report.process.name, report.process.network_namespace) == (2417, "tyk", "read")
    assert [one.id for one in report.findings] == ["listen.overflows"]
    assert report.findings[0].summary == (
        "10 overflows/s; critical above 1 overflows/s. Each is a client whose handshake was dropped in silence; it "
        "tries again a second later, or gives up."
    )


@pytest.mark.parametrize("meta", [None, "", "{", "[]", '"x"', "{}", '{"interval_s": "x", "listen": 3, "pid": "x"}'])
def test_a_capture_whose_meta_is_damaged_is_judged_without_its_times(tmp_path, meta):
    write(tmp_path, {})
    (tmp_path / "meta.json").unlink()
    if meta is not None:
        (tmp_path / "meta.json").write_text(meta)
    report = examine_recorded(WHOLE, tmp_path)
    seen = {one.id: one.status for one in report.checks}

    assert (report.process.pid, seen["listen.overflows"], seen["fd.used_ratio"]) == (2417, "unavailable", "ok")
    assert report.status == ("ok" if meta and "{" in meta and "}" in meta else "incomplete")


def test_a_capture_with_its_second_reading_only_has_no_rates(tmp_path):
    write(tmp_path, {})
    (tmp_path / "t0").rename(tmp_path / "gone")

    assert statuses(tmp_path)["listen.overflows"] == "unavailable"


def test_a_support_bundle(tmp_path):
    first, second = files({f"{PROC}/net/netstat": grown("TcpExt", ListenOverflows=100)})
    second["proc/uptime"] = "3303.81 1068.53\n"
    first["proc/uptime"] = "3293.81 1068.53\n"
    written(tmp_path / "system", second)

    assert statuses(tmp_path)["listen.overflows"] == "unavailable"
    written(tmp_path / "system_before", first)
    report = examine_recorded(WHOLE, tmp_path)
    assert (report.window_s, report.process.pid) == (pytest.approx(10), 2417)
    assert [one.id for one in report.findings] == ["listen.overflows"]


def test_a_bundle_that_has_the_network_of_the_node_only(tmp_path):
    texts = {path.replace(f"{PROC}/net/", "proc/net/"): text for path, text in files({})[1].items()}
    seen = statuses(written(tmp_path / "system", texts).parent)

    assert [seen[one] for one in ("tw.count", "port.per_dest", "ip.route", "listen.missing")] == ["ok"] * 4


def test_an_sos_report(tmp_path):
    texts = {path: text for path, text in files({})[1].items() if not path.startswith(("proc/sys/net", PROC))}
    settings = "net.core.somaxconn = 128\nnet.ipv4.ip_local_port_range = 32768\t60999\nkernel.osrelease = 4.18.0\n"
    report = tmp_path / "sosreport-gw-1-2026-11-20"
    written(report, {**texts, "sos_commands/kernel/sysctl_-a": settings, "sos_commands/kernel/dmesg": "[ 1.0] hello\n"})
    seen = {one.id: one for one in examine_recorded(WHOLE, tmp_path).checks}

    assert (seen["listen.somaxconn"].status, seen["listen.somaxconn"].value) == ("crit", 128)
    assert (seen["port.range"].status, seen["port.range"].value) == ("ok", 28232)
    assert (seen["kernel.dmesg"].status, seen["fs.file_nr"].status, seen["tcp.keepalive"].status) == (
        "ok",
        "ok",
        "unavailable",
    )
    assert seen["fd.used_ratio"].why == "no gateway process was found; name it with --pid or --name"


def test_a_process_of_a_recording_can_be_chosen(tmp_path):
    write(tmp_path, {}, pid=1)
    other = {
        f"proc/77/{name}": text for name, text in (("comm", "nginx\n"), ("limits", "Max open files 10 10 files\n"))
    }
    written(tmp_path / "t1", other)
    by_name = examine_recorded(Wanted(checks=checks(), name="nginx"), tmp_path)

    assert (by_name.process.pid, statuses(tmp_path, Wanted(checks=checks(), pid=77))["fd.soft_low"]) == (77, "crit")
    with pytest.raises(Problem, match="--pid 78: there is no such process"):
        examine_recorded(Wanted(checks=checks(), pid=78), tmp_path)
    with pytest.raises(Problem, match="--name envoy: no process is called so"):
        examine_recorded(Wanted(checks=checks(), name="envoy"), tmp_path)


def test_folders_that_are_none(tmp_path):
    (tmp_path / "logs").mkdir()
    with pytest.raises(Problem, match="it holds no copy of a node: neither t0 or t1, nor proc"):
        recording(tmp_path)
    (tmp_path / "nodes").mkdir()
    with pytest.raises(Problem, match=r"it holds several nodes; give one of .*/nodes"):
        recording(tmp_path)
    with pytest.raises(Problem, match="there is no such folder"):
        recording(tmp_path / "gone")


def test_nothing_outside_of_the_folder_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("4096\n")
    folder = write(tmp_path / "capture", {})
    setting = folder / "t1/proc/sys/net/core/somaxconn"
    setting.unlink()
    setting.symlink_to(secret)
    why = {one.id: one.why for one in examine_recorded(WHOLE, folder).checks}

    assert "may not be read" in why["listen.somaxconn"]


def test_a_pipe_in_the_folder_does_not_hang(tmp_path):
    import os

    write(tmp_path, {"proc/vmstat": None})
    os.mkfifo(tmp_path / "t1/proc/vmstat")

    assert statuses(tmp_path)["mem.majfault"] == "unavailable"


def test_a_folder_in_place_of_a_file_and_a_file_in_place_of_a_folder(tmp_path):
    write(tmp_path, {"proc/vmstat": None})
    (tmp_path / "t1/proc/vmstat").mkdir()
    (tmp_path / "t1" / PROC / "task/2417").rename(tmp_path / "x")
    (tmp_path / "t1" / PROC / "task").rmdir()
    (tmp_path / "t1" / PROC / "task").write_text("x")
    seen = statuses(tmp_path)

    assert [seen["mem.majfault"], seen["proc.state_d"]] == ["unavailable"] * 2


def test_the_recorded_nodes(shared):
    """What the development set says of each check. The truth stands beside each; gwdiag does not read it."""
    wrong = []
    folders = sorted(one for one in (shared / "limits_fixtures").iterdir() if one.is_dir())
    for folder in folders:
        expected = json.loads((folder / "expected.json").read_text())
        seen = {one.id: one for one in examine_recorded(WHOLE, folder).checks}
        for must in expected["must"]:
            one = seen[must["id"]]
            is_right = "value" not in must or one.value == pytest.approx(must["value"], rel=0.01)
            if one.status not in must["status"] or not is_right:
                wrong.append((folder.name, must, one.status, one.value))
        alarms = {id_ for id_, one in seen.items() if one.status in ("warn", "crit")}
        named = set(expected["must_not"]) if "*" not in expected["must_not"] else seen.keys()
        wrong += [(folder.name, id_) for id_ in sorted(alarms & named)]

    assert wrong == []
    assert len(folders) >= 6


def test_a_recording_holds_what_was_refused(tmp_path):
    root = Recorded(write(tmp_path, {}) / "t1", unreadable=("/proc/2417/environ", f"t1/{PROC}/fd"))

    for ask in (lambda: root.read(f"{PROC}/environ"), lambda: root.descriptors(2417)):
        with pytest.raises(PermissionError):
            ask()
    assert root.read(f"{PROC}/comm") == b"tyk\n"
