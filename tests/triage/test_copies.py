"""Where copies of a node may lie: in a case, as a capture of `gwdiag limits`, as an sos report; also without logs."""

import json
import tarfile
from pathlib import Path

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.triage.examine import examine
from gwdiag.triage.load import loaded
from gwdiag.triage.report import TriageReport
from tests.triage.small_case import counters, lines, process, quiet, refused, system, write

META = {"interval_s": 10.0, "clk_tck": 100, "pid": 2417, "name": "tyk", "uname": "Linux gw-9 6.1.0-28-amd64"}
USED_UP = process(1020, 1024)


def prefixed(place: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{place}/{name}": text for name, text in files.items()}


def capture(folder: Path, before: dict[str, str], now: dict[str, str], meta: str = json.dumps(META)) -> Path:
    return write(folder, {**prefixed("t0", before), **prefixed("t1", now), "meta.json": meta})


def report_of(path: Path) -> TriageReport:
    with loaded(path, Reading(year=2026)) as found:
        return examine(found)


def nodes_of(path: Path) -> dict[str, tuple[str, float | None, str]]:
    """The copies that are found: where each lies, and what is known of the time between its readings."""
    with loaded(path, Reading(year=2026)) as found:
        return {
            name: (state.place.removeprefix(f"{path}"), state.seconds if state.before else None, state.since)
            for name, state in found.case.nodes.items()
        }


def packed(folder: Path) -> Path:
    file = folder.with_name(f"{folder.name}.tar.xz")
    with tarfile.open(file, "w:xz") as archive:
        archive.add(folder, arcname=folder.name)
    return file


@pytest.mark.parametrize("is_packed", [False, True], ids=["folder", "archive"])
def test_a_capture_alone(tmp_path, is_packed):
    folder = capture(tmp_path / "kept", system(), {**system(), **USED_UP})
    report = report_of(packed(folder) if is_packed else folder)

    assert report.causes[0].id == "gateway_nofile_exhausted"
    assert report.summary == "The gateway is out of file descriptors (likely): gw-9."
    assert (report.status, report.beside) == ("error", ("fd.growth", "fd.soft_low", "fd.used_ratio"))


def test_two_readings_of_a_capture_are_compared(tmp_path):
    folder = capture(tmp_path, system(), {**system(), **counters(syn_again=400, sent=10_900)})

    assert nodes_of(folder) == {"gw-9": ("/t1", 10.0, "in 10.0 s")}
    [said] = [one for one in report_of(folder).findings if one.id == "syn_unanswered"]
    assert said.summary == "gw-9: 400 SYNs were sent again in 10.0 s"


@pytest.mark.parametrize("meta", ["no JSON", "[]", "{}"])
def test_a_capture_whose_words_are_lost(tmp_path, meta):
    folder = capture(tmp_path / "kept", system(), {**system(), **USED_UP}, meta)

    assert nodes_of(folder) == {"kept": ("/t1", None, "since before the fault")}
    assert report_of(folder).causes[0].id == "gateway_nofile_exhausted"


def test_a_limit_that_is_reached_is_shown_where_no_cause_can_be_named(tmp_path):
    full = {
        "proc/sys/net/netfilter/nf_conntrack_count": "262000\n",
        "proc/sys/net/netfilter/nf_conntrack_max": "262144\n",
    }
    report = report_of(capture(tmp_path, system(), {**system(), **full}))

    assert report.summary == "Cannot tell whether anything fails, there are no logs; but look at ct.usage."
    assert (report.causes[0].id, report.status) == ("healthy", "warning")


def test_a_capture_beside_the_log_of_one_node_is_of_that_node(tmp_path):
    capture(tmp_path / "limits", system(refused=10), system(refused=130))
    write(tmp_path, {"gw-1.log": lines(refused())})
    first = report_of(tmp_path).causes[0]

    assert (first.id, first.scope.nodes) == ("upstream_down", ("gw-1",))
    assert "attempts_reset" in first.for_


def test_a_capture_in_a_folder_of_a_node_is_of_that_node(tmp_path):
    write(tmp_path, {f"nodes/{one}/gateway.log": lines(refused()) for one in ("gw-1", "gw-2")})
    capture(tmp_path / "nodes/gw-1/limits", system(refused=10), system(refused=130))
    capture(tmp_path / "nodes/gw-2", system(refused=10), system(refused=130))

    assert nodes_of(tmp_path) == {
        "gw-1": ("/nodes/gw-1/limits/t1", 10.0, "in 10.0 s"),
        "gw-2": ("/nodes/gw-2/t1", 10.0, "in 10.0 s"),
    }


def test_copies_of_other_nodes_are_not_taken_for_that_of_the_log(tmp_path):
    write(tmp_path, {"gw-1/gateway.log": lines(refused()), **prefixed("gw-2/system", system())})

    with loaded(tmp_path, Reading(year=2026)) as found:
        assert found.case.view is not None
        assert (tuple(found.case.view.tally.formats), tuple(found.case.nodes)) == (("gw-1",), ("gw-2",))


@pytest.mark.parametrize("is_packed", [False, True], ids=["folder", "archive"])
def test_an_sos_report_with_the_log_in_it(tmp_path, is_packed):
    folder = write(
        tmp_path / "sosreport-gw-7",
        {
            **system(),
            **USED_UP,
            "sos_commands/kernel/sysctl_-a": "net.ipv4.tcp_syn_retries = 6\n",
            "sos_commands/networking/ss_-peaonmi": "State Recv-Q Send-Q\nLISTEN 0 4096\n",
            "var/log/tyk/gateway.log": lines(quiet()),
            "var/log/messages": "Nov 20 08:00:01 gw-7 systemd[1]: Started Session 3.\n",
        },
    )
    path = packed(folder) if is_packed else folder
    with loaded(path, Reading(year=2026)) as found:
        report = examine(found)
        assert found.case.view is not None
        assert (tuple(found.case.view.tally.formats), tuple(found.case.nodes)) == (("sosreport-gw-7",),) * 2

    assert [one.id for one in report.causes[:1]] == ["healthy"]
    assert report.missing == (
        "API definitions (apps/*.json, or the configuration): targets, lists and timeouts",
        "the same from before the fault, or a second reading: what counters grew by",
        "a probe from a node (gwdiag probe UPSTREAM --save FILE)",
    )


def test_sos_reports_of_several_nodes_are_told_apart(tmp_path):
    for one in ("gw-1", "gw-2"):
        write(tmp_path / one, {**system(), "sos_commands/date": "Fri Nov 20\n"})

    assert nodes_of(tmp_path) == {
        "gw-1": ("/gw-1", None, "since before the fault"),
        "gw-2": ("/gw-2", None, "since before the fault"),
    }


def test_a_folder_that_is_only_called_system_is_no_copy(tmp_path):
    write(tmp_path, {"gw-1.log": lines(quiet()), "system/notes.txt": "nothing of a kernel\n"})

    assert nodes_of(tmp_path) == {}
