"""logrus on a terminal: no time, fields at the end."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.logrus_terminal import LOGRUS_TERMINAL
from gwdiag.model.event import Event, Kind, Mark


def read(line: str) -> Event | None:
    return LOGRUS_TERMINAL.read(line, Clock())


def test_a_message_without_a_time():
    line = (
        "ERRO[0012] http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused  api_id=315e9d17c93cfb7e"
        ' api_name="Telemetry (old)" mw=ReverseProxy server_name="telemetry.iot.example.net:9001"'
        " user_ip=203.0.113.29 user_name="
    )

    assert read(line) == Event(
        at=None,
        kind=Kind.REQUEST,
        level="error",
        message="http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused",
        answers="5xx",
        api_id="315e9d17c93cfb7e",
        api="Telemetry (old)",
        upstream="telemetry.iot.example.net:9001",
        client="203.0.113.29",
    )


def test_a_full_time_counts_where_there_is_one():
    assert read("ERRO[2026-11-20T08:37:48Z] x").at == 1795163868.0


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("TRAC", "trace"),
        ("DEBU", "debug"),
        ("INFO", "info"),
        ("WARN", "warning"),
        ("ERRO", "error"),
        ("FATA", "fatal"),
        ("PANI", "fatal"),
    ],
)
def test_levels(written, level):
    assert read(f"{written}[0000] x") == Event(at=None, kind=Kind.NOTICE, level=level, message="x")


def test_the_padding_of_a_message_is_no_part_of_it():
    event = read("INFO[0000] Tyk API Gateway v5.8.5                        prefix=main")

    assert event == Event(at=None, kind=Kind.NOTICE, level="info", message="Tyk API Gateway v5.8.5", mark=Mark.START)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ERRO[0012] http: proxy error: dial tc", "http: proxy error: dial tc"),
        ('ERRO[0012] said "a=b" and c  api_id=x', 'said "a=b" and c'),
        ("ERRO[0012] ", ""),
        ("ERRO[0012]", ""),
    ],
)
def test_cut_and_odd_messages(line, message):
    assert read(line).message == message


@pytest.mark.parametrize("line", ["", "ERROR[0012] x", "erro[0012] x", "ERRO x", "ERRO[00 12] x", " ERRO[0012] x"])
def test_what_logrus_did_not_write_is_none(line):
    assert read(line) is None
