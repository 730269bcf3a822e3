"""The stretch of time that `--since` and `--until` ask for."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from gwdiag.logs.clock import Clock
from gwdiag.model.pattern import pattern
from gwdiag.model.problem import Problem

BEFORE_THE_LAST = pattern(r"-(?:\d{1,9}[smhd])+$", re.ASCII)
AMOUNT = pattern(r"(\d+)([smhd])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

TIME_OF_DAY = pattern(r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$", re.ASCII)

EXAMPLES = "14:05, 14:05:30, -30m, 2026-11-20, 2026-11-20T14:05:30Z"

DAY = timedelta(days=1)


class Window(NamedTuple):
    """From `since` up to and with `until`, in seconds since the epoch; None: as far as the logs go."""

    since: float | None = None
    until: float | None = None

    def has(self, at: float) -> bool:
        """Whether a moment lies in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)


ALWAYS = Window()
"""As far as the logs go."""


def window(since: str | None, until: str | None, last: float, zone: tzinfo | None) -> Window:
    """What both options ask for; see `moment`. Raises Problem, also where they leave nothing between them."""
    begin = None if since is None else moment(since, "--since", last, zone)
    end = None if until is None else moment(until, "--until", last, zone, begin)
    if begin is not None and end is not None and end < begin:
        raise Problem(f"--until {until}: it is before --since {since}")
    return Window(begin, end)


def moment(text: str, option: str, last: float, zone: tzinfo | None, after: float | None = None) -> float:
    """Seconds since the epoch. `option` is named in the Problem that is raised for what is no time.

    A date is its first moment. `-30m` counts from `last`, the last time in the logs. A time of day is the latest such
    moment not after `last`; if `after` is given (where `--since` is known, for `--until`) the first one not before it.
    What names no zone is in `zone`; None: in UTC.
    """
    try:
        found = _moment(text.strip(), last, zone or UTC, after)
        datetime.fromtimestamp(found or 0, UTC)  # a year that can be printed
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None:
        raise Problem(f"{option} {text}: this is no time; give one such as {EXAMPLES}")
    return found


def _moment(text: str, last: float, zone: tzinfo, after: float | None) -> float | None:
    if BEFORE_THE_LAST.match(text):
        return last - sum(int(number) * SECONDS[unit] for number, unit in AMOUNT.findall(text))
    if TIME_OF_DAY.match(text):
        return _time_of_day(time.fromisoformat(text if text[2] == ":" else f"0{text}"), last, zone, after)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        # ISO 8601, or as logs have it: copied from one. A day later than the last is no reason to take the year before.
        return Clock(zone=zone, latest=last + DAY.total_seconds()).read(text)
    return datetime.combine(day, time(), zone).timestamp()


def _time_of_day(written: time, last: float, zone: tzinfo, after: float | None) -> float:
    zone = written.tzinfo or zone
    written = written.replace(tzinfo=None)
    near = datetime.fromtimestamp(last if after is None else after, zone)
    # By the calendar: where clocks change a day has not 24 hours.
    days = [near.date() + number * DAY for number in (-1, 0, 1)]
    moments = [datetime.combine(day, written, zone).timestamp() for day in days]
    if after is None:
        return max(one for one in moments if one <= last)
    return min(one for one in moments if one >= after)
