"""Whole series: what leaks, what does not, what cannot be judged. Each was recorded from a Go program that does just
that."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.heap.conftest import Report
from tests.heap.profiles import Heap

SERIES = Path(__file__).parent / "series"
GOLDEN = Path(__file__).parent / "golden"


def verdicts(found: dict[str, object]) -> dict[str, str]:
    return {one["function"]: one["verdict"] for one in found["suspects"]}  # type: ignore[attr-defined]


def test_a_map_that_is_never_cleaned(report: Report):
    found = report("trend", SERIES / "leak", "--memory-limit", "1GB", status=1)
    first = found["suspects"][0]

    assert (first["function"], first["verdict"], first["known_issue"]) == ("main.(*leakMap).put", "leak", None)
    assert first["low"] < 2_927_455_572 < first["high"]  # what the program itself counted
    assert (first["path"], first["intervals"]) == (["main.(*leakMap).on", "main.(*server).handle", "main.main"], 11)
    assert found["status"] == "error"
    assert [one["id"] for one in found["findings"]][:2] == ["heap.leak", "heap.leak.detail"]
    reached = found["limit_reached_in_s"]
    assert 60 < reached["low"] < reached["high"] < 3600
    assert {one["part"] for one in found["memory"]} >= {
        "live heap",
        "garbage",
        "fragmentation",
        "idle",
        "stacks",
        "outside Go",
    }


@pytest.mark.parametrize("name", ["cache-that-fills", "window-that-is-emptied", "load-that-rises"])
def test_what_comes_to_an_end_is_no_leak(report: Report, name):
    found = report("trend", SERIES / name)

    assert found["suspects"]
    assert set(verdicts(found).values()) <= {"warm-up", "saw-tooth", "stable"}
    assert (found["status"], found["limit_reached_in_s"]) == ("ok", None)


def test_after_a_restart_only_the_new_process_is_judged(report: Report):
    found = report("trend", SERIES / "restart", status=1)

    assert verdicts(found)["main.(*leakMap).put"] == "leak"
    assert [one["stretch"] for one in found["snapshots"]] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]
    [restart] = [one for one in found["findings"] if one["id"] == "heap.restart"]
    assert "a restart: its counters began anew" in restart["summary"]


def test_goroutines_are_counted_beside_the_heap(report: Report):
    found = report("trend", SERIES / "leak-of-goroutines", status=1)["suspects"][0]

    assert (found["function"], found["verdict"]) == ("main.(*leakGo).watch", "leak")
    assert found["goroutines"] > 100


def test_goroutines_that_keep_only_their_stacks_are_found_without_the_heap(report: Report):
    found = report("trend", SERIES / "idle-goroutines", status=1)["suspects"][0]

    assert (found["function"], found["verdict"]) == ("main.(*idle).wait", "leak")
    assert found["goroutines"] > 1000


def test_two_snapshots_are_never_a_leak(report: Report, tmp_path):
    for number in (0, 11):
        shutil.copy(SERIES / f"leak/heap-{number:02}.pb.gz", tmp_path)
    found = report("trend", tmp_path, status=4)

    assert found["status"] == "incomplete"
    assert found["suspects"][0]["verdict"] == "unclear"
    assert found["findings"][0]["severity"] == "info"


def test_what_is_no_snapshot_is_left_out_and_named(report: Report, tmp_path):
    for file in (SERIES / "leak").glob("heap-*.pb.gz"):
        shutil.copy(file, tmp_path)
    (tmp_path / "heap-20.pb.gz").write_bytes((SERIES / "leak/heap-05.pb.gz").read_bytes()[:900])
    Heap(types=(("samples", "count"), ("cpu", "nanoseconds"))).at(1).add(("f",), (1, 2)).write(
        tmp_path / "heap-21.pb.gz"
    )
    delta = Heap().at(1).add(("f",), (1, 2, 3, 4))
    delta.message.duration_nanos = 60_000_000_000
    delta.write(tmp_path / "heap-22.pb.gz")
    shutil.copy(tmp_path / "heap-05.pb.gz", tmp_path / "heap-23.pb.gz")
    found = report("trend", tmp_path, status=1)
    said = dict(line.removeprefix("gwdiag: ").split(": ", 1) for line in found["stderr"].splitlines())

    assert {Path(path).name: words.partition(",")[0].partition(":")[0] for path, words in said.items()} == {
        "heap-20.pb.gz": "truncated",
        "heap-21.pb.gz": "it is a profile of CPU time",
        "heap-22.pb.gz": "a delta profile",
        "heap-23.pb.gz": "stale",
    }
    assert verdicts(found)["main.(*leakMap).put"] == "leak"


def test_profiles_that_never_change_are_stale(report: Report, tmp_path):
    for number in range(4):
        Heap().at(600 * number).add(("f",), (20, 20 << 20, 9, 9 << 20), size=1 << 20).write(
            tmp_path / f"{number}.pb.gz"
        )
    found = report("trend", tmp_path, status=4)

    assert [one["left_out"] is None for one in found["snapshots"]] == [True, False, False, False]
    assert "no garbage collection" in found["stderr"]


def test_another_build_is_another_process(report: Report, tmp_path):
    for number in range(6):
        heap = Heap(build="old" if number < 3 else "new").at(600 * number)
        count = 20 + 10 * number
        heap.add(("main.keep", "main.main"), (count, count << 20, count, count << 20), size=1 << 20)
        heap.write(tmp_path / f"{number}.pb.gz")
    found = report("trend", tmp_path, status=1)

    assert [one["stretch"] for one in found["snapshots"]] == [0, 0, 0, 1, 1, 1]
    assert any("another build was deployed" in one["summary"] for one in found["findings"])


def test_nothing_to_read_is_status_3(gwdiag: Run, tmp_path):
    assert gwdiag("heap", "trend", tmp_path / "gone").stderr == f"gwdiag: {tmp_path / 'gone'}: there is no such file\n"
    ended = gwdiag("heap", "trend", tmp_path)

    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == f"gwdiag: {tmp_path}: no heap profile in there\n"


def test_a_limit_must_be_a_size(gwdiag: Run):
    ended = gwdiag("heap", "trend", SERIES / "leak", "--memory-limit", "much")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "gwdiag: --memory-limit much: give a size such as 512Mi, 8GB or 1500000000\n"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("trend-leak.txt", ("trend", "tests/heap/series/leak", "--memory-limit", "1GB")),
        ("trend-cache.txt", ("trend", "tests/heap/series/cache-that-fills")),
        ("top.txt", ("top", "tests/heap/series/leak/heap-11.pb.gz")),
        ("diff.txt", ("diff", "tests/heap/series/leak/heap-00.pb.gz", "tests/heap/series/leak/heap-11.pb.gz")),
    ],
)
def test_what_people_see(gwdiag: Run, request, name, args):
    run = gwdiag("heap", *args, cwd=ROOT)
    golden = GOLDEN / name
    if request.config.getoption("--update-golden"):
        golden.write_text(run.stdout)

    assert run.stderr == ""
    assert run.stdout == golden.read_text()


def test_markdown_for_a_ticket(gwdiag: Run):
    run = gwdiag("heap", "trend", SERIES / "leak", "-o", "md")

    assert run.stdout.startswith("# gwdiag heap trend: error\n")
    assert "## error: heap.leak" in run.stdout


def test_series_of_others(shared, report: Report):
    for truth in sorted((shared / "heap/series").glob("*/truth.json")):
        for check in json.loads(truth.read_text())["checks"]:
            if check["do"] != "trend":
                continue
            leaks = {name for names in check["leak_functions"] for name in names}
            status = {"leak": 1, "no-leak": 0, "unclear": 4}[check["accept"][0]]
            found = report("trend", *(truth.parent / path for path in check["paths"]), status=status)

            called = {one["function"] for one in found["suspects"] if one["verdict"] == "leak"}
            assert called - leaks - set(check["also_ok"]) == set(), truth
            if leaks:
                assert found["suspects"][0]["function"] in leaks
                assert found["suspects"][0]["known_issue"] == check.get("known_issue")
