"""Written times: every layout, and the year and zone that they leave out."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.clock import Clock, zone_of
from gwdiag.model.problem import Exit, Problem


def seconds(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: float = 0) -> float:
    whole = datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()
    return whole + second


LATEST = seconds(2026, 11, 20, 9)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T08:37:48Z", seconds(2026, 11, 20, 8, 37, 48)),
        ("2026-11-20T08:37:48+01:00", seconds(2026, 11, 20, 7, 37, 48)),
        ("2026-11-20T08:37:48-0330", seconds(2026, 11, 20, 12, 7, 48)),
        ("2026-11-20T08:37:48", seconds(2026, 11, 20, 8, 37, 48)),
        ("2026-11-20 08:37:48", seconds(2026, 11, 20, 8, 37, 48)),
        ("2026-11-20T08:37:48.118Z", seconds(2026, 11, 20, 8, 37, 48.118)),
        ("2026-11-20T08:37:48.118234567Z", seconds(2026, 11, 20, 8, 37, 48.118234)),
        ("2026-11-20 08:37:48,118", seconds(2026, 11, 20, 8, 37, 48.118)),
        ("2026/11/20 08:37:48", seconds(2026, 11, 20, 8, 37, 48)),
        ("2026/11/20 08:37:48.118234", seconds(2026, 11, 20, 8, 37, 48.118234)),
        ("20/Nov/2026:08:37:48 +0000", seconds(2026, 11, 20, 8, 37, 48)),
        ("20/Nov/2026:08:37:48 +0230", seconds(2026, 11, 20, 6, 7, 48)),
        ("20/Nov/2026:08:37:48.118", seconds(2026, 11, 20, 8, 37, 48.118)),
        ("Fri Nov 20 08:37:48.703774 2026", seconds(2026, 11, 20, 8, 37, 48.703774)),
        ("Mon Nov  2 08:37:48 2026", seconds(2026, 11, 2, 8, 37, 48)),
        ("1120 08:37:48.118234", seconds(2026, 11, 20, 8, 37, 48.118234)),
        ("1795163868", seconds(2026, 11, 20, 8, 37, 48)),
        ("1795163868.118234", seconds(2026, 11, 20, 8, 37, 48.118234)),
        ("1795163868118", seconds(2026, 11, 20, 8, 37, 48.118)),
        ("1795163868118234", seconds(2026, 11, 20, 8, 37, 48.118234)),
        ("1795163868118234567", seconds(2026, 11, 20, 8, 37, 48.118235)),
        ("Nov 20 08:37:48", seconds(2026, 11, 20, 8, 37, 48)),
        ("Nov  2 08:37:48", seconds(2026, 11, 2, 8, 37, 48)),
        ("Nov 2 08:37:48", seconds(2026, 11, 2, 8, 37, 48)),
        ("Nov 20 08:37:48.5", seconds(2026, 11, 20, 8, 37, 48.5)),
        ("Nov 20 08:37:48.999999999", seconds(2026, 11, 20, 8, 37, 48.999999)),
    ],
)
def test_reads_every_layout(written, expected):
    assert Clock(latest=LATEST).read(written) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0004",
        "02:44:41",
        "2026-11-20",
        "2026-11-31T08:37:48Z",
        "2026/13/01 08:37:48",
        "2026/11/20",
        "Nov 20",
        "Nov 31 08:37:48",
        "Nov 20 25:37:48",
        "Okt 20 08:37:48",
        "20/Okt/2026:08:37:48 +0000",
        "31/Nov/2026:08:37:48 +0000",
        "20/Nov/2026:08:37:48 +9999",
        "Fri Okt 20 08:37:48 2026",
        "1320 08:37:48.118234",
        "179516386",
        "17951638681",
        "nov 20 08:37:48",
        "Nov 20 08:37:48 2026",
        "²026-11-20T08:37:48Z",
    ],
)
def test_what_is_no_whole_time_is_none(written):
    assert Clock(latest=LATEST).read(written) is None


def test_a_time_out_of_the_range_of_python_is_none():
    assert Clock(latest=LATEST).read("0001-01-01T00:00:00+14:00") is None
    assert Clock(latest=LATEST).read("9999-12-31T23:59:59-14:00") is None


def test_the_same_text_twice_is_the_same_time():
    clock = Clock(latest=LATEST)

    assert [clock.read("Nov 20 08:37:48"), clock.read("Nov 20 08:37:48")] == [seconds(2026, 11, 20, 8, 37, 48)] * 2
    assert [clock.read("junk"), clock.read("junk")] == [None, None]


def test_the_year_is_the_one_that_was_given():
    assert Clock(year=2019, latest=LATEST).read("Nov 20 08:37:48") == seconds(2019, 11, 20, 8, 37, 48)


def test_the_year_given_may_lie_after_the_latest_time():
    assert Clock(year=2031, latest=LATEST).read("Nov 20 08:37:48") == seconds(2031, 11, 20, 8, 37, 48)


def test_without_a_year_it_is_the_latest_that_is_not_after_the_last_change():
    assert Clock(latest=LATEST, zone=UTC).read("Nov 20 09:00:00") == seconds(2026, 11, 20, 9)
    assert Clock(latest=LATEST, zone=UTC).read("Nov 20 09:00:01") == seconds(2025, 11, 20, 9, 0, 1)
    assert Clock(latest=LATEST, zone=UTC).read("Dec 31 23:59:59") == seconds(2025, 12, 31, 23, 59, 59)


def test_a_time_whose_zone_was_not_told_may_lie_fourteen_hours_after_the_last_change():
    assert Clock(latest=LATEST).read("Nov 20 23:00:00") == seconds(2026, 11, 20, 23)
    assert Clock(latest=LATEST).read("Nov 20 23:00:01") == seconds(2025, 11, 20, 23, 0, 1)


def test_without_a_last_change_it_is_now():
    written = datetime.now(UTC) - timedelta(minutes=1)

    assert Clock(zone=UTC).read(f"{written:%b %d %H:%M:%S}") == written.replace(microsecond=0).timestamp()


@pytest.mark.parametrize("latest", [1e15, -1e15])
def test_a_last_change_that_is_no_date_counts_as_now(latest):
    written = datetime.now(UTC) - timedelta(minutes=1)

    assert Clock(latest=latest).read(f"{written:%b %d %H:%M:%S}") == written.replace(microsecond=0).timestamp()


def test_december_rolls_over_into_january():
    clock = Clock(year=2025)

    read = [clock.read(one) for one in ("Dec 31 23:59:58", "Dec 31 23:59:59", "Jan  1 00:00:01")]

    assert read == [seconds(2025, 12, 31, 23, 59, 58), seconds(2025, 12, 31, 23, 59, 59), seconds(2026, 1, 1, 0, 0, 1)]


def test_a_clock_that_goes_back_rolls_january_back_into_december():
    clock = Clock(year=2026)

    read = [clock.read(one) for one in ("Jan  1 00:00:01", "Dec 31 23:59:59", "Jan  1 00:00:02")]

    assert read == [seconds(2026, 1, 1, 0, 0, 1), seconds(2025, 12, 31, 23, 59, 59), seconds(2026, 1, 1, 0, 0, 2)]


def test_a_log_of_several_years_is_followed_through_all_of_them():
    clock = Clock(year=2023)
    months = ("Mar", "Jun", "Sep", "Dec")

    read = [clock.read(f"{month} 01 00:00:00") for _ in range(3) for month in months]

    assert read == [seconds(year, month, 1) for year in (2023, 2024, 2025) for month in (3, 6, 9, 12)]


@pytest.mark.parametrize(
    ("latest", "year"),
    [(seconds(2026, 11, 20), 2024), (seconds(2024, 2, 29), 2020), (seconds(2024, 3, 2), 2024)],
)
def test_february_29_is_in_the_last_leap_year(latest, year):
    assert Clock(latest=latest, zone=UTC).read("Feb 29 12:00:00") == seconds(year, 2, 29, 12)


def test_february_29_may_be_eight_years_back():
    assert Clock(latest=seconds(2104, 2, 1), zone=UTC).read("Feb 29 12:00:00") == seconds(2096, 2, 29, 12)


def test_february_29_of_a_year_that_has_none_is_no_time():
    assert Clock(year=2026).read("Feb 29 12:00:00") is None


def test_a_dated_line_gives_its_year_to_those_that_have_none():
    clock = Clock(latest=LATEST)

    assert clock.read("2019-12-31T23:59:59Z") == seconds(2019, 12, 31, 23, 59, 59)
    assert clock.read("Jan  1 00:00:03") == seconds(2020, 1, 1, 0, 0, 3)


def test_a_dated_line_outranks_the_year_given():
    clock = Clock(year=2022)
    clock.read("2019-06-01T00:00:00Z")

    assert clock.read("Jun  1 00:00:03") == seconds(2019, 6, 1, 0, 0, 3)


def test_a_machine_whose_clock_is_not_set_gives_its_year_to_none():
    clock = Clock(latest=LATEST)

    assert clock.read("1970-01-01T00:00:12Z") == 12.0
    assert clock.read("Nov 20 08:37:48") == seconds(2026, 11, 20, 8, 37, 48)


def test_times_without_a_zone_are_in_the_one_given():
    clock = Clock(zone=ZoneInfo("Europe/Berlin"), year=2026)

    assert clock.read("Nov 20 08:37:48") == seconds(2026, 11, 20, 7, 37, 48)
    assert clock.read("2026/07/20 08:37:48") == seconds(2026, 7, 20, 6, 37, 48)
    assert clock.read("2026-11-20T08:37:48Z") == seconds(2026, 11, 20, 8, 37, 48)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("UTC", UTC),
        ("utc", UTC),
        ("Z", UTC),
        ("+02:00", timezone(timedelta(hours=2))),
        ("-0330", timezone(-timedelta(hours=3, minutes=30))),
        ("Europe/Berlin", ZoneInfo("Europe/Berlin")),
    ],
)
def test_zones_have_names_or_offsets(name, zone):
    assert zone_of(name) == zone


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "Europe", "", "../../etc/passwd", "+99:99", "+02:77", "+2:00", "a" * 5000]
)
def test_an_unknown_zone_is_a_problem_of_one_line(name):
    with pytest.raises(Problem) as raised:
        zone_of(name)

    assert str(raised.value) == f"--tz {name}: this machine knows no such time zone; give its offset, as +02:00"
    assert raised.value.status is Exit.USAGE


DIGITS_AND_MARKS = st.text(st.sampled_from("0123456789-/:., TZ+NovFebJan"), max_size=40)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), DIGITS_AND_MARKS, st.datetimes().map(str)), max_size=5))
def test_any_text_is_a_time_or_none(texts):
    clock = Clock(latest=LATEST)

    for text in texts:
        assert isinstance(clock.read(text), float | None)


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(1970, 1, 1), datetime(9998, 12, 31)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_of_rfc_3339_comes_back(moment, offset):
    written = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))

    assert Clock(latest=LATEST).read(written.isoformat()) == written.timestamp()


FORMS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S+01:00",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.250",
    "%Y/%m/%d %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S +0000",
    "%d/%b/%Y:%H:%M:%S -0330",
    "%d/%b/%Y:%H:%M:%S",
    "%b %d %H:%M:%S",
    "%m%d %H:%M:%S",
)
"""All that end with something else than the year: another one is followed by times that have none."""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(FORMS), st.integers(0, 200), st.sampled_from(("", "", "", "0", "Z", " ", "\u0663"))),
        max_size=12,
    )
)
def test_times_of_one_minute_are_what_each_is_alone(written):
    clock = Clock(latest=LATEST)
    first = datetime(2026, 11, 20, 7, 30)

    for form, later, odd in written:
        text = (first + timedelta(seconds=later)).strftime(form)
        for one in (text, f"{text}{odd}", f"{text[:-1]}{odd}"):
            assert clock.read(one) == Clock(latest=LATEST).read(one), one


def test_the_next_minute_is_not_the_same_one():
    clock = Clock(latest=LATEST)

    read = [clock.read(f"2026-11-20T08:{rest}") for rest in ("37:48Z", "37:59Z", "37:60Z", "38:00Z", "37:5Z", "37:59")]

    at = seconds(2026, 11, 20, 8, 37, 59)
    assert read == [at - 11, at, None, at + 1, None, at]
