"""logrus as text: Tyk of every version but the oldest, whatever its time and message key; also Traefik 1-2, Skipper."""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._logrus import text_fields
from gwdiag.logs.formats._tyk import SCAN, event
from gwdiag.model.event import Event


def read(line: str, clock: Clock) -> Event | None:
    fields = text_fields(line)
    return event(fields, clock) if fields else None


LOGRUS_TEXT = LogFormat(
    title="Tyk, as text (logrus)",
    read=read,
    names_apis=True,
    scan=SCAN,
    recorded="recorded: Tyk 5.8.5 and 5.14.0",
    cannot_tell="no year before 5.8.15; errors have no duration before 5.12",
)
