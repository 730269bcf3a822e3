"""logrus as JSON: Tyk with `log_format: json`, and other Go programs."""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._logrus import json_fields
from gwdiag.logs.formats._tyk import event
from gwdiag.model.event import Event


def read(line: str, clock: Clock) -> Event | None:
    fields = json_fields(line)
    return event(fields, clock) if fields else None


LOGRUS_JSON = LogFormat(
    title="Tyk, as JSON (logrus)",
    read=read,
    recorded="recorded: Tyk 5.8.5 and 5.14.0",
    cannot_tell="errors have no duration before 5.12, and no API in their access line before 5.12",
)
