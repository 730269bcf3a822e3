"""Counts over time in bounded memory."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.timeline import Timeline


def test_counts_by_key_and_bucket():
    timeline: Timeline[str] = Timeline(width=10)

    for key, at in (("a", 0), ("a", 9.999), ("a", 10), ("b", -0.5), ("b", 25)):
        timeline.add(key, at)
    timeline.add("b", 29, count=5)

    assert {key: timeline.of(key) for key in timeline} == {"a": Counter({0: 2, 1: 1}), "b": Counter({-1: 1, 2: 6})}


def test_a_key_that_was_never_counted_has_nothing_and_is_not_one_afterwards():
    timeline: Timeline[str] = Timeline()

    assert (timeline.of("a"), timeline.total("a"), list(timeline)) == (Counter(), 0, [])


def test_several_keys_add_up():
    timeline: Timeline[str] = Timeline()
    for key, at in (("a", 1), ("b", 1), ("b", 2), ("c", 3)):
        timeline.add(key, at)

    assert timeline.sum_of(["a", "b", "absent"]) == Counter({1: 2, 2: 1})
    assert timeline.total("b") == 2


def test_with_too_many_buckets_two_become_one():
    timeline: Timeline[str] = Timeline(most=4)
    for at in range(4):
        timeline.add("a", at)
    timeline.add("b", 1)

    assert timeline.width == 2
    assert timeline.of("a") == Counter({0: 2, 1: 2})
    assert timeline.of("b") == Counter({0: 1})


def test_more_keys_than_buckets_are_all_kept():
    timeline: Timeline[int] = Timeline(most=10)
    for key in range(100):
        timeline.add(key, key * 1000.0)

    assert sum(timeline.total(key) for key in timeline) == 100


def test_keys_are_renamed_and_those_that_become_one_add_up():
    timeline: Timeline[str] = Timeline(width=2, most=3)
    for key, at in (("a1", 0), ("a2", 1), ("b1", 2)):
        timeline.add(key, at)

    renamed = timeline.renamed(lambda key: key[0])

    assert {key: renamed.of(key) for key in renamed} == {"a": Counter({0: 2}), "b": Counter({1: 1})}
    assert renamed.width == 2
    assert list(timeline) == ["a1", "a2", "b1"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(-1000, 1 << 31), st.integers(1, 5)), max_size=30),
    st.integers(3, 20),
)
def test_whatever_is_added_nothing_is_lost(adds, most):
    timeline: Timeline[str] = Timeline(most=most)
    for key, at, count in adds:
        timeline.add(key, at, count)

    for key in "abc":
        assert timeline.total(key) == sum(count for other, _, count in adds if other == key)
        assert timeline.of(key).keys() == {int(at // timeline.width) for other, at, _ in adds if other == key}


def test_buckets_far_apart_stay_few_too():
    timeline: Timeline[str] = Timeline(most=10)
    for number in range(1000):
        timeline.add("abc"[number % 3], 1000.0 * number * number)

    assert sum(len(timeline.of(key)) for key in timeline) <= 11


@pytest.mark.parametrize("width", [1, 4])
def test_the_width_is_the_first_one_times_a_power_of_two(width):
    timeline: Timeline[str] = Timeline(width=width, most=10)
    for at in range(0, 100_000, 7):
        timeline.add("a", at)

    factor = timeline.width // width
    assert factor & (factor - 1) == 0
    assert 5 <= len(timeline.of("a")) <= 10


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(-500, 500)), max_size=80),
    st.randoms(use_true_random=False),
)
@settings(deadline=None)
def test_timelines_put_together_are_the_timeline_of_all(happened, random):
    whole, *parts = (Timeline[str](most=10) for _ in range(4))
    for key, at in happened:
        whole.add(key, at)
        random.choice(parts).add(key, at)
    random.shuffle(parts)
    for other in parts[1:]:
        for key in other:
            parts[0].take(key, other.width, other.of(key))

    assert parts[0].width == whole.width
    assert {key: parts[0].of(key) for key in parts[0]} == {key: whole.of(key) for key in whole}
