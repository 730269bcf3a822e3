"""Numbers with units, in a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.definitions._durations import summed
from gwdiag.definitions._walk import LONGEST

UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5s", 5.0), ("1m 30s", 90.0), ("1m30s", 90.0), ("1.5s", 1.5), ("500ms", 0.5), ("7", 7.0), ("1m 5", 65.0)],
)
def test_what_can_be_read(written, seconds):
    assert summed(written, UNITS, bare=1.0) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["", "s", "5x", "5 s", "-5s", "5s!", "9" * 30, "1" * 15 + "m", "5s" * 40])
def test_what_cannot_be_read_is_nothing(written):
    assert summed(written, UNITS, bare=1.0) == 0.0


def test_a_number_may_need_its_unit():
    assert summed("5", UNITS) == 0.0
    assert summed("5s", UNITS) == 5.0


@given(written=st.text("0123456789. msx", max_size=20))
def test_any_text_is_a_time_that_a_timer_can_have(written):
    assert 0.0 <= summed(written, UNITS, bare=1.0) <= LONGEST
