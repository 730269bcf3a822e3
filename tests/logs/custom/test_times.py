"""Times that a format string describes with strftime's conversions."""

import re

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom._times import described


@pytest.mark.parametrize(
    ("text", "value", "at"),
    [
        ("%Y-%m-%d %H:%M:%S", "2026-11-20 08:37:48", 1795163868.0),
        ("%FT%T.%3fZ", "2026-11-20T08:37:48.118Z", 1795163868.118),
        ("%FT%T%z", "2026-11-20T08:37:48+0200", 1795156668.0),
        ("%Y/%m/%dT%H:%M:%S%z %s", "2026/11/20T08:37:48+0000 1795163868", 1795163868.0),
        ("%s.%6f", "1795163868.118234", 1795163868.118234),
        ("%d/%b/%Y:%H:%M:%S %z", "20/Nov/2026:08:37:48 +0000", 1795163868.0),
        ("%a %b %e %T %Y", "Fri Nov  6 08:37:48 2026", 1793954268.0),
        ("%H:%M:%S", "08:37:48", None),
        ("%d/%b/%Y:%T", "20/Foo/2026:08:37:48", None),
    ],
)
def test_what_is_written_so_is_read(text, value, at):
    shape, written = described(text) or ("", str)

    assert re.fullmatch(shape, value)
    assert Clock().read(written(value)) == at


def test_an_unknown_conversion_is_none():
    assert described("%Y %Q") is None
