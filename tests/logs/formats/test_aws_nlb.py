"""AWS Network Load Balancer, TLS listeners."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.aws_nlb import AWS_NLB
from gwdiag.model.event import Event, Kind

LINE = (
    "tls 2.0 2026-11-20T08:37:49 net/shop-nlb/0a0b 0c0d {client} 10.0.8.5:443 {times} 171 0 {alert} - - - - - - - - -"
)


def read(line: str) -> Event | None:
    return AWS_NLB.read(line, Clock())


def test_a_handshake_that_failed():
    line = LINE.format(client="198.51.100.8:51342", times="52 -", alert="48")

    assert read(line) == Event(
        at=1795163869.0,
        kind=Kind.ACCESS,
        claim="client_tls_handshake",
        duration_ms=52.0,
        client="198.51.100.8",
        detail="TLS alert 48",
    )


@pytest.mark.parametrize(
    ("client", "times", "claim", "address"),
    [
        ("198.51.100.8:51342", "5 2", "none", "198.51.100.8"),
        ("[2001:db8::9]:51343", "- -", "client_tls_handshake", "2001:db8::9"),
    ],
)
def test_odd_lines(client, times, claim, address):
    event = read(LINE.format(client=client, times=times, alert="-"))

    assert event is not None
    assert (event.claim, event.client, event.detail) == (claim, address, None)


@pytest.mark.parametrize("line", ["", "tls 2.0 2026-11-20T08:37:49 net/shop-nlb/0a0b", "tls: handshake failure"])
def test_what_is_none_of_its_lines_is_none(line):
    assert read(line) is None
