"""Only requests that Go does not repeat fail, where enough of them could have been others."""

import pytest

from gwdiag.logs.analysis.methods import METHODS
from tests.logs.from_lines import answers_of, view_of
from tests.logs.small_logs import failures, log, successes

RESET = "read tcp 10.20.0.11:4711->10.20.0.31:9001: read: connection reset by peer"


def told(failed: int, *, posts: int, gets: int, error: str = RESET, method: str = "POST") -> list[str]:
    """So many failures among so many requests of each kind."""
    stretches = [
        successes(0, posts, every=1, method="POST"),
        successes(0, gets, every=1),
        failures(0, failed, every=1, error=error, flag="URR", method=method),
    ]
    return [id_ for id_, _ in answers_of(METHODS.answer(view_of({"gw-1": log(*stretches)})))]


@pytest.mark.parametrize(
    ("failed", "posts", "gets", "expected"),
    [
        (13, 37, 50, []),
        (14, 36, 50, ["only_unsafe_methods"]),
        (5, 5, 90, ["only_unsafe_methods"]),
        (5, 11, 84, []),
        (50, 50, 0, []),
    ],
    ids=["one in 8192", "one in 16384", "few of few", "a little more", "there is nothing else"],
)
def test_how_likely_it_is_by_chance(failed, posts, gets, expected):
    assert told(failed, posts=posts, gets=gets) == expected


def test_one_get_among_them_says_that_it_is_not_so():
    stretches = [
        successes(0, 100, every=1),
        failures(0, 30, every=1, error=RESET, flag="URR", method="POST"),
        failures(30, 31, every=1, error=RESET, flag="URR", method="GET"),
    ]

    assert list(METHODS.answer(view_of({"gw-1": log(*stretches)}))) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_repeated_either(method):
    assert told(30, posts=0, gets=100, method=method) == ["only_unsafe_methods"]


def test_other_classes_are_not_asked():
    assert told(30, posts=0, gets=100, error="dial tcp 10.20.0.31:9001: i/o timeout") == []
