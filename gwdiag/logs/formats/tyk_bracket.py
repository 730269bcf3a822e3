"""Tyk's oldest text form (2.x): `[Jun 02 08:41:19] ERROR message key=value`."""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._logrus import LEVELS, message_and_fields
from gwdiag.logs.formats._tyk import event
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(r"\[([A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d)\]\s+([A-Z]+)\s+(.*)$")


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen or seen[2].lower() not in LEVELS:
        return None
    message, fields = message_and_fields(seen[3])
    return event(fields | {"level": seen[2].lower(), "time": seen[1], "msg": message}, clock)


TYK_BRACKET = LogFormat(
    title="Tyk 2.x, with brackets",
    read=read,
    names_apis=True,
    recorded="written after the documentation of Tyk 2",
    cannot_tell="no year, no access records",
)
