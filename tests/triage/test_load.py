"""What can be triaged: a case with any of its parts, an archive of it, logs alone; and what cannot, in one line."""

import io
import json
import os
import tarfile
import zipfile
from collections.abc import Callable
from itertools import chain, combinations
from pathlib import Path

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.model.problem import Exit, Problem
from gwdiag.triage.case import Probed
from gwdiag.triage.examine import examine
from gwdiag.triage.load import loaded
from gwdiag.triage.report import TriageReport
from tests.triage.small_case import PARTS, case, lines, quiet, refused, report_of_a_probe, system, write

YEAR = 2026
LOGS = "logs of the gateway: what fails, since when and where cannot be told without them"
DEFINITIONS = "API definitions (apps/*.json, or the configuration): targets, lists and timeouts"
COPIES = "copies of the nodes' /proc and /sys (gwdiag limits --capture): CPU, sockets, counters"
EARLIER = "the same from before the fault, or a second reading: what counters grew by"
PROBE = "a probe from a node (gwdiag probe UPSTREAM --save FILE)"


def report_of(path: Path) -> TriageReport:
    with loaded(path, Reading(year=YEAR)) as found:
        return examine(found)


def refusal(path: Path) -> tuple[str, Exit]:
    with pytest.raises(Problem) as raised, loaded(path, Reading(year=YEAR)):
        pass
    return str(raised.value), raised.value.status


def problems(report: TriageReport) -> list[tuple[str, str]]:
    return [(Path(one.path).name, one.problem) for one in report.inputs if one.problem]


@pytest.mark.parametrize(
    "parts", list(chain.from_iterable(combinations(PARTS, count) for count in range(1, 6))), ids="-".join
)
def test_any_part_may_be_missing(tmp_path, parts):
    case(tmp_path, *parts)
    if not {"logs", "system", "probes"} & set(parts):
        said = f"{tmp_path}: nothing in it looks like a log, a copy of /proc or a probe"
        assert refusal(tmp_path) == (said, Exit.NOTHING_DONE)
        return
    report = report_of(tmp_path)
    first = report.causes[0]

    is_known = bool({"logs", "probes"} & set(parts))
    assert first.id == ("upstream_down" if is_known else "healthy")
    assert report.status == ("error" if is_known else "incomplete")
    assert first.scope.upstreams == (("http://orders.internal:9001",) if is_known else ())
    wished = {
        LOGS: "logs" not in parts,
        DEFINITIONS: "definitions" not in parts,
        COPIES: "system" not in parts,
        EARLIER: "system" in parts and "system_before" not in parts,
        PROBE: "probes" not in parts,
    }
    assert report.missing == tuple(what for what, is_missing in wished.items() if is_missing)


def test_a_whole_case_says_where_and_since_when(tmp_path):
    first = report_of(case(tmp_path)).causes[0]

    assert (first.id, first.scope.nodes, first.scope.apis) == ("upstream_down", ("gw-1", "gw-2"), ("Orders",))
    assert first.onset is not None
    assert first.onset.isoformat() == "2026-11-20T08:00:59+00:00"
    assert first.failures == 240
    assert first.for_ == ("fails_upstream_dial_refused", "probe_refused", "attempts_reset", "most_fail", "one_api")
    assert first.deciding == "fails_upstream_dial_refused"


def tarred(folder: Path, mode: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode=mode) as archive:  # type: ignore[call-overload]
        archive.add(folder, arcname=".")
    return written.getvalue()


def zipped(folder: Path) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*"):
            archive.write(file, str(file.relative_to(folder)))
    return written.getvalue()


def inside(folder: Path) -> bytes:
    """All of it below one folder, as most people pack."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        archive.add(folder, arcname="incident-7")
    return written.getvalue()


@pytest.mark.parametrize(
    "pack",
    [lambda one: tarred(one, "w"), lambda one: tarred(one, "w:gz"), lambda one: tarred(one, "w:xz"), zipped, inside],
    ids=["tar", "tar.gz", "tar.xz", "zip", "in a folder"],
)
def test_an_archive_tells_what_its_folder_tells(tmp_path, pack: Callable[[Path], bytes]):
    folder = case(tmp_path / "case")
    packed = tmp_path / "packed"
    packed.write_bytes(pack(folder))

    of_folder, of_archive = report_of(folder), report_of(packed)
    assert [(one.id, one.scope, one.onset, one.failures) for one in of_archive.causes] == [
        (one.id, one.scope, one.onset, one.failures) for one in of_folder.causes
    ]
    assert of_archive.causes[0].probability == pytest.approx(of_folder.causes[0].probability)
    assert (of_archive.missing, of_archive.status, problems(of_archive)) == ((), "error", [])


def test_nothing_of_an_archive_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "case.tgz").write_bytes(inside(case(tmp_path / "case")))

    report_of(tmp_path / "case.tgz")

    assert list((tmp_path / "temporary").iterdir()) == []


def hostile(folder: Path, *more: tarfile.TarInfo | tuple[tarfile.TarInfo, bytes]) -> Path:
    """A tar archive of a good case with more members behind it."""
    file = folder / "case.tar"
    good = case(folder / "good")
    with tarfile.open(file, "w") as archive:
        archive.add(good, arcname="case")
        for one in more:
            info, content = one if isinstance(one, tuple) else (one, b"")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    "name", ["../system/escaped", "case/../../system/escaped", "/system/escaped", "case/nodes/../../../system/escaped"]
)
def test_a_name_that_leads_out_of_an_archive_leads_nowhere(tmp_path, monkeypatch, name):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "deep"))
    (tmp_path / "deep").mkdir()
    report = report_of(hostile(tmp_path, (member(name), b"out")))

    assert report.causes[0].id == "upstream_down"
    assert list(tmp_path.rglob("escaped")) == []
    assert not Path("/system").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symbolic", "hard"])
def test_links_of_an_archive_are_left_out(tmp_path, kind):
    secret = tmp_path / "secret"
    secret.write_text("Name:\ttyk\nSecret:\t352d20ee\n")
    link = member("case/nodes/gw-3/system/proc/1/status", kind, str(secret))
    folder = member("case/nodes/gw-4/system", tarfile.SYMTYPE, str(tmp_path))
    report = report_of(hostile(tmp_path, link, folder))

    assert report.causes[0].scope.nodes == ("gw-1", "gw-2")
    assert "352d20ee" not in str(report)


def test_a_file_that_is_a_folder_as_well_is_said(tmp_path):
    file = hostile(
        tmp_path, (member("case/nodes/gw-1/system/etc"), b"a file"), (member("case/nodes/gw-1/system/etc/hosts"), b"")
    )

    report = report_of(file)
    assert report.causes[0].id == "upstream_down"
    assert problems(report) == [("case.tar", "case/nodes/gw-1/system/etc/hosts: File exists")]


def test_a_bomb_fills_no_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("gwdiag.triage.archive.LARGEST", 1 << 20)
    folder = case(tmp_path / "case")
    write(folder, {"nodes/gw-2/system/proc/zeros": "0" * (3 << 20)})
    (tmp_path / "case.zip").write_bytes(zipped(folder))
    report = report_of(tmp_path / "case.zip")

    assert report.causes[0].id == "upstream_down"
    [(name, said)] = problems(report)
    assert name == "case.zip"
    assert said.startswith("nodes/gw-2/system/proc/zeros is too large to be unpacked")


def test_many_files_that_are_too_much_together_fill_no_disk_either(tmp_path, monkeypatch):
    monkeypatch.setattr("gwdiag.triage.archive.MOST", 1 << 20)
    folder = case(tmp_path / "case")
    write(folder, {f"nodes/gw-2/system/proc/{number}/zeros": "0" * 300_000 for number in range(10, 20)})
    (tmp_path / "case.tar").write_bytes(tarred(folder, "w"))
    [(_, said)] = problems(report_of(tmp_path / "case.tar"))

    assert "is too large to be unpacked; what follows it was left out" in said


def test_an_archive_that_is_cut_is_said_and_read_as_far_as_it_goes(tmp_path):
    folder = case(tmp_path / "case")
    whole = tarred(folder, "w")
    (tmp_path / "cut.tar").write_bytes(whole[: len(whole) * 2 // 3])
    report = report_of(tmp_path / "cut.tar")

    assert report.causes[0].id == "upstream_down"
    assert problems(report) == [("cut.tar", "the archive was not read whole: it is cut")]


def test_a_cut_archive_without_logs_is_said_too(tmp_path):
    whole = tarred(case(tmp_path / "case", "system", "probes"), "w")
    (tmp_path / "cut.tar").write_bytes(whole[: whole.index(b"Name:\ttyk") + 3])

    assert problems(report_of(tmp_path / "cut.tar")) == [("cut.tar", "the archive was not read whole: it is cut")]


def test_a_zip_archive_with_encrypted_files_says_so(tmp_path):
    packed = bytearray(zipped(case(tmp_path / "case")))
    with zipfile.ZipFile(io.BytesIO(bytes(packed))) as archive:
        infos = archive.infolist()
    at = -1
    for _ in infos:  # the flag of encryption, in the directory: APPNOTE.TXT, 4.3.12
        at = packed.index(b"PK\x01\x02", at + 1)
        packed[at + 8] |= 1
    (tmp_path / "closed.zip").write_bytes(bytes(packed))

    said, status = refusal(tmp_path / "closed.zip")
    assert status is Exit.NOTHING_DONE
    assert "encrypted" in said


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00damaged", b"PK\x03\x04damaged", bytes(range(256)) * 64])
def test_what_is_no_log_is_refused_in_one_line(tmp_path, content):
    file = tmp_path / "junk"
    file.write_bytes(content)

    said, status = refusal(file)
    assert status is Exit.NOTHING_DONE
    assert said.startswith(str(file))
    assert "\n" not in said


def test_what_is_not_there(tmp_path):
    said = f"{tmp_path}/gone: there is no such file or folder"
    assert refusal(tmp_path / "gone") == (said, Exit.NOTHING_DONE)


def test_an_empty_folder(tmp_path):
    said = f"{tmp_path}: nothing in it looks like a log, a copy of /proc or a probe"
    assert refusal(tmp_path) == (said, Exit.NOTHING_DONE)


def test_a_folder_of_logs_without_the_layout_of_a_case(tmp_path):
    write(tmp_path, {"gw-7.log": lines(refused()), "gw-8.log": lines(refused())})
    first = report_of(tmp_path).causes[0]

    assert (first.id, first.scope.nodes) == ("upstream_down", ("gw-7", "gw-8"))


def test_a_log_by_itself_with_the_definitions_beside_it(tmp_path):
    case(tmp_path, "logs", "definitions")
    report = report_of(tmp_path / "nodes/gw-1/gateway.log")

    assert report.causes[0].id == "upstream_down"
    assert report.missing == (COPIES, PROBE)


def test_of_a_log_of_a_node_the_rest_of_the_case_is_not_taken(tmp_path):
    case(tmp_path)
    report = report_of(tmp_path / "nodes/gw-1/gateway.log")

    assert report.causes[0].scope.nodes in (("gw-1",), ("gateway",))
    assert "probe_refused" not in report.causes[0].for_


def test_a_log_without_a_failure(tmp_path):
    file = tmp_path / "gw-1.log"
    file.write_text(lines(quiet()))
    report = report_of(file)

    assert [one.id for one in report.causes] == ["healthy"]
    assert (report.status, report.summary) == ("ok", "Nothing is wrong beyond the usual background.")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"targets": 7}',
        '{"targets": ["a"]}',
        '{"targets": [{"target": "a"}]}',
        "[" * 100_000,
        json.dumps({"schema": "gwdiag.report/1", "command": "logs"}),
    ],
    ids=["empty", "no json", "a list", "nothing in it", "a number", "a word", "half of it", "very deep", "of another"],
)
def test_what_is_no_report_of_a_probe_is_said_and_the_rest_is_judged(tmp_path, content):
    folder = write(case(tmp_path), {"probes/other.json": content})
    report = report_of(folder)

    assert report.causes[0].id == "upstream_down"
    assert "probe_refused" in report.causes[0].for_
    assert problems(report) == [("other.json", "no report of gwdiag probe")]


def test_other_files_beside_probes_are_passed_over(tmp_path):
    folder = write(case(tmp_path), {"probes/README": "what is here", "nodes/gw-1/probes/notes.txt": "none"})

    assert problems(report_of(folder)) == []


def test_a_probe_may_lie_with_its_node(tmp_path):
    case(tmp_path, "logs")
    write(tmp_path, {"nodes/gw-2/probes/a.json": report_of_a_probe("http://orders.internal:9001", "none", "it works")})
    with loaded(tmp_path, Reading(year=YEAR)) as found:
        assert found.case.probed == (
            Probed(
                target="http://orders.internal:9001",
                verdict="none",
                cause="it works",
                place=f"{tmp_path}/nodes/gw-2/probes/a.json",
            ),
        )


@pytest.mark.parametrize(
    "junk",
    [
        {"proc/net/tcp": "junk", "proc/net/snmp": "", "proc/net/netstat": "TcpExt: A\nTcpExt: x\n"},
        {"proc/net/snmp": "Tcp: AttemptFails\nTcp: -5\n"},
        {"proc/2417/limits": "nothing", "proc/2417/fd_count": "many\n"},
        {"proc/pressure/cpu": "some avg10=high\n", "proc/sys/net/ipv4/ip_local_port_range": "1\n"},
        {"sys/fs/cgroup/cpu/cpu.stat": "nr_periods 0\nnr_throttled 0\n"},
    ],
)
def test_a_damaged_copy_of_a_node_is_no_answer_and_no_trouble(tmp_path, junk):
    case(tmp_path, "logs", "definitions", "probes")
    for node in ("gw-1", "gw-2"):
        write(tmp_path / f"nodes/{node}/system", {**system(), **junk})
        write(tmp_path / f"nodes/{node}/system_before", system())

    assert report_of(tmp_path).causes[0].id == "upstream_down"


def test_bytes_that_are_no_text_in_a_copy_of_a_node(tmp_path):
    case(tmp_path)
    for file in ("proc/net/tcp", "proc/net/snmp", "proc/2417/limits"):
        (tmp_path / "nodes/gw-1/system" / file).write_bytes(bytes(range(256)) * 20)

    assert report_of(tmp_path).causes[0].id == "upstream_down"


def test_counters_that_went_back_say_nothing(tmp_path):
    """A node that was restarted in between begins anew."""
    case(tmp_path, "logs")
    for node in ("gw-1", "gw-2"):
        write(tmp_path / f"nodes/{node}/system", system(refused=3))
        write(tmp_path / f"nodes/{node}/system_before", system(refused=900))
    report = report_of(tmp_path)

    assert report.causes[0].id == "upstream_down"
    assert "attempts_reset" not in (*report.causes[0].for_, *report.causes[0].missing)
    went_back = "A counter of gw-2 went back: the node was restarted between the two readings."
    assert f"Are connections to the upstream refused with a reset? {went_back}" in report.causes[0].not_checked


def test_the_copy_of_a_single_node_lies_beside_its_log(tmp_path):
    write(tmp_path, {"gateway.log": lines(refused())})
    write(tmp_path / "system", system(refused=130))
    write(tmp_path / "system_before", system(refused=10))
    with loaded(tmp_path, Reading(year=YEAR)) as found:
        assert list(found.case.nodes) == [tmp_path.name]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file; tests/cli/test_triage.py has it without")
def test_a_log_that_may_not_be_read(tmp_path):
    file = tmp_path / "gw-1.log"
    file.write_text(lines(refused()))
    file.chmod(0)

    assert refusal(file) == (f"{file}: Permission denied", Exit.NOTHING_DONE)
