"""What Envoy's access records mean, whatever their layout: the fields by the names of its own command operators.

Source: Envoy 1.40 documentation, "Access logging" (operators, response flags) and "Response Code Details", and what
Envoy 1.40 wrote under each fault. A flag outranks the status; the words of a failed connection outrank the flag.
"""

from collections.abc import Mapping

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import host_of, milliseconds, path_of, status_of, whole, word
from gwdiag.logs.formats._envoy_words import CLASSES, GRPC, HAVE_A_REASON, class_of_details
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

NOT_FOUND = 404
DIRECT = "direct_response"
VIA_UPSTREAM = "via_upstream"
NO_EGRESS = "BlackHoleCluster"

Values = Mapping[str, str | None]
"""A record's fields by operator. Of `%REQ(X?Y)%` the header's name: `:METHOD`, `:PATH`, `X-REQUEST-ID`."""

CONTEXT = pattern(r"(?:outbound|inbound)[|_](?P<port>\d+)?[|_][^|]*[|_](?P<service>[^|\s]*)")
"""Istio's cluster names: `outbound|9080|v1|reviews.default.svc.cluster.local`; in SNI with `_.` for `|`."""

ROUTE = pattern(r"(?:http|grpc|tls|tcp|udp)route/(?P<name>[^/]+/[^/]+)")
"""Envoy Gateway's route and cluster names: `httproute/shop/orders/rule/0/match/0/shop_example_com`."""


def event(values: Values, clock: Clock) -> Event:
    """The event of an access record with these fields."""
    status = status_of(values.get("RESPONSE_CODE"))
    flags, details = word(values.get("RESPONSE_FLAGS")), word(values.get("RESPONSE_CODE_DETAILS"))
    reason = word(values.get("UPSTREAM_TRANSPORT_FAILURE_REASON"))
    # Listeners may log the connections beside the requests on them.
    is_request = any(
        word(values.get(name)) for name in (":METHOD", "UPSTREAM_HOST", "RESPONSE_FLAGS", "RESPONSE_CODE_DETAILS")
    )
    start, duration = clock.read(values.get("START_TIME") or ""), milliseconds(values.get("DURATION"))
    cluster = word(values.get("UPSTREAM_CLUSTER"))
    client = (values.get("X-FORWARDED-FOR") or "").partition(",")[0].strip()
    return Event(
        at=None if start is None else round(start + (duration or 0.0) / 1000, 6),
        kind=Kind.ACCESS if is_request else Kind.NOTICE,
        message=_spaced(reason) if reason else "",
        claim=class_of(values),
        status=status,
        duration_ms=duration,
        upstream_ms=milliseconds(values.get("X-ENVOY-UPSTREAM-SERVICE-TIME")),
        api=_api(word(values.get("ROUTE_NAME")), cluster),
        upstream=_upstream(word(values.get("UPSTREAM_HOST")), cluster),
        client=host_of(word(client) or values.get("DOWNSTREAM_REMOTE_ADDRESS")),
        method=word(values.get(":METHOD")),
        path=path_of(word(values.get(":PATH"))),
        flag=flags,
        detail=details or word(values.get("CONNECTION_TERMINATION_DETAILS")),
        request_id=word(values.get("X-REQUEST-ID")),
    )


def class_of(values: Values) -> str:
    """The class of a record: its flag, refined by the words of the failure; else its details; else its status."""
    details = word(values.get("RESPONSE_CODE_DETAILS")) or word(values.get("CONNECTION_TERMINATION_DETAILS")) or ""
    flags = (values.get("RESPONSE_FLAGS") or "").split(",")
    id_ = next((CLASSES[flag] for flag in flags if flag in CLASSES), None) or class_of_details(details)
    if id_ is None:
        return _class_of_status(values, details)
    begins = HAVE_A_REASON.get(id_)
    said = _class_of_reason(values, details) if begins else None
    return said if said and begins and said.startswith(begins) else id_


def _class_of_reason(values: Values, details: str) -> str | None:
    """What the words of a failure say: those of the connection, else those in the braces of the details."""
    reason = word(values.get("UPSTREAM_TRANSPORT_FAILURE_REASON"))
    said = claim(_spaced(reason or details.partition("{")[2])).id
    return said if said != NONE else class_of_details(details)


def _class_of_status(values: Values, details: str) -> str:
    """The class of a record without a flag, whose details (if it has any) name no failure either."""
    status, has_host = whole(values.get("RESPONSE_CODE")), word(values.get("UPSTREAM_HOST")) is not None
    if not status:
        # A stream that ended before its headers. Without a method it is a connection, whose end is no failure.
        return "client_canceled" if status == 0 and word(values.get(":METHOD")) else NONE
    if status < 400:
        return GRPC.get((word(values.get("GRPC_STATUS")) or "").lower().replace("_", ""), NONE)
    is_own, is_routed = details.startswith(DIRECT), has_host or status != NOT_FOUND
    if is_own and status >= 500:
        return "gateway_route_not_found" if values.get("UPSTREAM_CLUSTER") == NO_EGRESS else "config_error"
    if details and not is_own and not details.startswith(VIA_UPSTREAM):
        return of_status(status).id if status < 500 else "gateway_internal"
    answered = details.startswith(VIA_UPSTREAM) or word(values.get("X-ENVOY-UPSTREAM-SERVICE-TIME")) is not None
    return of_status(status, upstream_answered=answered or None if has_host else answered, routed=is_routed).id


def _spaced(words: str) -> str:
    """The words of a reason: Envoy puts `_` for its spaces where it stands in a text line."""
    return words.replace("_", " ").strip()


def _upstream(host: str | None, cluster: str | None) -> str | None:
    """`host:port`; the cluster's service where no host was chosen."""
    if host:
        # `envoy://connect_originate/10.0.0.1:8080` is a way through Envoy itself, with the address at its end.
        address = host.rpartition("/")[2] if host.startswith(("tcp://", "udp://", "envoy://")) else host
        if address:
            return address
    if cluster and (seen := CONTEXT.match(cluster)):
        service = seen["service"]
        return (f"{service}:{seen['port']}" if seen["port"] else service) if service else None
    return cluster


def _api(route: str | None, cluster: str | None) -> str | None:
    """The route that Envoy Gateway, the service that Istio puts into its names. Other names need not be an API's."""
    for name in (route, cluster):
        if name and (seen := ROUTE.match(name)):
            return seen["name"]
    seen = CONTEXT.match(cluster or "")
    return (seen["service"] or None) if seen else None
