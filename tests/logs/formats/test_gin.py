"""gin's access log, and the errors that it prints below a line."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.gin import GIN
from gwdiag.logs.records import records
from gwdiag.model.event import Event, Kind

HEAD = "[GIN] 2026/11/20 - 08:37:48 |"


def read(line: str) -> Event | None:
    return GIN.read(line, Clock())


def test_a_request():
    assert read(f'{HEAD} 404 |     1.354ms |     203.0.113.7 | GET      "/orders/7?key=s3cret"') == Event(
        at=1795163868.0,
        kind=Kind.ACCESS,
        status=404,
        duration_ms=1.354,
        client="203.0.113.7",
        method="GET",
        path="/orders/7",
    )


def test_the_errors_below_a_request_are_part_of_it():
    lines = [
        f'{HEAD} 500 |  1.000272864s |     203.0.113.7 | GET      "/merged/x"',
        "Error #01: invalid status code",
        'Error #02: Get "http://orders:80/a": dial tcp 10.20.0.31:80: connect: connection refused',
        f'{HEAD} 200 |     44.856µs |     203.0.113.7 | GET      "/__health"',
    ]

    failed, healthy = records(iter(enumerate(lines, 1)), Clock())

    assert failed.event.message == 'Get "http://orders:80/a": dial tcp 10.20.0.31:80: connect: connection refused'
    assert failed.event.upstream == "10.20.0.31:80"
    assert failed.text == f"{lines[0]} {lines[2]}"
    assert class_of(failed.event).id == "upstream_dial_refused"
    assert (healthy.line, class_of(healthy.event).id) == (4, "none")


def test_errors_of_a_request_that_went_well_are_no_failure():
    lines = [f'{HEAD} 200 | 1ms | 203.0.113.7 | GET "/x"', "Error #01: EOF"]

    [record] = records(iter(enumerate(lines, 1)), Clock())

    assert class_of(record.event).id == "none"


@pytest.mark.parametrize(
    ("line", "status", "duration", "client", "path", "class_"),
    [
        (f'{HEAD} 504 |     1.2s |  ::1 | POST     "/x"', 504, 1200.0, "::1", "/x", "upstream_response_timeout"),
        (f"{HEAD} 500 | 3.0019244s | 172.17.0.1 | GET  /old", 500, 3001.9244, "172.17.0.1", "/old", "upstream_5xx"),
        (f'{HEAD} 200 | 1m3s | - | GET "/"', 200, 63000.0, None, "/", "none"),
        (
            f'{HEAD}\x1b[97;42m 200 \x1b[0m|   512.5µs |   ::1 |\x1b[97;44m GET     \x1b[0m "/"',
            200,
            0.5125,
            "::1",
            "/",
            "none",
        ),
        (f'{HEAD} 500 | 3s | 10.0.0.1 | GET "/x" Error #01: EOF', 500, 3000.0, "10.0.0.1", "/x", "upstream_closed"),
        (f'{HEAD} 401 | 1ms | 10.0.0.1 | GET "/q\\"uote"', 401, 1.0, "10.0.0.1", '/q\\"uote', "auth_failed"),
        (f'{HEAD}   0 | 1ms | 10.0.0.1 | GET "/x"', None, 1.0, "10.0.0.1", "/x", "none"),
    ],
)
def test_odd_lines(line, status, duration, client, path, class_):
    event = read(line)

    assert (event.status, event.duration_ms, event.client, event.path) == (status, duration, client, path)
    assert class_of(event).id == class_


def test_what_it_says_at_the_start():
    assert read('[GIN-debug] [WARNING] Running in "debug" mode.').level == "warning"
    assert read("[GIN-debug] GET    /__health   --> main.main.func1 (2 handlers)").kind is Kind.NOTICE


@pytest.mark.parametrize(
    "line", ["", HEAD, f"{HEAD} 200 | 1ms |", "Error #01: EOF", "[GIN] 2026/11/20 08:37:48 | 200 |"]
)
def test_what_gin_did_not_write_or_not_to_its_end_is_none(line):
    assert read(line) is None
