"""Caddy's logs as it writes them unless told otherwise: JSON objects of zap, access and process log alike."""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import client_as_it_is, path_as_it_is
from gwdiag.logs.formats._caddy import OF_ANSWERS, event
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._products import product_of
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event


def read(line: str, clock: Clock) -> Event | None:
    fields = object_of(line)
    return event(fields, clock) if fields is not None and product_of(fields) == "caddy_json" else None


SCAN = Keyed(
    json=True,
    time="ts",
    took=Took(field="duration", unit_ms=1000),
    client="request.client_ip|request.remote_ip|request.remote_addr",
    path="request.uri",
    decides=("level", "logger", "msg", "status", "request.method"),
    figures={"size": ()},
    there=tuple(f"resp_headers.{name}" for name in OF_ANSWERS),
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

CADDY_JSON = LogFormat(
    title="Caddy, as JSON",
    read=read,
    scan=SCAN,
    recorded="recorded: Caddy 2.6.2 and 2.11.9",
    cannot_tell="no API, no upstream in an access record; the cause of a failure is a message of its own",
)
