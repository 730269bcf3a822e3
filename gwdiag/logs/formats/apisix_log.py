"""What APISIX's logger plugins write of a request: file-logger, http-logger, kafka-logger; one JSON object each.

Source: apisix/utils/log-util.lua, the log entry that is made where no `log_format` is given; times are milliseconds,
`start_time` is the request's start, `upstream` nginx's `$upstream_addr`.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import client_as_it_is, milliseconds, path_as_it_is, word
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._nginx import event
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event


def read(line: str, clock: Clock) -> Event | None:
    if not line.startswith("{") or '"apisix_latency"' not in line:
        return None
    fields = object_of(line)
    if fields is None or "start_time" not in fields:
        return None
    request, response, server = (
        part if isinstance(part := fields.get(name), dict) else {} for name in ("request", "response", "server")
    )
    values = {
        "status": str(response.get("status", "")),
        "request_method": str(request.get("method", "")),
        "request_uri": str(request.get("uri", "")),
        "remote_addr": str(fields.get("client_ip", "")),
        "upstream_addr": str(fields.get("upstream") or "-"),
        "hostname": str(server.get("hostname", "")),
    }
    begun, duration = clock.read(str(fields["start_time"])), milliseconds(fields.get("latency"))
    return event(values, clock)._replace(
        at=begun if begun is None or duration is None else begun + duration / 1000,
        duration_ms=duration,
        upstream_ms=milliseconds(fields.get("upstream_latency")),
        # without a route the host that was asked for stands in the service's place
        api=(word(fields.get("service_id")) or str(fields["route_id"])) if word(fields.get("route_id")) else None,
    )


SCAN = Keyed(
    json=True,
    time="start_time",
    begins=True,
    took=Took(field="latency"),
    client="client_ip",
    path="request.uri",
    decides=("response.status", "request.method", "server.hostname", "upstream", "service_id", "route_id"),
    there=("apisix_latency",),
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

APISIX_LOG = LogFormat(
    title="APISIX's logger plugins (file-logger, http-logger, ...)",
    read=read,
    scan=SCAN,
    recorded="written after the source of APISIX 3.13",
    cannot_tell="whether a connection was made, and so why the upstream failed; the name of the service, but its id",
    names_apis=True,
)
