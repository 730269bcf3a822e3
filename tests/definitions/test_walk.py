"""Reaching into JSON that anybody may have written, and durations as Go reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.definitions._walk import (
    LONGEST,
    at,
    go_duration,
    items,
    number,
    origin,
    pairs,
    seconds,
    strings,
    text,
    values,
)

CONTENT = {
    "name": "Orders",
    "proxy": {"target_list": ["a", 1], "timeout": 5, "on": True},
    "versions": {"v1": {}, "v2": None},
}


def test_what_is_there_is_found():
    assert at(CONTENT, "proxy", "timeout") == 5
    assert text(CONTENT, "name") == "Orders"
    assert items(CONTENT, "proxy", "target_list") == ["a", 1]
    assert values(CONTENT, "versions") == [{}, None]
    assert seconds(CONTENT, "proxy", "timeout") == 5.0
    assert number(CONTENT, "proxy", "timeout") == 5
    assert strings(CONTENT, "proxy", "target_list") == ["a"]
    assert strings(CONTENT, "name") == ["Orders"]
    assert pairs(CONTENT, "versions") == [("v1", {}), ("v2", None)]


@pytest.mark.parametrize("keys", [("nothing",), ("name", "more"), ("proxy", "target_list", "0"), ("proxy", "x", "y")])
def test_what_is_not_there_or_of_another_kind_is_nothing(keys):
    found = [read(CONTENT, *keys) for read in (at, text, items, values, seconds, number, strings, pairs)]

    assert found == [None, "", [], [], 0.0, 0, [], []]


@pytest.mark.parametrize("value", [True, "5", None, [5], float("nan"), float("inf"), -float("inf"), 10**400, 1e300])
def test_what_no_timer_can_have_is_no_number_of_seconds(value):
    assert seconds({"timeout": value}, "timeout") == 0.0


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://orders.internal:9001/items?x=1", "http://orders.internal:9001"),
        ("https://orders.internal", "https://orders.internal"),
        ("h2c://[fd00::31]:9001/", "h2c://[fd00::31]:9001"),
        ("tyk://0a1b/loop", "tyk://0a1b"),
        ("http://orders.internal#there", "http://orders.internal"),
        ("http://user:pass@orders.internal:9001/x", "http://orders.internal:9001"),
        ("orders.internal:9001", ""),
        ("/items", ""),
        ("http:///items", ""),
        ("", ""),
    ],
)
def test_the_origin_of_a_url(url, found):
    assert origin(url) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("5s", 5.0),
        ("1.5s", 1.5),
        ("500ms", 0.5),
        ("2m", 120.0),
        ("1h30m", 5400.0),
        ("1h0m0.5s", 3600.5),
        (".5s", 0.5),
        ("5.s", 5.0),
        ("+5s", 5.0),
        ("1000000us", 1.0),
        ("1000000µs", 1.0),  # U+00B5, micro sign
        ("1000000\u03bcs", 1.0),  # the Greek letter
        ("1000000000ns", 1.0),
        ("2562047h", 9223369200.0),
    ],
)
def test_a_duration_of_go(written, found):
    assert go_duration(written) == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0",
        "5",
        "5 s",
        " 5s",
        "5s ",
        "s",
        ".s",
        "5sec",
        "1d",
        "-5s",
        "++5s",
        "5s-",
        "1e3s",
        "\u0665s",
        "2562048h",
        "9" * 400 + "h",
    ],
)
def test_what_go_cannot_read_is_off(written):
    assert go_duration(written) == 0.0


@given(hours=st.integers(0, 2000), minutes=st.integers(0, 59), milliseconds=st.integers(0, 59_999))
@settings(max_examples=200, deadline=None)
def test_a_duration_as_go_writes_it_is_read_back(hours, minutes, milliseconds):
    written = f"{hours}h{minutes}m{milliseconds / 1000}s"

    assert go_duration(written) == pytest.approx(hours * 3600 + minutes * 60 + milliseconds / 1000)


@given(written=st.one_of(st.text(max_size=30), st.text("0123456789.hmsun+-", max_size=30)))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_time_that_a_timer_can_have(written):
    assert 0.0 <= go_duration(written) <= LONGEST
