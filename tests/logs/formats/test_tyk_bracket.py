"""Tyk 2.x: a time without a year in brackets, the level in capitals."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.tyk_bracket import TYK_BRACKET
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return TYK_BRACKET.read(line, Clock(year=2017))


def test_a_message():
    line = (
        "[Jun 02 08:42:07] ERROR http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused"
        ' api_id=315e9d17c93cfb7e org_id=default prefix=proxy server_name="orders.internal:9001" user_id=****'
        " user_ip=203.0.113.29 user_name="
    )

    assert read(line) == Event(
        at=1496392927.0,
        kind=Kind.REQUEST,
        level="error",
        message="http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused",
        answers="5xx",
        api_id="315e9d17c93cfb7e",
        upstream="orders.internal:9001",
        client="203.0.113.29",
    )


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("[Jun 02 08:41:19]  INFO main: Starting", "info", "main: Starting"),
        ("[Jun  2 08:41:19]  WARNING x  ", "warning", "x"),
        ("[Jun 02 08:41:19] DEBUG a=b", "debug", "a=b"),
        ("[Jun 02 08:41:19] ERROR http: proxy error: dial tc", "error", "http: proxy error: dial tc"),
        ("[Jun 02 08:41:19] ERROR ", "error", ""),
    ],
)
def test_odd_lines(line, level, message):
    assert read(line) == Event(
        at=1496392879.0,
        kind=Kind.REQUEST if message.startswith("http:") else Kind.NOTICE,
        level=level,
        message=message,
        answers="5xx" if message.startswith("http:") else None,
    )


def test_a_date_that_there_is_not_gives_no_time():
    assert read("[Jun 31 08:41:19] ERROR x") == Event(at=None, kind=Kind.NOTICE, level="error", message="x")


@pytest.mark.parametrize(
    "line", ["", "[Jun 02 08:41:19]", "[Jun 02 08:41:19] NOTICE x", "[02/Jun/2017:08:41:19] ERROR x", "Jun 02 ERROR"]
)
def test_what_tyk_did_not_write_is_none(line):
    assert read(line) is None
