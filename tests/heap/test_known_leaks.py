"""Leaks that are known: which functions and versions tell them."""

import re

import pytest

from gwdiag.heap.frames import shortened
from gwdiag.heap.known_leaks import affects, known_leaks, leak_of
from gwdiag.heap.words import bytes_of, range_words, size_words
from gwdiag.model.problem import Problem

TYK = "github.com/TykTechnologies/tyk"


@pytest.mark.parametrize(
    ("function", "version", "expected"),
    [
        (f"{TYK}/internal/memorycache.(*BucketStorage).Create", "5.8.5", "TYK-KI-01"),
        (f"{TYK}/internal/memorycache.(*Cache).Set", None, "TYK-KI-01"),
        (f"{TYK}/gateway.(*SessionLimiter).limitDRL", "v5.12.1", "TYK-KI-01"),
        (f"{TYK}/internal/memorycache.(*Cache).Set", "5.14.0", None),
        (f"{TYK}/internal/memorycache.(*Cache).Set", "5.8.14", None),
        (f"{TYK}/internal/cache.NewJanitor", "5.10.1", "TYK-KI-02"),
        (f"{TYK}/internal/cache.NewJanitor", "5.8.5", None),
        ("github.com/sirupsen/logrus.(*Entry).WithFields", None, None),  # every version has it
        ("github.com/sirupsen/logrus.(*Entry).WithFields", "5.2.4", "TYK-KI-08"),
        (f"{TYK}/gateway.(*SessionLimiter).limitDRL.func1", None, "TYK-KI-01"),
        ("example.com/internal/memorycache.(*Cache).Set", None, None),
    ],
)
def test_a_leak_by_function_and_version(function, version, expected):
    found = leak_of([function], version)

    assert (found.id if found else None) == expected


def test_files_are_named_after_their_leaks():
    for one in known_leaks().values():
        assert re.fullmatch(r"TYK-KI-\d\d", one.id)
        assert one.workaround
        assert one.signature


def test_a_version_that_cannot_be_read_may_be_affected():
    assert affects(known_leaks()["TYK-KI-01"], "main-branch")
    assert not affects(known_leaks()["TYK-KI-01"], "v5.8.15-rc1")


@pytest.mark.parametrize(
    ("text", "expected"), [("512Mi", 512 << 20), ("8GB", 8 * 10**9), ("1.5g", 1.5e9), ("1000", 1000)]
)
def test_sizes_that_are_given(text, expected):
    assert bytes_of(text, "--memory-limit") == expected


@pytest.mark.parametrize("text", ["", "0", "-1MB", "many", "1PB"])
def test_what_is_no_size(text):
    with pytest.raises(Problem, match="give a size such as"):
        bytes_of(text, "--memory-limit")


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (9_600_000, "9.6 MB"), (212e6, "212 MB"), (-1500, "-1.5 kB"), (3e15, "3000 TB")],
)
def test_sizes_that_are_said(size, words):
    assert size_words(size) == words


def test_ranges_have_one_unit():
    assert range_words(190e6, 236e6) == "190-236 MB"
    assert range_words(2_500_000, 11e6) == "2.5-11.0 MB"
    assert range_words(-77e6, 473e6) == "-77 to 473 MB"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (f"{TYK}/internal/memorycache.(*Cache).Set", ("memorycache.(*Cache).Set", f"{TYK}/internal")),
        ("net/http.(*conn).serve", ("http.(*conn).serve", "net")),
        ("main.main", ("main.main", "")),
        ("a.b/c.Map[go.shape.string,d/e.T].Get", ("c.Map[go.shape.string,d/e.T].Get", "a.b")),
        ("run (asyncio/runners.py)", ("run (asyncio/runners.py)", "")),
    ],
)
def test_functions_as_people_call_them(function, expected):
    assert shortened(function) == expected
