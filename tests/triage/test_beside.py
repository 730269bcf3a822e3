"""What stands beside the causes: limits that are reached, memory that grows. It names no cause and fails nobody."""

import shutil
from pathlib import Path

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.triage.examine import examine
from gwdiag.triage.load import loaded
from gwdiag.triage.report import TriageReport
from tests.logs.small_logs import Timed, failures, successes
from tests.triage.small_case import PAYMENTS, case, quiet, write

SERIES = Path(__file__).parent.parent / "heap/series"
TRACKING_IS_FULL = {
    "proc/sys/net/netfilter/nf_conntrack_count": "262000\n",
    "proc/sys/net/netfilter/nf_conntrack_max": "262144\n",
}


def report_of(path: Path) -> TriageReport:
    with loaded(path, Reading(year=2026)) as found:
        return examine(found)


def timing_out() -> Timed:
    fault = failures(60, 120, error="dial tcp 10.20.0.31:9001: i/o timeout", flag="UCT")
    return [*successes(0, 60), *fault, *successes(0, 120, 1, **PAYMENTS)]


def beside(report: TriageReport) -> list[tuple[str, str, tuple[str, ...]]]:
    """What stands there: of which severity, and of which nodes."""
    return [(one.id, one.severity.value, one.scope.nodes) for one in report.findings if one.id in report.beside]


def with_tracking_full(folder: Path, timed: Timed | None) -> Path:
    case(folder, timed=timed)
    return write(folder / "nodes/gw-2/system", TRACKING_IS_FULL).parents[2]


def test_a_limit_that_the_errors_may_come_from_is_a_warning_of_its_node(tmp_path):
    assert beside(report_of(with_tracking_full(tmp_path, timing_out()))) == [("ct.usage", "warning", ("gw-2",))]


@pytest.mark.parametrize("timed", [None, quiet()], ids=["other errors", "healthy"])
def test_a_limit_that_explains_nothing_there_is_left_to_gwdiag_limits(tmp_path, timed):
    assert beside(report_of(with_tracking_full(tmp_path, timed))) == []


@pytest.mark.parametrize("place", ["heap", "nodes/gw-1/heap"])
@pytest.mark.parametrize(
    ("timed", "begin", "end"),
    [
        (None, "The upstream is down: nobody listens (very likely) since", "on gw-1 and gw-2, 240 failures."),
        (quiet(), "No requests fail beyond the usual background;", "but look at heap.leak."),
    ],
    ids=["failing", "healthy"],
)
def test_a_leak_stands_beside_whatever_the_logs_show(tmp_path, place, timed, begin, end):
    folder = case(tmp_path, timed=timed)
    shutil.copytree(SERIES / "leak", folder / place)
    report = report_of(folder)

    assert (report.summary.startswith(begin), report.summary.endswith(end)) == (True, True)
    assert (report.beside, report.status) == (("heap.leak",), "error")
    [leak] = [one for one in report.findings if one.id == "heap.leak"]
    assert leak.title == "Memory is never given back: main.(*leakMap).put"


def test_profiles_that_show_no_leak_are_not_spoken_of(tmp_path):
    folder = case(tmp_path, timed=quiet())
    shutil.copytree(SERIES / "cache-that-fills", folder / "heap")

    assert (report_of(folder).beside, report_of(folder).status) == ((), "ok")


def test_what_is_no_profile_is_an_input_with_a_problem(tmp_path):
    folder = write(case(tmp_path, timed=quiet()), {"heap/a.pb.gz": "nothing", "heap/b.pb.gz": "nothing"})
    [problem] = [one.problem for one in report_of(folder).inputs if one.problem]

    assert "a.pb.gz" in problem
