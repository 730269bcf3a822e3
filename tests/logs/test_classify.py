"""What decides the class of an event: its structure, then its words, then its status."""

import pytest

from gwdiag.error_classes import Claim
from gwdiag.logs.classify import class_of
from gwdiag.model.event import Event, Kind

REFUSED = "http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused"


@pytest.mark.parametrize(
    ("event", "claim"),
    [
        (Event(None, Kind.ACCESS, claim="upstream_reset", message=REFUSED, status=500), Claim("upstream_reset", 0.95)),
        (Event(None, Kind.ACCESS, claim="none", status=500), Claim("none", 0.9)),
        (Event(None, Kind.REQUEST, message=REFUSED, status=504), Claim("upstream_dial_refused", 0.97)),
        (Event(None, Kind.NOTICE, "info", "listening on :8080"), Claim("none", 0.9)),
        (Event(None, Kind.NOTICE, "warning", "something new"), Claim("none", 0.9)),
        (Event(None, Kind.NOTICE, "error", "something new"), Claim("none", 0.0)),
        (Event(None, Kind.NOTICE, "", "something new"), Claim("none", 0.0)),
        (Event(None, Kind.ACCESS, status=503), Claim("upstream_5xx", 0.4)),
        (Event(None, Kind.ACCESS, status=200), Claim("none", 0.9)),
        (Event(None, Kind.NOTICE), Claim("none", 0.5)),
    ],
    ids=[
        "the structure outranks the words",
        "a claim of no failure is one",
        "the words outrank the status",
        "information is no failure",
        "a warning that no class knows is none",
        "an error that no class knows is none, but not for sure",
        "so is a record without a level",
        "the status alone",
        "a success",
        "nothing at all",
    ],
)
def test_the_order_of_evidence(event, claim):
    assert class_of(event) == claim
