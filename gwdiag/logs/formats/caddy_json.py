"""Caddy's logs as it writes them unless told otherwise: JSON objects of zap, access and process log alike."""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._caddy import event
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._products import product_of
from gwdiag.model.event import Event


def read(line: str, clock: Clock) -> Event | None:
    fields = object_of(line)
    return event(fields, clock) if fields is not None and product_of(fields) == "caddy_json" else None


CADDY_JSON = LogFormat(
    title="Caddy, as JSON",
    read=read,
    recorded="recorded: Caddy 2.6.2 and 2.11.9",
    cannot_tell="no API, no upstream in an access record; the cause of a failure is a message of its own",
)
