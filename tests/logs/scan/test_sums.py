"""Counts in arrays are those of a Counter and of a Timeline."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.sums import MOMENT, PENDING, Moments, Sums, distinct
from gwdiag.logs.timeline import Timeline

KEYS = st.lists(st.lists(st.integers(0, 40), max_size=30), max_size=8)


@given(KEYS)
def test_keys_are_counted(parts: list[list[int]]):
    sums = Sums()
    for part in parts:
        sums.add(np.array(part, np.uint64))
    sums.settle()
    for part in parts:
        sums.add(np.array(part, np.uint64))

    counted = dict(sums.take())

    assert counted == {key: 2 * count for key, count in Counter(key for part in parts for key in part).items()}
    assert dict(sums.take()) == {}


def test_many_keys_are_sorted_in_on_the_way():
    sums = Sums()

    sums.add(np.zeros(10, np.uint64))
    sums.add(np.ones(PENDING, np.uint64))

    assert dict(sums.take()) == {0: 10, 1: PENDING}


@given(st.lists(st.integers(-5, 5)))
def test_different_values(values: list[int]):
    assert distinct(np.array(values, np.int64)).tolist() == sorted(set(values))


MOMENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=100)


@given(MOMENTS, st.integers(4, 60), st.integers(1, 30))
def test_moments_are_those_of_a_timeline(times: list[tuple[int, int]], most: int, at_once: int):
    timeline: Timeline[int] = Timeline(most=most)
    for key, second in times:
        timeline.add(key, second)
    moments = Moments(1, most)
    packed = [key << int(MOMENT) | second for key, second in times]
    for begin in range(0, len(packed), at_once):
        moments.add(np.array(packed[begin : begin + at_once], np.uint64))
        if begin % 2:
            moments.settle()
    moments.settle()

    found: dict[int, dict[int, int]] = {}
    for packed_key, count in zip(moments.keys.tolist(), moments.counts.tolist(), strict=True):
        found.setdefault(packed_key >> int(MOMENT), {})[packed_key & (1 << int(MOMENT)) - 1] = count
    assert (moments.width, found) == (timeline.width, {key: dict(timeline.of(key)) for key in timeline})


@given(st.lists(st.integers(2, 2**64 - 1), unique=True, max_size=300), st.integers(2, 2**64 - 1))
def test_codes_are_found_again(hashes: list[int], other: int):
    codes = Codes()
    half = len(hashes) // 2
    for begin, end in ((0, half), (half, len(hashes))):
        codes.add(np.array(hashes[begin:end], np.uint64), np.arange(begin, end, dtype=np.int32))

    asked = np.array([*hashes, other], np.uint64)
    found = codes.of(asked)

    assert found[:-1].tolist() == list(range(len(hashes)))
    assert found[-1] == (hashes.index(other) if other in hashes else UNKNOWN)


def test_the_hash_of_nothing_has_a_code_too():
    codes = Codes()
    codes.add(np.zeros(1, np.uint64), np.array([7], np.int32))

    assert codes.of(np.zeros(2, np.uint64)).tolist() == [7, 7]


def test_codes_with_neighbouring_hashes():
    codes, hashes = Codes(), [(1 << 63) + step for step in range(60)]
    codes.add(np.array(hashes, np.uint64), np.arange(len(hashes), dtype=np.int32))

    assert codes.of(np.array(hashes, np.uint64)).tolist() == list(range(60))


def test_more_keys_than_buckets_end_as_in_a_timeline():
    moments, timeline = Moments(1, 3), Timeline[int](most=3)

    moments.add(np.array([key << int(MOMENT) | 1_790_000_000 for key in range(5)], np.uint64))
    moments.settle()
    for key in range(5):
        timeline.add(key, 1_790_000_000)

    assert moments.width == timeline.width == 1 << 31
    assert moments.keys.tolist() == [key << int(MOMENT) for key in range(5)]
