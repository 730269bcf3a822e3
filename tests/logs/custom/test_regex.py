"""A user's own format as a regular expression."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.regex import LONGEST, from_format
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Exit, Problem

ACCESS = (
    r"(?P<time>\S+) (?P<node>\S+) (?P<client>\S+) \"(?P<request>[^\"]*)\" (?P<status>\S+) (?P<duration_s>\S+)"
    r" (?P<upstream_ms>\S+) (?P<upstream>\S+) (?P<api>\S+) (?P<message>.*)"
)


def read(pattern: str, line: str) -> Event | None:
    return from_format(pattern, "--format").read(line, Clock(year=2026))


def test_an_access_record_has_all_that_is_named():
    line = '2026-11-20T08:37:48Z gw-1 10.0.0.9:4711 "GET /a/b?key=1 HTTP/1.1" 502 1.5 12 10.0.0.1:80 Orders -'

    assert read(ACCESS, line) == Event(
        at=1795163868.0,
        kind=Kind.ACCESS,
        status=502,
        duration_ms=1500.0,
        upstream_ms=12.0,
        host="gw-1",
        api="Orders",
        upstream="10.0.0.1:80",
        client="10.0.0.9",
        method="GET",
        path="/a/b",
    )


def test_the_words_of_an_access_record_count_where_they_speak_of_a_failure():
    line = '2026-11-20T08:37:48Z gw-1 c "GET /a" 502 - - - - {}'

    refused = read(ACCESS, line.format("dial tcp 10.0.0.1:80: connect: connection refused"))
    other = read(ACCESS, line.format("all is well"))

    assert (class_of(refused).id, refused.message) == (
        "upstream_dial_refused",
        "dial tcp 10.0.0.1:80: connect: connection refused",
    )
    assert (class_of(other).id, other.message) == ("upstream_5xx", "")


@pytest.mark.parametrize(
    ("line", "kind", "class_"),
    [
        ("ERROR c1 /a connection refused", Kind.REQUEST, "upstream_dial_refused"),
        ("ERROR - - connection refused", Kind.NOTICE, "upstream_dial_refused"),
        ("INFO c1 /a ready", Kind.NOTICE, NONE),
    ],
)
def test_a_message_is_about_a_request_where_it_fails_and_names_one(line, kind, class_):
    event = read(r"(?P<level>\S+) (?P<client>\S+) (?P<path>\S+) (?P<message>.*)", line)

    assert (event.kind, class_of(event).id, event.level) == (kind, class_, line.split()[0].lower())


def test_a_line_that_does_not_match_is_of_another_format():
    assert read(r"(?P<status>\d{3}) ok", "x 200 ok") is None


def test_a_group_that_took_no_part_is_not_told():
    event = read(r"(?P<status>\d{3})(?: in (?P<duration_us>\d+))?(?: from (?P<client>\S+))?", "200")

    assert event == Event(at=None, kind=Kind.ACCESS, status=200)


@pytest.mark.parametrize(("unit", "expected"), [("_s", 2000.0), ("_ms", 2.0), ("_us", 0.002), ("_ns", 2e-6)])
def test_durations_have_a_unit(unit, expected):
    assert read(rf"(?P<status>\d+) (?P<duration{unit}>\d+)", "200 2").duration_ms == pytest.approx(expected)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?P<status>", "no regular expression: missing ), unterminated subpattern at position 0"),
        (r"(?P<time>\S+)", "name a group status or message, as in"),
        (r"(?P<status>\d+) (?P<colour>\S+) (?P<size>\d+)", "no group may be called colour, size; the names are"),
        (r"(?P<status>\d+) (?P<duration>\d+)", "no group may be called duration; the names are"),
    ],
)
def test_an_expression_that_cannot_be_used_is_one_line(pattern, reason):
    with pytest.raises(Problem) as caught:
        from_format(pattern, "gwdiag.toml: formats.mine")

    assert str(caught.value).startswith(f"gwdiag.toml: formats.mine: {reason}")
    assert caught.value.status is Exit.USAGE


def test_of_a_very_long_line_only_the_beginning_is_looked_at():
    assert read(r"(?P<status>\d+) a*$", "200 " + "a" * LONGEST + "b") == Event(at=None, kind=Kind.ACCESS, status=200)
    assert read(r"(?P<status>\d+) a*b", "200 " + "a" * LONGEST + "b") is None
