"""logrus as JSON: Tyk with `log_format: json`, and other Go programs."""

from dataclasses import replace

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._products import product_of
from gwdiag.logs.formats._tyk import MESSAGES, SCAN, event
from gwdiag.model.event import Event


def read(line: str, clock: Clock) -> Event | None:
    fields = object_of(line)
    return event(fields, clock) if fields is not None and product_of(fields) == "logrus_json" else None


LOGRUS_JSON = LogFormat(
    title="Tyk, as JSON (logrus)",
    read=read,
    names_apis=True,
    scan=replace(SCAN, json=True, messages=replace(MESSAGES, json=True)),
    recorded="recorded: Tyk 5.8.5 and 5.14.0",
    cannot_tell="errors have no duration before 5.12, and no API in their access line before 5.12",
)
