"""Classic syslog, with its many habits."""

import pytest

from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.syslog_rfc3164 import SYSLOG_RFC3164

AT = "Nov 20 08:37:48"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{AT} gw-1 tyk[2032]: level=info msg=x", Unwrapped("level=info msg=x", at=AT, host="gw-1")),
        (f"<134>{AT} gw-1 tyk[2032]: x", Unwrapped("x", at=AT, host="gw-1")),
        ("Nov  2 08:37:48 gw-1 tyk: x", Unwrapped("x", at="Nov  2 08:37:48", host="gw-1")),
        (f"{AT}.118234 gw-1 tyk: x", Unwrapped("x", at=f"{AT}.118234", host="gw-1")),
        (f"{AT} tyk[2032]: x", Unwrapped("x", at=AT)),
        (f"{AT} gw-1 tyk: ", Unwrapped("", at=AT, host="gw-1")),
        ("März 20 08:37:48 gw-1 tyk: x", Unwrapped("x", at="März 20 08:37:48", host="gw-1")),
        (f"{AT} gw-1 no colon", None),
        ("2026-11-20T08:37:48Z gw-1 tyk: x", None),
        ("level=info msg=x", None),
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert SYSLOG_RFC3164.unwrap(line) == expected
