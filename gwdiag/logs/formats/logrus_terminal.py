"""logrus on a terminal: `ERRO[0004] message  key=value`. It counts seconds since the start, so it has no time."""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._logrus import message_and_fields
from gwdiag.logs.formats._tyk import event
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(r"(?:\[APP\])?(TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\[([^\]\s]*)\] ?(.*)$")
LEVELS = {"TRAC": "trace", "DEBU": "debug", "INFO": "info", "WARN": "warning", "ERRO": "error"}


def read(line: str, clock: Clock) -> Event | None:
    if not (seen := LINE.match(line)):
        return None
    message, fields = message_and_fields(seen[3])
    level = LEVELS.get(seen[1], "fatal")
    return event(fields | {"level": level, "time": seen[2], "msg": message}, clock)


LOGRUS_TERMINAL = LogFormat(
    title="Tyk on a terminal (logrus)",
    read=read,
    names_apis=True,
    recorded="written after the documentation of logrus",
    cannot_tell="no time of day: seconds since the start",
)
