"""What Kong's logging plugins write of a request: file-log, http-log, tcp-log, syslog, stdout; one JSON object each.

Source: Kong's documentation of `kong.log.serialize`, kong/pdk/log.lua. `latencies` are milliseconds, `proxy` -1 where
no answer began; `tries` are the addresses asked in turn; `source`, in late releases, says who made the
answer, `upstream` or `kong`.
"""

from collections.abc import Mapping

from gwdiag.error_classes import of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import milliseconds, path_as_it_is, path_of, status_of, word
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

Fields = Mapping[str, object]

OF_THE_PROXY = {
    500: "gateway_internal",
    502: "upstream_connect_failed",
    503: "no_healthy_upstream",  # the balancer has no address to offer
    504: "upstream_response_timeout",
}
"""What Kong answers itself where the upstream could not be asked or did not answer."""


def read(line: str, clock: Clock) -> Event | None:
    if not line.startswith("{") or '"latencies"' not in line or '"started_at"' not in line:
        return None
    fields = object_of(line)
    return _event(fields, clock) if fields and isinstance(fields.get("latencies"), dict) else None


def _event(fields: Fields, clock: Clock) -> Event:
    request, latencies, service = (_part(fields, name) for name in ("request", "latencies", "service"))
    status = status_of(_part(fields, "response").get("status"))
    duration = milliseconds(latencies.get("request"))
    waited = milliseconds(latencies.get("proxy"))
    begun = clock.read(str(fields.get("started_at")))
    addresses = _addresses(fields, str(service.get("protocol") or ""))
    return Event(
        at=begun if begun is None or duration is None else begun + duration / 1000,
        kind=Kind.ACCESS,
        claim=_claim(status, fields, asked=bool(addresses), waited=waited),
        status=status,
        duration_ms=duration,
        upstream_ms=waited,
        api=word(service.get("name")) or word(_part(fields, "route").get("name")),
        upstream=addresses[-1] if addresses else None,
        client=word(fields.get("client_ip")),
        method=word(request.get("method")),
        path=path_of(word(request.get("uri"))),
        flag=word(fields.get("source")),
        request_id=word(request.get("id")),
        tried=tuple(addresses[:-1]),
    )


def _part(fields: Fields, name: str) -> Fields:
    part = fields.get(name)
    return part if isinstance(part, dict) else {}


def _addresses(fields: Fields, scheme: str) -> list[str]:
    tries = fields.get("tries")
    known = [one for one in tries if isinstance(one, dict)] if isinstance(tries, list) else []
    addresses = [f"{one.get('ip')}:{one.get('port')}" for one in known]
    return [f"{scheme}://{one}" for one in addresses] if scheme else addresses


def _claim(status: int | None, fields: Fields, *, asked: bool, waited: float | None) -> str | None:
    if status is None:
        return None
    if status < 400:
        return NONE
    if status < 500:
        return of_status(status, routed=status != 404 or bool(_part(fields, "route"))).id
    source = fields.get("source")
    answered = source == "upstream" if source else asked and waited is not None
    return of_status(status, upstream_answered=True).id if answered else OF_THE_PROXY.get(status)


SCAN = Keyed(
    json=True,
    time="started_at",
    begins=True,
    took=Took(field="latencies.request"),
    client="client_ip",
    path="request.uri",
    decides=(
        *("response.status", "request.method", "service.name", "service.protocol", "route.name", "source"),
        *("tries[].ip", "tries[].port"),
    ),
    figures={"latencies.proxy": ()},
    failures=True,
    query=True,
    path_of=path_as_it_is,
)

KONG_LOG = LogFormat(
    title="Kong's logging plugins (file-log, http-log, ...)",
    read=read,
    scan=SCAN,
    recorded="written after the documentation of Kong 3.9",
    cannot_tell="why an upstream could not be asked or did not answer: the error log says it",
    names_apis=True,
)
