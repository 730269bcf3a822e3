"""KrakenD's application log."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.krakend import KRAKEND
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return KRAKEND.read(line, Clock())


def test_the_failure_of_an_endpoint():
    line = '2026/11/20 08:37:48 KRAKEND ERROR: [ENDPOINT: /orders] Get "http://a/": dial tcp 10.0.0.2:80: i/o timeout'

    assert read(line) == Event(
        at=1795163868.0,
        kind=Kind.REQUEST,
        level="error",
        message='[ENDPOINT: /orders] Get "http://a/": dial tcp 10.0.0.2:80: i/o timeout',
        answers="5xx",
        upstream="10.0.0.2:80",
        path="/orders",
    )


@pytest.mark.parametrize(
    ("line", "at", "level", "class_"),
    [
        (
            "[KRAKEND] 2026/11/20 - 08:37:48.500 \x1b[31m▶ ERROR\x1b[0m [ENDPOINT: /x] context deadline exceeded",
            1795163868.5,
            "error",
            "upstream_response_timeout",
        ),
        (" 2026/11/20 - 08:37:48.500 ▶ DEBU [SERVICE: Gin] x", 1795163868.5, "debug", "none"),
        ("2026/11/20 08:37:48  INFO: [SERVICE: Gin] Listening on port: 8080", 1795163868.0, "info", "none"),
        ("2026/11/20 08:37:48 KRAKEND CRITICAL: stopped", 1795163868.0, "fatal", "none"),
        (
            "2026/11/20 08:37:48 KRAKEND WARNING: [CB] Circuit breaker named 'a' went from 'closed' to 'open'",
            1795163868.0,
            "warning",
            "circuit_open",
        ),
    ],
)
def test_both_layouts(line, at, level, class_):
    event = read(line)

    assert (event.at, event.level, class_of(event).id) == (at, level, class_)


@pytest.mark.parametrize("endpoint", ["/orders/:id", "/orders/{id}", "/orders/*rest"])
def test_an_endpoint_with_parameters_is_no_path(endpoint):
    assert read(f"2026/11/20 08:37:48 KRAKEND ERROR: [ENDPOINT: {endpoint}] EOF").path is None


@pytest.mark.parametrize(
    "line",
    ["", "2026/11/20 08:37:48 ERROR: x", "2026/11/20 08:37:48 KRAKEND", "[KRAKEND] 2026/11/20 08:37:48 ▶ ERROR x"],
)
def test_what_krakend_did_not_write_is_none(line):
    assert read(line) is None
