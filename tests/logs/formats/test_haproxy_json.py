"""HAProxy with a log-format of JSON, whatever the user called the keys."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.haproxy_json import HAPROXY_JSON
from gwdiag.model.event import Event, Kind


def read(line: str) -> Event | None:
    return HAPROXY_JSON.read(line, Clock())


def test_a_slow_server():
    line = (
        '{"time":"20/Nov/2026:08:37:48 +0000","client":"198.51.100.7","status":504,"backend":"orders_be","server":"o1",'
        '"Tr":-1,"Ta":1001,"termination_state":"sHNN","request":"GET /slow?token=secret HTTP/1.1"}'
    )

    assert read(line) == Event(
        at=1795163869.001,
        kind=Kind.ACCESS,
        claim="upstream_response_timeout",
        status=504,
        duration_ms=1001.0,
        upstream="orders_be/o1",
        client="198.51.100.7",
        method="GET",
        path="/slow",
        flag="sHNN",
    )


@pytest.mark.parametrize(
    ("line", "claim", "upstream"),
    [
        ('{"http_status":-1,"backend_name":"b","termination_state":"SD"}', "upstream_closed", "b"),
        ('{"haproxy_backend_name":"b","haproxy_server_name":"s","tsc":"SC--"}', "upstream_dial_refused", "b/s"),
        ('{"status_code":503,"be_name":"b","server":"<NOSRV>","term_state":"SC--"}', "no_healthy_upstream", "b"),
        ('haproxy[7]: {"status":200,"backend":"b","server":"s","tsc":"----"}', "none", "b/s"),
    ],
)
def test_keys_of_other_names(line, claim, upstream):
    event = read(line)

    assert event is not None
    assert (event.claim, event.upstream) == (claim, upstream)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        '{"status":200,"backend":"b"}',
        '{"status":200,"backend":"b","terminal":"SC-7"}',
        '{"tsc":"SC--"}',
        '{"status":200,"backend":"b","server":"s","tsc":"----"',
        '{"tsc":"SC--","a":' + "[" * 100_000,
    ],
)
def test_what_has_no_termination_state_is_none(line):
    assert read(line) is None
