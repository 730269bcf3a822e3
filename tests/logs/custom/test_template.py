"""Format strings as regular expressions: what a field takes, and that no line makes the search long."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.custom._template import Field, Template


@pytest.mark.parametrize(
    ("parts", "line", "values"),
    [
        ([Field("a"), " ", Field("b")], "1 2 3", {"a": "1", "b": "2 3"}),
        (['"', Field("a"), '" "', Field("b"), '"'], '"x "y" z" "w"', {"a": 'x "y" z', "b": "w"}),
        (["[", Field("a"), "] ", Field("b", r"\d+")], "[x] 12 rest", {"a": "x", "b": "12"}),
        ([Field("a", r"\d+"), Field("b", r"[a-z]+")], "12ab", {"a": "12", "b": "ab"}),
        ([Field("a"), Field("b"), " ", Field("c", r"\d+")], "xy 12", {"b": "xy", "c": "12"}),
        ([Field("a", r"\d+"), " ", Field(None), " end"], "12 and anything", {"a": "12"}),
        ([Field("a"), "-", Field("a"), "-", Field("b", r"\d+")], "1-2-3", {"a": "1", "b": "3"}),
        (
            [Field("a", r"\d+"), " ", Field("b", r"\{[^}]*\}", vanishes=True), " ", Field("c")],
            "1 {x y} z",
            {"a": "1", "b": "{x y}", "c": "z"},
        ),
        (
            [Field("a", r"\d+"), " ", Field("b", r"\{[^}]*\}", vanishes=True), " ", Field("c")],
            "1 z",
            {"a": "1", "b": "", "c": "z"},
        ),
        ([Field("a", r"\d+", convert=lambda text: text + "!")], "1", {"a": "1!"}),
        ([Field("a"), " ", Field("b"), " "], "cut", {"a": "cut", "b": ""}),
        (["$.*(", Field("a", r"\d+")], "$.*(1", {"a": "1"}),
    ],
)
def test_the_values_of_a_line(parts, line, values):
    assert Template(parts).values(line) == values


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (["x", Field("a")], "y"),
        ([Field("a", r"\d+"), " ", Field("b")], "x 1"),
        ([Field("a", r"\d+"), " ", Field("b", r"\d+")], "1"),
    ],
)
def test_a_line_of_another_shape_has_none(parts, line):
    assert Template(parts).values(line) is None


PIECES = st.lists(
    st.sampled_from([" ", '"', "a", '" "', Field("x"), Field("y"), Field(None), Field("n", r"\d+")]), max_size=24
)
FILLINGS = st.sampled_from([" ", '"', "a", "1", '" "', "a ", '1"', "11 "])


@settings(max_examples=200, deadline=None)
@given(PIECES, FILLINGS, FILLINGS)
def test_no_format_and_no_line_make_it_slow(parts, filling, other):
    line = (filling * 50_000)[:50_000] + other
    begin = time.perf_counter()
    Template(parts).values(line)

    assert time.perf_counter() - begin < 1
