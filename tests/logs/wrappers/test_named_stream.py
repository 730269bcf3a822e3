"""Streams shown side by side, as compose and kubectl do it."""

import pytest

from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.named_stream import NAMED_STREAM


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gateway-1  | level=info msg=x", Unwrapped("level=info msg=x", host="gateway-1")),
        ("  gw | level=info msg=a | b", Unwrapped("level=info msg=a | b", host="gw")),
        ("08:37:48 tyk.1 | x", Unwrapped("x", host="tyk.1")),
        ("gateway-1  | ", Unwrapped("", host="gateway-1")),
        ("[pod/tyk-7c9f-x2v9k/gateway] level=info msg=x", Unwrapped("level=info msg=x", host="tyk-7c9f-x2v9k")),
        ("[pod/tyk-7c9f-x2v9k/gateway]", None),
        ("two words | x", None),
        ("level=info msg=x", None),
        ("", None),
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert NAMED_STREAM.unwrap(line) == expected
