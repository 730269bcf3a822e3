"""The newer syslog, with and without structured data."""

import pytest

from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.syslog_rfc5424 import SYSLOG_RFC5424

AT = "2026-11-20T08:37:48.118Z"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"<14>1 {AT} gw-1 tyk 2032 - - level=info msg=x", Unwrapped("level=info msg=x", at=AT, host="gw-1")),
        (f"<14>1 {AT} gw-1 tyk 2032 ID47 - \ufeffx", Unwrapped("x", at=AT, host="gw-1")),
        (rf'<14>1 {AT} gw-1 tyk - - [a b="\"]" c=""][d] x', Unwrapped("x", at=AT, host="gw-1")),
        ("<14>1 - - - - - - x", Unwrapped("x")),
        (f"<14>1 {AT} gw-1 tyk 2032 - -", Unwrapped("", at=AT, host="gw-1")),
        (f'<14>1 {AT} gw-1 tyk - - [a b="cut', None),
        (f"<14>2 {AT} gw-1 tyk - - - x", None),
        ("<14>Nov 20 08:37:48 gw-1 tyk: x", None),
        ("level=info msg=x", None),
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert SYSLOG_RFC5424.unwrap(line) == expected


def test_structured_data_that_never_ends_takes_no_time():
    line = f"<14>1 {AT} gw-1 tyk - - " + "[a" * 10_000 + '"\\"' * 10_000

    assert SYSLOG_RFC5424.unwrap(line) is None
