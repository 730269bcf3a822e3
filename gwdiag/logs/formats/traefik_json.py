"""Traefik's access log as JSON.

Source: doc.traefik.io "Access Logs", `format: json`. Durations are nanoseconds, `time` is the end of the request and
`StartUTC` its begin; `ServiceURL` is text since 3.0 and Go's URL as an object before. Any field may be left out.
"""

from collections.abc import Mapping

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    client_as_it_is,
    host_of,
    milliseconds,
    origin,
    path_as_it_is,
    path_of,
    status_of,
    whole,
    word,
)
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._products import product_of
from gwdiag.logs.formats._traefik import NO_SERVER_SIZE, OWN_SIZES, class_of
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event, Kind

NANOSECONDS = 1e-6


def read(line: str, clock: Clock) -> Event | None:
    fields = object_of(line)
    if fields is None or product_of(fields) != "traefik_json":
        return None
    code, size = whole(fields.get("DownstreamStatus")), whole(fields.get("DownstreamContentSize"))
    router, server = word(fields.get("RouterName")), _server(fields)
    duration = milliseconds(fields.get("Duration"), NANOSECONDS)
    client = str(fields.get("ClientHost") or fields.get("ClientAddr") or "").partition(",")[0]
    return Event(
        at=_end(fields, duration, clock),
        kind=Kind.ACCESS,
        level=str(fields.get("level", "")),
        claim=class_of(code, size, router=router, server=server),
        status=status_of(code),
        duration_ms=duration,
        upstream_ms=milliseconds(fields.get("OriginDuration"), NANOSECONDS) if server else None,
        api=router,
        upstream=origin(server),
        client=host_of(client.strip()),
        method=word(fields.get("RequestMethod")),
        path=path_of(word(fields.get("RequestPath"))),
        request_id=word(fields.get("request_X-Request-Id")),
    )


def _end(fields: Mapping[str, object], duration: float | None, clock: Clock) -> float | None:
    start = clock.read(str(fields.get("StartUTC") or fields.get("StartLocal") or ""))
    if start is None or duration is None:
        return clock.read(str(fields.get("time", "")))
    return start + duration / 1000


def _server(fields: Mapping[str, object]) -> str | None:
    """The server that was chosen: its URL, else its address."""
    url = fields.get("ServiceURL", fields.get("BackendURL"))
    if isinstance(url, Mapping):
        url = f"{url.get('Scheme')}://{url['Host']}" if url.get("Scheme") and url.get("Host") else None
    return word(url) or word(fields.get("ServiceAddr", fields.get("BackendAddr")))


SCAN = Keyed(
    json=True,
    time="StartUTC|StartLocal",
    begins=True,
    took=Took(field="Duration", unit_ms=NANOSECONDS),
    client="ClientHost|ClientAddr",
    path="RequestPath",
    decides=(
        *("DownstreamStatus", "RouterName", "RequestMethod", "level"),
        *("ServiceURL", "BackendURL", "ServiceAddr", "BackendAddr"),
    ),
    figures={"DownstreamContentSize": (*OWN_SIZES.values(), NO_SERVER_SIZE)},
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

TRAEFIK_JSON = LogFormat(
    title="Traefik access log as JSON",
    read=read,
    scan=SCAN,
    recorded="recorded: Traefik 3.6.12; with a URL as an object after the source of Traefik 2",
    cannot_tell="why a request failed; whether a 5xx without a size is the upstream's",
    names_apis=True,
)
