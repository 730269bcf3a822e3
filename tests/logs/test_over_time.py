"""Sums of parts of the time, looked up."""

from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.change import _interval, _parts
from gwdiag.logs.over_time import ALWAYS, OverTime, Span

COUNTS = st.integers(0, 40).flatmap(
    lambda size: st.dictionaries(st.integers(-50, 50), st.integers(1, 9), min_size=size, max_size=size)
)
ENDS = st.none() | st.integers(-60, 60)


@given(counts=COUNTS, begin=ENDS, end=ENDS)
def test_a_part_is_what_lies_between_its_ends(counts, begin, end):
    over_time, span = OverTime(counts), Span(begin, end)

    part = {
        bucket: count
        for bucket, count in counts.items()
        if (begin is None or bucket >= begin) and (end is None or bucket <= end)
    }
    assert over_time.part(span) == part
    assert over_time.within(span) == sum(part.values())


def test_all_of_the_time():
    assert OverTime({3: 1, 1: 2}).buckets == [1, 3]
    assert OverTime({3: 1, 1: 2}).within(ALWAYS) == 3
    assert OverTime().within(ALWAYS) == 0


@given(
    counts=st.lists(st.sampled_from([0, 0, 0, 0, 1, 2, 9]), min_size=5, max_size=80).filter(lambda one: sum(one) > 1)
)
def test_an_interval_is_the_same_whether_quiet_stretches_are_one_or_not(counts):
    happened = {bucket: count for bucket, count in enumerate(counts) if count}
    buckets = sorted(happened)

    first, last = _interval(*_parts(buckets, happened, OverTime(dict.fromkeys(range(len(counts)), 7.0))))
    by_bucket = _interval(counts, [7.0] * len(counts))

    if by_bucket == (0, len(counts) - 1):  # all of it: there is no change
        by_bucket = buckets[0], buckets[-1]
    inside = buckets[first // 2 : (last + 1) // 2]
    assert (inside[0], inside[-1]) == by_bucket
