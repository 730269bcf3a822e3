"""Samples as columns are the samples that are read one by one, or none at all: whatever is in the file."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.heap.columns import Columns, leaves
from gwdiag.heap.readers import Unreadable, go_pprof
from gwdiag.heap.readers._pprof_columns import columns
from gwdiag.heap.totals import totals_of
from gwdiag.model.profile import Profile, Sample
from tests.heap.profiles import Heap

NAMES = ("a", "b", "c", "d", "a|b", "c|a|d", "e")
NUMBERS = st.integers(-(1 << 40), 1 << 40) | st.sampled_from((0, 1, 127, 128, 16_383, 16_384, 1 << 50))
SAMPLES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(NAMES), max_size=6).map(tuple),
        st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS) | st.just((0, 0, 0, 0)),
        st.sampled_from((0, 16, 300, 70_000)),
    ),
    min_size=1,
    max_size=12,
)


def encoded(samples: Sequence[tuple[tuple[str, ...], tuple[int, ...], int]], *, period: int = 524_288) -> bytes:
    heap = Heap(period=period)
    for stack, values, size in samples:
        heap.add(stack, values, size)
    data: bytes = heap.message.SerializeToString()
    return data


def both(data: bytes) -> tuple[Profile, Columns | None]:
    """A profile whose samples were read one by one, and all of them as columns. Raises Unreadable for a bad one."""
    places, rest = go_pprof._fields(data)
    message = go_pprof._parsed(b"".join(data[begin:end] for begin, end in rest))
    profile = go_pprof._profile(message, data, places)
    strings = [one.decode("utf-8", "replace") for one in message.string_table]
    keys = [index for index, one in enumerate(strings) if one == "bytes"] if message.period > 1 else []
    return profile, columns(data, places, len(profile.types), profile.locations, keys)


@settings(max_examples=150, deadline=None)
@given(SAMPLES, st.sampled_from((1, 524_288)))
def test_they_are_the_same_samples_with_the_same_sums(samples, period):
    profile, found = both(encoded(samples, period=period))

    if not profile.locations:
        assert found is None
        return
    assert found is not None
    assert list(found) == list(profile.samples)
    assert [found[at] for at in range(len(found))] == found[:] == list(profile.samples)
    assert [(place, tuple(values), size) for place, values, size in leaves(found)] == list(leaves(profile.samples))
    for index in range(4):
        assert totals_of(replace(profile, samples=found), index) == totals_of(profile, index)


@settings(max_examples=250, deadline=None)
@given(SAMPLES, st.data())
def test_damage_gives_the_same_samples_or_none(samples, data):
    whole = bytearray(encoded(samples))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        profile, found = both(bytes(whole))
    except (Unreadable, IndexError):
        return
    if found is not None:
        assert list(found) == list(profile.samples)


def test_a_sample_that_is_damaged_is_left_to_the_reader_that_says_so():
    heap = Heap().add(("a",), (1, 16, 1, 16))
    heap.message.sample.add(value=(1, 2))  # two values, not four
    data = heap.message.SerializeToString()
    places, _ = go_pprof._fields(data)

    assert columns(data, places, 4, {1: ()}, []) is None
    with pytest.raises(Unreadable, match="a sample has 2 values, not 4"):
        both(data)


def test_values_that_have_no_place_in_64_bits_together_are_summed_one_by_one():
    profile, found = both(encoded([(("a",), (1, 1 << 61, 1, 1), 0)] * 3))

    assert found is None
    assert totals_of(profile, 1).total == 3 << 61


def test_samples_of_a_large_profile_are_columns():
    many = [(("a", "b"), (2, 32, 1, 16), 16)] * go_pprof.MANY_SAMPLES
    profile, _ = both(encoded(many))

    assert isinstance(profile.samples, Columns)
    assert profile.samples[-1] == Sample((1, 2), (2, 32, 1, 16), 16)
    with pytest.raises(IndexError):
        profile.samples[len(many)]
