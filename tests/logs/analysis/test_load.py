"""Whether it depends on load, on traffic whose load is known."""

from collections import Counter

import pytest

from gwdiag.logs.analysis.load import LOAD, AtOnset, WithLoad, at_onset, with_load
from gwdiag.logs.over_time import OverTime
from tests.logs.from_lines import answers_of, class_in, view_of
from tests.logs.small_logs import failures, log, successes

REFUSED = "upstream_dial_refused"


def jump(before: float, after: float) -> AtOnset | None:
    """Traffic of so many requests per second before and after the onset at 60 s."""
    view = view_of({"gw-1": log(successes(0, 60, every=1 / before), failures(60, 120, every=1 / after))})
    cells = view.traffic.beside(class_in(view, REFUSED).home)
    return at_onset(view.traffic.asked_over_time(cells), view.traffic.width, class_in(view, REFUSED))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [(10, 10, False), (10, 13, False), (10, 15, True), (10, 8, False), (10, 7, True), (1, 1.5, False), (4, 2, True)],
)
def test_whether_traffic_changed_at_the_onset(before, after, changed):
    found = jump(before, after)

    assert (found is not None) is changed
    if found:
        assert (found.before, found.after) == pytest.approx((before, after), rel=0.1)


def test_an_onset_close_to_the_start_has_too_little_before_it():
    view = view_of({"gw-1": log(successes(0, 8, every=0.05), failures(8, 120, every=0.5))})
    seen = class_in(view, REFUSED)

    assert at_onset(view.traffic.asked_over_time(view.traffic.cells), 1, seen) is None


def waves(
    busy: int, quiet: int, share_busy: float, share_quiet: float, count: int = 20
) -> tuple[Counter[int], Counter[int]]:
    """Requests and failures per second, in stretches of five seconds, busy and quiet by turns."""
    asked: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for stretch in range(count):
        rate, share = (busy, share_busy) if stretch % 2 else (quiet, share_quiet)
        for second in range(5 * stretch, 5 * stretch + 5):
            asked[second] = rate + stretch % 3
            failed[second] = round(asked[second] * share)
    return asked, failed


def related(asked: Counter[int], failed: Counter[int], width: int = 1) -> WithLoad | None:
    return with_load(OverTime(asked), OverTime(failed), width)


def test_the_shares_at_high_and_at_low_load():
    found = related(*waves(100, 20, 0.5, 0.05, count=60))

    assert found.correlation > 0.6
    assert found.chance < 1e-3
    assert (found.low_load, found.high_load) == pytest.approx((21, 101), abs=1)
    assert (found.low_share, found.high_share) == pytest.approx((0.05, 0.5), abs=0.01)


@pytest.mark.parametrize(
    ("asked", "failed"),
    [
        (Counter(), Counter()),
        waves(100, 20, 0.5, 0.05, count=11),
        waves(100, 90, 0.5, 0.05),
    ],
    ids=["no traffic", "too few stretches", "load hardly varied"],
)
def test_what_cannot_be_told(asked, failed):
    assert related(asked, failed) is None


def test_twelve_stretches_are_enough():
    assert related(*waves(100, 20, 0.5, 0.05, count=12)) is not None


def test_load_that_stays_at_its_highest_for_most_of_the_time():
    asked = Counter({second: 100 if second >= 20 else 20 for second in range(100)})
    failed = Counter(dict.fromkeys(range(20, 100), 50))

    found = related(asked, failed)

    assert (found.low_load, found.low_share, found.high_load, found.high_share) == (20, 0.0, 100, 0.5)


def test_wide_buckets_are_rates_too():
    asked, failed = waves(100, 20, 0.5, 0.05)
    wide = [Counter({bucket: count * 8 for bucket, count in counts.items()}) for counts in (asked, failed)]

    found = related(*wide, width=8)

    assert found.high_load == pytest.approx(101, abs=1)


def test_an_outlier_of_time_takes_no_time():
    asked, failed = waves(100, 20, 0.5, 0.05)
    far = Counter({second + 1_700_000_000: count for second, count in asked.items()}) + Counter({7: 1})

    assert related(far, failed) is None


def answers(busy: float, quiet: float) -> list[str]:
    """The ids of what is told of failures with so large a share when busy and when quiet."""
    stretches = []
    for begin in range(0, 200, 20):
        for length, rate, share in ((10, 16, busy), (10, 2, quiet)):
            start = begin + (10 if rate == 2 else 0)
            good, bad = rate * (1 - share), rate * share
            if good:
                stretches.append(successes(start, start + length, every=1 / good))
            if bad:
                stretches.append(failures(start, start + length, every=1 / bad))
    return [id_ for id_, _ in answers_of(LOAD.answer(view_of({"gw-1": log(*stretches)})))]


def test_the_share_of_failures_rises_falls_or_does_not_follow_load():
    assert answers(busy=0.5, quiet=0.1) == ["rises_with_load"]
    assert answers(busy=0.1, quiet=0.5) == ["falls_with_load"]
    assert answers(busy=0.25, quiet=0.25) == ["not_load"]


def test_without_successes_it_is_not_asked():
    view = view_of({"gw-1": log(failures(0, 60))})

    assert list(LOAD.answer(view)) == []
