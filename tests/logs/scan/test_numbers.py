"""Moments and durations are what the formats' own functions make of the same text, to the last bit."""

from collections.abc import Callable
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import milliseconds
from gwdiag.logs.formats._golang import duration
from gwdiag.logs.scan.numbers import durations, since_epoch
from gwdiag.logs.scan.page import Page, pages
from gwdiag.logs.scan.values import Span

NUMBERS = st.integers(0, 10**8 - 1).map(str) | st.from_regex(r"\A[0-9]{1,6}\.[0-9]{1,9}\Z")


class Stream:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read1(self, size: int, /) -> bytes:
        data, self._data = self._data[:size], self._data[size:]
        return data


def page_of(texts: list[str]) -> tuple[Page, Span]:
    [page] = pages(Stream("".join(f"{text}\n" for text in texts).encode()))
    return page, Span(page.begins, page.ends - page.begins)


def took(text: str, unit: float | None, read: Callable[[str], float | None]) -> None:
    page, span = page_of([text])
    found, _, are = durations(page, span, unit)
    if are[0]:
        assert found.tolist() == [read(text)]


@pytest.mark.parametrize("unit", [1000, 1, 0.001, 1e-6])
@given(text=NUMBERS)
def test_a_number_in_a_unit(unit: float, text: str):
    took(text, unit, lambda text: round(float(text) * unit, 6))


@given(NUMBERS, st.sampled_from(["s", "ms", "µs", "us", "ns"]))
def test_a_duration_of_go_s(number: str, unit: str):
    read = duration(f"{number}{unit}")
    if read is not None:
        took(f"{number}{unit}", None, duration)


def test_what_is_read_at_all():
    page, span = page_of(["12.5ms", "1.5s", "3µs", "1m2s", "12", "ms", "-", "1.2.3s"])
    found, _, are = durations(page, span, None)

    assert are.tolist() == [True, True, True, False, False, False, False, False]
    assert found[:3].tolist() == [12.5, 1500.0, 0.003]


def test_a_minus_is_for_none():
    page, span = page_of(["-", "-1", "7", "0.041", ""])
    found, how, are = durations(page, span, 1000)

    assert are.tolist() == [True, True, True, True, False]
    assert np.isnan(found[:2]).all()
    assert found[2:4].tolist() == [7000.0, 41.0]
    assert how.tolist()[2:4] == [0, 3]
    assert milliseconds("-1", 1000) is None


@given(st.integers(10**9, 2 * 10**9), st.from_regex(r"\A(?:[0-9]{3}|[0-9]{6}|\.[0-9]{1,7})?\Z"))
def test_a_moment_is_what_the_clock_reads(second: int, rest: str):
    text = f"{second}{rest}"
    page, span = page_of([text])

    assert since_epoch(page.words, span.begins, span.lengths).tolist() == [Clock(zone=UTC).read(text)]
