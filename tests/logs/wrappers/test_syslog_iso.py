"""syslog with a full time, as rsyslog writes files and `journalctl -o short-iso` prints."""

import pytest

from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.syslog_iso import SYSLOG_ISO

AT = "2026-11-20T08:37:48.118234+00:00"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{AT} gw-1 tyk[2032]: level=info msg=x", Unwrapped("level=info msg=x", at=AT, host="gw-1")),
        ("2026-11-20T08:37:48+0100 gw-1 tyk[2032]: x", Unwrapped("x", at="2026-11-20T08:37:48+0100", host="gw-1")),
        (f"{AT} tyk[2032]: x", Unwrapped("x", at=AT)),
        (f"{AT} gw-1 opt/tyk@1[2032]: ", Unwrapped("", at=AT, host="gw-1")),
        (f"{AT} gw-1 tyk: x", None),
        (f"{AT} stderr F tyk[2032]: x", None),
        ("Nov 20 08:37:48 gw-1 tyk[2032]: x", None),
        (f"{AT} level=info msg=x", None),
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert SYSLOG_ISO.unwrap(line) == expected
