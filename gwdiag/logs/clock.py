"""Written times into seconds since the epoch, with what the text leaves out: the zone, and often the year."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from gwdiag.model.pattern import pattern
from gwdiag.model.problem import Problem

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SYSLOG_TIME = pattern(r"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(\.\d{1,9})?$")
"""`Nov  2 08:26:42`: the time of syslog (RFC 3164), of Tyk's text log up to 5.8.14 and of its `legacy` form."""

SLASHED_TIME = pattern(r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)$")
"""`2026/11/20 08:27:48`: Go's standard log (package log, flags Ldate, Ltime, Lmicroseconds)."""

CLF_TIME = pattern(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?: ([+-]\d{4}))?$")
"""`20/Nov/2026:08:27:48 +0000`: the Common Log Format; HAProxy writes `20/Nov/2026:08:27:48.118` without a zone."""

CTIME = pattern(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) (\d{4})$")
"""`Fri Nov 20 08:27:48.703774 2026`: Apache's error log."""

KLOG_TIME = pattern(r"(\d\d)(\d\d) +(\d\d):(\d\d):(\d\d)(\.\d{1,9})?$")
"""`1120 08:27:48.118234`: klog and glog."""

EPOCH = pattern(r"(\d{10})(\d{3}|\d{6}|\d{9})?(\.\d+)?(?:e\+?0*9)?$")
"""Seconds since the epoch, or milli-, micro- or nanoseconds, as JSON loggers write them."""

FRACTION = pattern(r"(\.\d{6})\d+|,(?=\d)")
"""Nanoseconds, which Python's datetime does not take, and the decimal comma."""

IN_A_MINUTE = pattern(r"[ T:]\d\d:\d\d:(\d\d)(?:Z| ?[+-]\d\d:?\d\d)?$")
"""A time with whole seconds: others of the same minute have the same text before and behind these."""

OFFSET = pattern(r"[+-]\d\d:?\d\d")

BEFORE_CLOCKS_WERE_SET = 2000
"""Years before it are machines without a clock (1970). They must not become the year of the lines that have none."""

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years outside are no times: Go prints a time that was never set as year 1."""

ZONE_UNKNOWN = timedelta(hours=14)
"""How far a time without a zone may lie after the file's last change: the easternmost zone's distance from UTC."""


class Clock:
    """Reads the times of one log, in the order of its lines.

    `zone`: of times that name none; None means UTC, as INTERFACES says, and that it was not told.
    `year`: of the first time that has none.
    `latest`: seconds since the epoch that no such time may lie after, as a rule the file's last change.
    """

    def __init__(self, *, zone: tzinfo | None = None, year: int | None = None, latest: float | None = None) -> None:
        self._zone = zone or UTC
        self._year = year
        slack = timedelta() if zone else ZONE_UNKNOWN
        self._latest = (_last_change(latest) or datetime.now(UTC)) + slack
        self._previous: datetime | None = None
        self._cached: tuple[str, float | None] = ("", None)
        self._minute = ("\n", "", 0.0)  # what stands before and behind the seconds, and when they began

    def read(self, text: str) -> float | None:
        """Seconds since the epoch, UTC; None for what is no time, or no whole one (`02:44:41`)."""
        if text == self._cached[0]:
            return self._cached[1]
        before, behind, begin = self._minute
        if text.startswith(before) and text.endswith(behind) and len(text) == len(before) + 2 + len(behind):
            seconds = text[len(before) : len(before) + 2]
            if seconds.isdecimal() and seconds.isascii() and seconds < "60":
                return begin + int(seconds)
        found = self._dated(text) if text[:1].isdigit() else self._worded(text)
        if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
            found = None
        if found is not None:
            found = found if found.tzinfo else found.replace(tzinfo=self._zone)
            if found.year >= BEFORE_CLOCKS_WERE_SET:
                self._previous = found
        self._cached = (text, found.timestamp() if found else None)
        if found and (seen := IN_A_MINUTE.search(text)):
            self._minute = text[: seen.start(1)], text[seen.end(1) :], found.timestamp() - found.second
        return self._cached[1]

    @property
    def previous(self) -> float | None:
        """A moment not long before the last time that was read: times without a year are taken for near it."""
        return None if self._previous is None else self._previous.timestamp()

    def follow(self, at: float) -> None:
        """The next time comes after one at that moment: reading begins in the middle of a log."""
        before = datetime.fromtimestamp(at, self._zone)
        if before.year >= BEFORE_CLOCKS_WERE_SET:
            self._previous = before
            self._minute = ("\n", "", 0.0)

    def _dated(self, text: str) -> datetime | None:
        if text[4:5] == "-":  # after a year, as in no other form
            return _from_iso(text)
        if seen := KLOG_TIME.match(text):
            return self._in_some_year(int(seen[1]), seen)
        if seen := EPOCH.match(text):
            return datetime.fromtimestamp(int(seen[1]) + float(f".{seen[2] or 0}") + float(seen[3] or 0), UTC)
        if seen := SLASHED_TIME.match(text):
            text = "{}-{}-{} {}".format(*seen.groups())
        elif (seen := CLF_TIME.match(text)) and seen[2] in MONTHS:
            text = f"{seen[3]}-{MONTHS.index(seen[2]) + 1:02}-{seen[1]} {seen[4]}{seen[5] or ''}"
        return _from_iso(text)

    def _worded(self, text: str) -> datetime | None:
        """Times that begin with the name of a day or of a month."""
        if (seen := CTIME.match(text)) and seen[1] in MONTHS:
            return _from_iso(f"{seen[4]}-{MONTHS.index(seen[1]) + 1:02}-{int(seen[2]):02} {seen[3]}")
        if (seen := SYSLOG_TIME.match(text)) and seen[1] in MONTHS:
            return self._in_some_year(MONTHS.index(seen[1]) + 1, seen)
        return None

    def _in_some_year(self, month: int, seen: re.Match[str]) -> datetime | None:
        day, hour, minute, second = map(int, seen.group(2, 3, 4, 5))
        fraction = round(float(seen[6] or 0) * 1e6)
        try:
            in_leap_year = datetime(2000, month, day, hour, minute, second, min(fraction, 999_999), self._zone)
        except ValueError:
            return None
        return self._with_year(in_leap_year)

    def _with_year(self, written: datetime) -> datetime | None:
        """The year that the text lacks: near the line before; for the first line, as the class says."""
        if self._previous is not None:
            near = self._previous
            candidates = _in_years(written, near.year - 1, near.year + 1)
            return min(candidates, key=lambda one: abs(one - near), default=None)
        if self._year is not None:
            return next(_in_years(written, self._year, self._year), None)
        # February 29 may be eight years back, at the turn of a century that is no leap year.
        candidates = _in_years(written, self._latest.year - 8, self._latest.year)
        return max((one for one in candidates if one <= self._latest), default=None)


def _last_change(latest: float | None) -> datetime | None:
    """The moment as a date, if it is one: a damaged file system has others."""
    try:
        moment = None if latest is None else datetime.fromtimestamp(latest, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and moment.year <= LAST_YEAR else None


def _from_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(FRACTION.sub(lambda seen: seen[1] or ".", text)) if len(text) > 10 else None
    except ValueError:
        return None


def _in_years(written: datetime, first: int, last: int) -> Iterator[datetime]:
    for year in range(first, last + 1):
        try:
            yield written.replace(year=year)
        except ValueError:  # February 29
            continue


def zone_of(name: str) -> tzinfo:
    """The zone of a `--tz` option: a name of the time zone database, or an offset (`+02:00`). Raises Problem."""
    if name.upper() in ("UTC", "Z"):
        return UTC
    try:
        if OFFSET.fullmatch(name):
            return datetime.strptime(name, "%z").tzinfo or UTC
        from zoneinfo import ZoneInfo  # slow to load

        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Problem(f"--tz {name}: this machine knows no such time zone; give its offset, as +02:00") from None
