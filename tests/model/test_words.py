"""Figures as people read them."""

from datetime import UTC, datetime

import pytest

from gwdiag.model.words import by_chance, counted, duration, listed, moment, number, percent


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (7, "7"),
        (1034, "1,034"),
        (1234567.0, "1,234,567"),
        (-3, "-3"),
        (3.44, "3.4"),
        (1000.25, "1,000.2"),
        (-2.5, "-2.5"),
        (0.25, "0.25"),
        (0.0312, "0.031"),
    ],
)
def test_a_number(value, words):
    assert number(value) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.342, "34.2 %"),
        (0.0004, "under 0.1 %"),
        (0.001, "0.1 %"),
        (0.999, "99.9 %"),
        (0.9995, "over 99.9 %"),
        (0.9999999, "over 99.9 %"),
        (0.0000001, "under 0.1 %"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share, words):
    assert percent(share) == words


def test_a_moment():
    assert moment(datetime(2026, 11, 20, 8, 37, 48, 900_000, tzinfo=UTC)) == "2026-11-20 08:37:48 UTC"
    assert moment(None) == "an unknown time"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.04, "40 ms"),
        (0.9994, "999 ms"),
        (1, "1.0 s"),
        (5.04, "5.0 s"),
        (119.9, "119.9 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2.0 h"),
        (11520, "3.2 h"),
        (259_199, "72.0 h"),
        (777_600, "9.0 days"),
    ],
)
def test_a_duration(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "nowhere"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c", "d"], "a, b, c and d"),
        (["a", "b", "c", "d", "e"], "a, b, c, d and 1 more"),
        (iter("abcdefg"), "a, b, c, d and 3 more"),
    ],
)
def test_a_list_is_cut_after_four(names, words):
    assert listed(names) == words


def test_a_list_may_be_cut_elsewhere():
    assert listed(["a", "b", "c"], 1) == "a and 2 more"


def test_what_is_counted_has_its_plural():
    assert [counted(0, "node"), counted(1, "node"), counted(1200, "node")] == ["0 nodes", "1 node", "1,200 nodes"]
    assert [counted(1, "query", "queries"), counted(2, "query", "queries")] == ["1 query", "2 queries"]


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1e-12, "chance alone does that practically never"),
        (1e-9, "chance alone does that less than once in a million times"),
        (1e-6, "chance alone does that less than once in ten thousand times"),
        (1e-4, "chance alone does that less than once in a thousand times"),
        (1e-3, "chance alone does that less than once in a hundred times"),
        (0.01, "chance alone does that about 1 time in a hundred"),
        (0.5, "chance alone does that about 50 times in a hundred"),
    ],
)
def test_a_chance(probability, words):
    assert by_chance(probability) == words
