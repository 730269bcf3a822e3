"""What an error's text tells beside its class, and what of it may stand in a command."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.error_classes import details, filled


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("http: proxy error: dial tcp 10.20.0.31:9001: i/o timeout", {"host": "10.20.0.31", "port": "9001"}),
        ("dial tcp [fd00::31]:9001: connect: connection refused", {"host": "fd00::31", "port": "9001"}),
        ("dial tcp 10.20.0.11:0->10.20.0.31:9001: i/o timeout", {"host": "10.20.0.31", "port": "9001"}),
        ("read tcp 10.20.0.11:4711->10.20.0.31:9001: read: connection reset", {"host": "10.20.0.31", "port": "9001"}),
        (
            "dial tcp: lookup orders.internal on 10.20.0.53:53: no such host",
            {"name": "orders.internal", "server": "10.20.0.53:53"},
        ),
        ("dial tcp: lookup orders.internal: i/o timeout", {"name": "orders.internal"}),
        (
            "x509: certificate is valid for a.example, b.example, not orders.internal",
            {"certificate_names": "a.example, b.example", "wanted_name": "orders.internal"},
        ),
        (
            "x509: cannot validate certificate for 10.20.0.31 because it doesn't contain any IP SANs",
            {"wanted_name": "10.20.0.31"},
        ),
        (
            (
                "certificate has expired or is not yet valid: current time 2026-11-20T08:40:41Z is after "
                "2026-11-19T00:00:00Z"
            ),
            {"checked_at": "2026-11-20T08:40:41Z", "valid_until": "2026-11-19T00:00:00Z"},
        ),
        ("http: TLS handshake error from 203.0.113.7:4711: EOF", {"client": "203.0.113.7:4711"}),
        (
            'upstream timed out (110), request: "GET / HTTP/1.1", upstream: "http://10.20.0.31:9001/orders"',
            {"host": "10.20.0.31", "port": "9001"},
        ),
        ("orders.internal could not be resolved (3: Host not found)", {"name": "orders.internal"}),
        ('upstream: "unix:/run/orders.sock"', {}),
        ("context canceled", {}),
        ("", {}),
    ],
)
def test_what_a_message_names(message, told):
    assert details(message) == told


def test_what_is_known_is_put_in_and_what_is_not_is_left_for_the_reader_in_capitals():
    assert filled("nc -vz {host} {port}", {"host": "10.20.0.31", "port": "9001"}) == "nc -vz 10.20.0.31 9001"
    assert filled("nc -vz {host} {port}", {"host": "10.20.0.31"}) == "nc -vz 10.20.0.31 PORT"
    assert filled("dig {name} @{server}; gwdiag logs {logs}", {}) == "dig NAME @SERVER; gwdiag logs LOGS"


def test_other_braces_stay():
    command = "curl -w '%{time_connect}' http://{host}/ | awk '{print $1}'"

    assert filled(command, {"host": "fd00::31"}) == "curl -w '%{time_connect}' http://fd00::31/ | awk '{print $1}'"


@pytest.mark.parametrize(
    "name", ["$(reboot)", "`reboot`", "a;reboot", "a b", "a|b", "a>b", "a\nb", "'a'", "\x1b[2J", ""]
)
def test_what_a_stranger_put_into_a_log_is_no_part_of_a_command(name):
    assert filled("getent ahosts {name}", {"name": name}) == "getent ahosts NAME"


def test_paths_that_the_user_gave_stay_as_they_are():
    assert filled("gwdiag logs {logs}", {"logs": "a.log 'b c.log'"}) == "gwdiag logs a.log 'b c.log'"


@given(text=st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_in_the_place_of_a_name_gives_a_command_of_plain_words(text):
    command = filled("getent ahosts {name}", details(f"dial tcp: lookup {text}: no such host"))

    assert set("$`;|&<>()'\"\\\n\x1b") & set(command) == set()
