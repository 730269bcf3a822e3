"""A time in front of each line, as docker and kubectl put it on demand."""

import pytest

from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.timestamps import TIMESTAMPS

AT = "2026-11-20T08:37:48.118234567Z"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{AT} level=info msg=x", Unwrapped("level=info msg=x", at=AT)),
        ("2026-11-20T08:37:48.118+01:00 x", Unwrapped("x", at="2026-11-20T08:37:48.118+01:00")),
        (f"{AT} ", Unwrapped("", at=AT)),
        ("2026-11-20T08:37:48Z level=info msg=x", None),
        (f"{AT} stderr F level=info msg=x", None),
        (f"{AT} gw-1 tyk[1]: level=info msg=x", None),
        (f"{AT}", None),
        ("level=info msg=x", None),
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert TIMESTAMPS.unwrap(line) == expected
