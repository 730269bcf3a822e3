"""zap's console encoder: Caddy on a terminal or with `format console`, and other Go programs in development.

Source: go.uber.org/zap zapcore, console encoder: time, level, logger, caller, message, then the fields as a JSON
object, with tabs between them. Logger and caller may be missing.
"""

import json
import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats import _caddy as caddy
from gwdiag.logs.formats._fields import event
from gwdiag.logs.formats._golang import uncoloured
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(?!\S{19}\.\d{6}Z\t[a-z])"  # Istio, which is envoy_log
    r"(\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S{0,12}|\d{10}(?:\.\d+)?(?:e\+\d+)?)\t"
    r"(DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL|debug|info|warn|error|dpanic|panic|fatal)\t"
    r"(?:(?!\S+\.go:\d+\t)([A-Za-z][\w.-]{0,128})\t(?=[^{]))?"
    r"(?:([\w./@-]{1,256}\.go:\d{1,6})\t)?"
    r"([^\t]*+)(?:\t(\{.*))?$",
    re.DOTALL,
)


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(uncoloured(line))
    if not seen:
        return None
    at, level, logger, caller, message, added = seen.groups()
    known = {"ts": at, "level": level.lower(), "logger": logger, "caller": caller, "msg": message}
    fields = _object(added) | {key: value for key, value in known.items() if value is not None}
    return caddy.event(fields, clock) if caddy.is_caddy(fields) else event(fields, clock)


def _object(text: str | None) -> dict[str, object]:
    """The fields of the object; of one that was cut, none."""
    try:
        fields = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


ZAP_CONSOLE = LogFormat(
    title="zap on a console (Caddy and other Go programs)",
    read=read,
    recorded="recorded: Caddy 2.11.9, zap 1.28",
    cannot_tell="no API, no upstream in an access record; of a cut line only the message",
)
