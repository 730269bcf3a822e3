"""What --since and --until mean."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.window import Window, moment, window
from gwdiag.model.problem import Exit, Problem

LAST = datetime(2026, 11, 20, 14, 30, 10, tzinfo=UTC)


def since(text: str, zone: object = None, last: datetime = LAST) -> datetime:
    return datetime.fromtimestamp(moment(text, "--since", last.timestamp(), zone), UTC)  # type: ignore[arg-type]


def until(text: str, after: datetime, last: datetime = LAST) -> datetime:
    return datetime.fromtimestamp(moment(text, "--until", last.timestamp(), None, after.timestamp()), UTC)


def utc(*fields: int) -> datetime:
    return datetime(2026, 11, *fields, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("-90s", utc(20, 14, 28, 40)),
        ("-30m", utc(20, 14, 0, 10)),
        ("-2h", utc(20, 12, 30, 10)),
        ("-1d", utc(19, 14, 30, 10)),
        ("-1h30m", utc(20, 13, 0, 10)),
        ("-0s", LAST),
        ("14:05", utc(20, 14, 5)),
        ("14:30:10", LAST),
        ("14:30:11", utc(19, 14, 30, 11)),
        ("14:30:09.5", utc(20, 14, 30, 9, 500_000)),
        ("23:59", utc(19, 23, 59)),
        ("9:05", utc(20, 9, 5)),
        ("00:00", utc(20)),
        ("14:05Z", utc(20, 14, 5)),
        ("14:05+02:00", utc(20, 12, 5)),
        ("14:05-0500", utc(19, 19, 5)),
        ("2026-11-20", utc(20)),
        ("20261120", utc(20)),
        ("2026-11-20T14:05", utc(20, 14, 5)),
        ("2026-11-20 14:05:30", utc(20, 14, 5, 30)),
        ("2026-11-20T14:05:30.25Z", utc(20, 14, 5, 30, 250_000)),
        ("2026-11-20T14:05:30+02:00", utc(20, 12, 5, 30)),
        (" 2026-11-20 ", utc(20)),
        ("20/Nov/2026:14:05:30 +0100", utc(20, 13, 5, 30)),
        ("2026/11/20 14:05:30", utc(20, 14, 5, 30)),
        ("Nov 20 14:05:30", utc(20, 14, 5, 30)),
        ("Nov 20 15:00:00", utc(20, 15)),
        ("Nov 30 15:00:00", utc(30, 15).replace(year=2025)),
        ("1795183200", utc(20, 14)),
        ("2031-01-01", datetime(2031, 1, 1, tzinfo=UTC)),
    ],
)
def test_every_way_of_writing_a_time(text, meant):
    assert since(text) == meant


def test_what_names_no_zone_is_in_the_one_given():
    assert since("14:05", ZoneInfo("Europe/Berlin")) == utc(20, 13, 5)
    assert since("15:31", ZoneInfo("Europe/Berlin")) == utc(19, 14, 31)
    assert since("2026-11-20", timezone(timedelta(hours=-5))) == utc(20, 5)
    assert since("2026-11-20T14:05", ZoneInfo("Asia/Kolkata")) == utc(20, 8, 35)
    assert since("2026-11-20T14:05Z", ZoneInfo("Asia/Kolkata")) == utc(20, 14, 5)


def test_a_time_of_day_is_one_of_the_calendar_where_clocks_change():
    """On 2026-10-25 Berlin's clocks go back at 03:00."""
    last = datetime(2026, 10, 25, 11, 0, tzinfo=UTC)

    assert since("12:00", ZoneInfo("Europe/Berlin"), last) == last
    assert since("12:01", ZoneInfo("Europe/Berlin"), last) == datetime(2026, 10, 24, 10, 1, tzinfo=UTC)


def test_the_end_is_the_first_such_time_after_the_beginning():
    assert until("14:05", after=utc(19, 13)) == utc(19, 14, 5)
    assert until("14:05", after=utc(19, 14, 5)) == utc(19, 14, 5)
    assert until("14:05", after=utc(19, 14, 6)) == utc(20, 14, 5)
    assert until("15:00", after=utc(20, 14)) == utc(20, 15)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            "-m",
            "30m",
            "-30",
            "-30x",
            "-999999999d",
            "--30m",
            "-30m ago",
            "14",
            "14:5",
            "25:00",
            "14:60",
            "14:05:",
        ),
        *(
            "2026-13-01",
            "2026-11-20T25:00",
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59-14:00",
            "yesterday",
            "\0",
            "\N{FULLWIDTH DIGIT ONE}4:05",
        ),
    ],
)
def test_what_is_no_time_is_said_in_one_line(text):
    with pytest.raises(Problem) as raised:
        since(text)

    assert str(raised.value) == (
        f"--since {text}: this is no time; give one such as 14:05, 14:05:30, -30m, 2026-11-20, 2026-11-20T14:05:30Z"
    )
    assert raised.value.status is Exit.USAGE


@given(st.text(alphabet="0123456789:-+TZsmhd .,/éNov", max_size=25))
def test_any_text_is_a_time_or_a_problem(text):
    try:
        assert isinstance(moment(text, "--until", LAST.timestamp(), None), float)
    except Problem as why:
        assert "--until" in str(why)  # noqa: PT017  either may happen


def test_both_together():
    last = LAST.timestamp()

    assert window("-30m", "-10m", last, None) == Window(last - 1800, last - 600)
    assert window("13:00", "13:10", last, None) == Window(utc(20, 13).timestamp(), utc(20, 13, 10).timestamp())
    assert window("23:50", "0:10", last, None) == Window(utc(19, 23, 50).timestamp(), utc(20, 0, 10).timestamp())
    assert window("-30m", None, last, None) == Window(last - 1800, None)
    assert window(None, None, last, None) == Window()


def test_an_end_before_the_beginning_is_said():
    with pytest.raises(Problem) as raised:
        window("-10m", "-30m", LAST.timestamp(), None)

    assert str(raised.value) == "--until -30m: it is before --since -10m"


def test_the_ends_belong_to_it():
    assert [at for at in range(6) if Window(2, 4).has(at)] == [2, 3, 4]
    assert [at for at in range(6) if Window(2).has(at)] == [2, 3, 4, 5]
    assert [at for at in range(6) if Window(None, 2).has(at)] == [0, 1, 2]
    assert Window().has(0)
