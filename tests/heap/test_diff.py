"""Differences as a whole: what is said about sure and unsure changes, and what is refused."""

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.heap.conftest import Report
from tests.heap.profiles import Heap

SERIES = Path(__file__).parent / "series"
SMALL = 524_320
"""Bytes that one sample of a 64-byte object stands for."""


def of(samples: int, allocated: int) -> tuple[int, ...]:
    return (allocated * SMALL // 64, allocated * SMALL, samples * SMALL // 64, samples * SMALL)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    base = (
        Heap()
        .at(0)
        .add(("main.keep", "main.main"), of(10, 10), size=64)
        .add(("main.swing", "main.main"), of(6, 50), size=64)
    )
    new = (
        Heap()
        .at(7200)
        .add(("main.keep", "main.main"), of(50, 51), size=64)
        .add(("main.swing", "main.main"), of(8, 90), size=64)
        .add(("main.late", "main.main"), of(1, 1), size=64)
    )
    return base.write(tmp_path / "base.pb.gz"), new.write(tmp_path / "new.pb.gz")


def test_growth_has_bounds_and_noise_is_called_so(report: Report, pair):
    found = report("diff", *pair)
    rows = {one["function"]: one for one in found["functions"]}

    assert {name: one["change"] for name, one in rows.items()} == {
        "main.keep": "grew",
        "main.swing": "noise",
        "main.late": "noise",
        "main.main": "noise",
    }
    assert (rows["main.keep"]["flat"], rows["main.main"]["cum"]) == (40 * SMALL, 43 * SMALL)
    assert rows["main.keep"]["low"] < 40 * SMALL < rows["main.keep"]["high"]
    assert rows["main.keep"]["retention"] == pytest.approx(40 / 41)
    assert (found["is_same_process"], found["is_same_build"], found["seconds"]) == (True, True, 7200.0)
    assert found["total"] == 16 * SMALL


def test_a_sentence_that_a_manager_can_read(gwdiag: Run, pair):
    run = gwdiag("heap", "diff", *pair)

    assert (
        "Note: main.keep grew by 21.0 MB (14.0-27.6 MB) in 2.0 h = +10.5 MB/h; 97.6 % of what it "
        "allocated in between is still there." in run.stdout
    )
    assert "(2 functions within noise)" in run.stdout


def test_other_builds_processes_and_rates_are_said(report: Report, tmp_path, pair):
    other = Heap(build="b2", period=1 << 20).at(9000).add(("main.keep", "main.main"), of(1, 1), size=64)
    found = report("diff", pair[0], other.write(tmp_path / "other.pb.gz"))

    assert {one["id"] for one in found["findings"]} >= {"heap.builds", "heap.processes", "heap.rates"}
    assert {one["id"] for one in report("diff", pair[0], pair[0])["findings"]} == {"heap.stale"}
    assert {one["id"] for one in report("diff", pair[1], pair[0])["findings"]} >= {"heap.order", "heap.processes"}


def test_profiles_of_different_things_are_refused(gwdiag: Run, tmp_path, pair):
    goroutines = Heap(types=(("goroutine", "count"),)).add(("f",), (3,)).write(tmp_path / "g.pb.gz")
    ended = gwdiag("heap", "diff", pair[0], goroutines)

    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == (
        f"gwdiag: {goroutines}: it cannot be compared with {pair[0]}: it is a goroutine profile, the other is a heap "
        "profile\n"
    )


def test_one_file_is_no_difference(gwdiag: Run, pair):
    ended = gwdiag("heap", "diff", pair[0])

    assert (ended.returncode, ended.stderr) == (2, "gwdiag: give it two profiles: gwdiag heap diff BASE NEW\n")
