"""`journalctl -o json`: messages as text, and as bytes."""

import json

import pytest

from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.journald_json import JOURNALD_JSON


def record(message: object, **more: object) -> str:
    return json.dumps({"__CURSOR": "s=1", "MESSAGE": message} | more)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (record("level=info msg=x", _HOSTNAME="gw-1"), Unwrapped("level=info msg=x", host="gw-1")),
        (record("x"), Unwrapped("x")),
        (record("one\ntwo"), Unwrapped("one\ntwo")),
        (record([72, 105, 27, 255]), Unwrapped("Hi\x1b\ufffd")),
        (record([72, None, 105]), Unwrapped("Hi")),
        (record([300]), None),
        (record([-1]), None),
        (record(None), None),
        (record({"a": 1}), None),
        (record("x", _HOSTNAME=["gw-1", "gw-2"]), Unwrapped("x")),
        (record("x")[:-1], None),
        ('{"__x":"MESSAGE","MESSAGE":' + "[" * 100_000, None),
        ('{"MESSAGE":"x"}', None),
        ('{"level":"info","msg":"x"}', None),
    ],
    ids=[
        "a line",
        "no host",
        "several lines",
        "bytes",
        "bytes and junk",
        "no byte",
        "no byte either",
        "too large to be shown",
        "an object",
        "two hosts",
        "a cut line",
        "a bomb",
        "no field of the journal",
        "another JSON",
    ],
)
def test_a_record_is_taken_apart(line, expected):
    assert JOURNALD_JSON.unwrap(line) == expected
