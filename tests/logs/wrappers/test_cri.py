"""Kubernetes' container log: whole lines and parts."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.records import records
from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.cri import CRI

AT = "2026-11-20T08:37:48.118234567Z"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{AT} stderr F level=info msg=x", Unwrapped("level=info msg=x", at=AT)),
        (f"{AT} stdout P level=in", Unwrapped("level=in", at=AT, more=True)),
        (f"{AT} stderr F ", Unwrapped("", at=AT)),
        (f"{AT} stderr F:tag  two spaces", Unwrapped(" two spaces", at=AT)),
        ("2026-11-20T08:37:48+01:00 stderr F x", Unwrapped("x", at="2026-11-20T08:37:48+01:00")),
        (f"{AT} stderr X level=info", None),
        (f"{AT} stderr", None),
        (f"{AT} level=info msg=x", None),
        ("level=info msg=x", None),
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert CRI.unwrap(line) == expected


def read(*lines: str) -> list[tuple[int, str]]:
    return [(record.line, record.text) for record in records(iter(enumerate(lines, 1)), Clock())]


def test_parts_of_a_line_are_joined_and_it_begins_where_the_first_one_does():
    lines = [f"{AT} stderr P http: proxy ", f"{AT} stderr P error: ", f"{AT} stderr F EOF", f"{AT} stderr F http: x"]

    assert read(*lines) == [(1, "http: proxy error: EOF"), (4, "http: x")]


@pytest.mark.parametrize("after", [(), ("http: x",)], ids=["the log ends", "another line follows"])
def test_parts_without_an_end_are_a_line_too(after):
    lines = [f"{AT} stderr F http: a", f"{AT} stderr P http: proxy ", f"{AT} stderr P error: E", *after]

    assert read(*lines) == [(1, "http: a"), (2, "http: proxy error: E"), *((4, line) for line in after)]
