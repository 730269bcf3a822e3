"""linkerd-proxy's log: as text with the seconds since its start, or as JSON; older releases without the seconds.

Source: linkerd2-proxy, linkerd/tracing; tracing-subscriber's full and JSON formats.
"""

import json
import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._linkerd import event
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LEVEL = r"(?P<level>TRACE|DEBUG|INFO|WARN|ERROR)"
SPAN = r"[\w.-]++(?:\{[^}]*+\})?"
CRATE = r"(?:linkerd|hyper|h2|tower|hickory|trust_dns|rustls|tonic|kubert|tokio)\w*(?:::\w+)*"

LINE = pattern(
    r"(?:(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s+)?"
    rf"(?:\[ *\d+\.\d{{1,9}}s\] +{LEVEL} (?:ThreadId\(\d+\) )?"
    r"|(?P<plain>TRACE|DEBUG|INFO|WARN|ERROR) +ThreadId\(\d+\) )"
    rf"(?:(?P<spans>{SPAN}(?::{SPAN})*+): )??{CRATE}: (?P<text>.*)",
    re.DOTALL,
)

OLD = pattern(
    r"(?P<level>TRCE|DBUG|INFO|WARN|ERR!) (?P<spans>(?:\w+=\{[^}]*+\} )*)linkerd2_proxy(?:::\w+)* (?P<text>.*)",
    re.DOTALL,
)
"""Releases up to 2.3."""


def read(line: str, clock: Clock) -> Event | None:
    if line.startswith("{"):
        return _of_json(line, clock)
    if seen := LINE.match(line):
        at = clock.read(seen["at"]) if seen["at"] else None
        return event(at, seen["level"] or seen["plain"], seen["spans"] or "", seen["text"])
    if seen := OLD.match(line):
        return event(None, seen["level"], seen["spans"], seen["text"])
    return None


def _of_json(line: str, clock: Clock) -> Event | None:
    if '"target":"linkerd' not in line and '"target": "linkerd' not in line:
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    fields, level = record.get("fields"), record.get("level")
    if not isinstance(fields, dict) or not isinstance(level, str):
        return None
    words = [str(fields.get("message", "")), *(f"{key}={fields[key]}" for key in fields if key != "message")]
    spans = record.get("spans")
    named = [_span(one) for one in spans if isinstance(one, dict)] if isinstance(spans, list) else []
    return event(clock.read(str(record.get("timestamp", ""))), level, ":".join(named), " ".join(words))


def _span(span: dict[str, object]) -> str:
    """A span as the text has it. Its own name comes last in the JSON, and hides a field that is called name."""
    fields = " ".join(f"{key}={value}" for key, value in span.items() if key != "name")
    return f"{span.get('name')}{{{fields}}}"


LINKERD_PROXY = LogFormat(
    title="linkerd-proxy",
    read=read,
    recorded="written after the source of linkerd2-proxy",
    cannot_tell="as text no time of day, only seconds since the start; no status; no requests that went well",
)
