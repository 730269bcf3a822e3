"""Messages are known by what in them decides."""

import io

import numpy as np
import pytest

from gwdiag.logs.scan.page import pages
from gwdiag.logs.scan.shapes import MOST_REMEMBERED, Shapes
from gwdiag.logs.scan.values import Span


def kinds(messages: list[str], shapes: Shapes) -> list[int]:
    """Which of these messages have the same hash: the number of the first of each."""
    page = next(pages(io.BytesIO("".join(f"{one}\n" for one in messages).encode())))
    span = Span(page.begins, page.ends - page.begins)
    found = shapes.of(page, span, span.hashes(page)).tolist()
    return [found.index(one) for one in found]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("current time 2026-11-20T07:19:49Z is after", "current time 2026-11-20T08:20:50Z is after", True),
        ("request 1234567 failed", "request 7654321 failed", True),
        ("10.20.0.5:44719->10.0.5.10:9000: EOF", "10.20.0.5:44720->10.0.5.10:9000: EOF", True),
        ("connect() failed (111: refused)", "connect() failed (110: timed out)", False),
        ("stat 502", "stat 504", False),
        ("certificate has expired", "certificate is not yet valid", False),
        # An escape may stand for a digit: such texts are compared as they are.
        (r"time \"07:19:49\"", r"time \"07:19:50\"", False),
    ],
)
def test_only_what_decides_tells_messages_apart(one: str, other: str, same: bool):
    assert kinds([one, other, one], Shapes()) == [0, 0 if same else 1, 0]


def test_a_shape_stays_the_same_however_many_come_between():
    shapes = Shapes()
    first = kinds(["at 07:19:49", "plain"], shapes)
    for begin in range(0, 2 * MOST_REMEMBERED, 5000):
        kinds([f"message {number}" for number in range(begin, begin + 5000)], shapes)

    assert first == kinds(["at 07:19:50", "plain"], shapes) == [0, 1]
    assert len(np.unique(kinds(["at 07:19:49", "at 07:19:50"], shapes))) == 1
