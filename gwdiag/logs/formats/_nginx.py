"""What nginx's log variables mean, whatever line they stand in: access logs of nginx, its children, and their JSON.

Source: nginx.org, modules ngx_http_log_module, ngx_http_upstream_module ("Embedded Variables") and
ngx_stream_upstream_module. Times of variables are seconds with milliseconds; a line is written when its request ended.

`$upstream_status` is 502 or 504 also where the upstream sent nothing. Only `$upstream_header_time` tells: it is a
number once an answer came; and `$upstream_connect_time` once the connection, with TLS its handshake, was made.
"""

from collections.abc import Mapping
from itertools import zip_longest
from typing import NamedTuple

from gwdiag.error_classes import of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import (
    client_as_it_is,
    host_of,
    method_and_path,
    milliseconds,
    path_as_it_is,
    path_of,
    status_of,
    whole,
    word,
)
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

Values = Mapping[str, str]
"""Values by the variables' names, without the dollar sign. `-` and nothing: the variable had no value."""

NEXT_TRY = pattern(r",\s*|\s+:\s*")
"""Several servers in turn stand in one value: `a, b`; after an internal redirect another group's: `a : b`."""

LIST = r"[^\s,]+(?:(?:, | : )[^\s,]+)*+"
"""Such a value where nothing is around it."""

TRIES = (
    "upstream_addr",
    "upstream_status",
    "upstream_connect_time",
    "upstream_header_time",
    "upstream_response_time",
    "upstream_response_length",
)

ALIASES = {
    # what people call them in `key=value` and JSON logs
    "@timestamp": "time_iso8601",
    "timestamp": "time_iso8601",
    "time": "time_iso8601",
    "ts": "time_iso8601",
    "date": "time_iso8601",
    "datetime": "time_iso8601",
    "time_utc": "time_iso8601",
    "client": "remote_addr",
    "client_ip": "remote_addr",
    "clientip": "remote_addr",
    "remote_ip": "remote_addr",
    "remote": "remote_addr",
    "ip": "remote_addr",
    "xff": "http_x_forwarded_for",
    "x_forwarded_for": "http_x_forwarded_for",
    "x-forwarded-for": "http_x_forwarded_for",
    "method": "request_method",
    "verb": "request_method",
    "path": "uri",
    "url": "uri",
    "code": "status",
    "response_code": "status",
    "status_code": "status",
    "bytes": "body_bytes_sent",
    "rt": "request_time",
    "reqtime": "request_time",
    "duration": "request_time",
    "uct": "upstream_connect_time",
    "uht": "upstream_header_time",
    "urt": "upstream_response_time",
    "ut": "upstream_response_time",
    "upstream_time": "upstream_response_time",
    "ua": "upstream_addr",
    "us": "upstream_status",
    "ul": "upstream_response_length",
    "req_id": "request_id",
    "kong_request_id": "request_id",
    "apisix_request_id": "request_id",
}

REFUSED_ITSELF = {
    500: "gateway_internal",
    501: "bad_client_request",
    502: "dns_failure",
    503: "rate_limited",
    505: "bad_client_request",
}
"""What nginx answers without asking an upstream. 502: no address for the name of the upstream. 503: what `limit_req`
and `limit_conn` answer unless told otherwise. 501, 505: a transfer coding or a version of HTTP that it does not speak.
"""

NO_API = frozenset(("internal", "noop", "upstream-default-backend"))
"""Names that ingress-nginx gives to what is no service."""


class Try(NamedTuple):
    """One upstream that was asked for a request, the columns as written; empty where the line has no such column."""

    address: str = ""
    status: str = ""
    connect: str = ""
    header: str = ""
    response: str = ""
    length: str = ""


def event(values: Values, clock: Clock, *, refused: Mapping[int, str] = REFUSED_ITSELF) -> Event:
    """The event of an access line. `refused`: what its statuses mean where no upstream was asked."""
    tries = _tries(values)
    last = tries[-1] if tries else Try()
    status = whole(values.get("status"))
    method, path = method_and_path(values.get("request", ""))
    return Event(
        at=_time(values, clock),
        kind=Kind.ACCESS,
        claim=_claim(status, values, last, refused),
        status=status,
        duration_ms=_seconds(values.get("request_time", values.get("session_time"))),
        upstream_ms=_waited(tries),
        host=word(values.get("hostname")),
        api=_api(values),
        upstream=upstream_of(last.address, values.get("upstream_scheme", "")),
        client=client_of(values),
        method=method or word(values.get("request_method")),
        path=path or path_of(word(values.get("request_uri") or values.get("uri"))),
        request_id=_request_id(values),
        tried=tuple(one.address for one in tries[:-1] if word(one.address) and not _has_succeeded(one)),
    )


def with_full_names(fields: Mapping[str, object]) -> dict[str, str]:
    """The fields of a log by the names of nginx's variables. A field that has its own name goes before an alias."""
    written = {key: _text(value) for key, value in fields.items()}
    return {ALIASES[key.lower()]: value for key, value in written.items() if key.lower() in ALIASES} | written


def upstream_of(address: str, scheme: str = "") -> str | None:
    """The upstream that a value of `$upstream_addr` names. Sockets in the file system keep their path."""
    if not word(address):
        return None
    return f"{scheme}://{address}" if word(scheme) and "://" not in address else address


def client_of(values: Values) -> str | None:
    """The client's address: the peer, or where the log has no peer the first of the chain that was forwarded."""
    peer = word(values.get("remote_addr"))
    return host_of(peer or (values.get("http_x_forwarded_for") or "").split(",")[0].strip())


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _tries(values: Values) -> list[Try]:
    columns = [NEXT_TRY.split(values[name]) if word(values.get(name)) else [] for name in TRIES]
    return [Try(*columns_of_one) for columns_of_one in zip_longest(*columns, fillvalue="")] if any(columns) else []


def _has_succeeded(one: Try) -> bool:
    status = status_of(one.status)
    return status is not None and status < 400


def _claim(status: int | None, values: Values, last: Try, refused: Mapping[int, str]) -> str | None:
    """The class that the line's structure decides; None where it says no more than a status."""
    if status is None:
        return None
    if status < 100:
        # 009: the upstream's answer did not begin with a status line, so nginx took it for HTTP/0.9. 000: no answer.
        return "upstream_protocol" if status else "client_canceled"
    if status < 400:
        return NONE
    if not any(name in values for name in TRIES):
        return None
    if last == Try():
        return _of_refusal(status, refused)
    return of_status(status).id if status < 500 else _of_upstream(status, last, values)


def _of_refusal(status: int, refused: Mapping[int, str]) -> str:
    return refused.get(status) or of_status(status, routed=status != 404).id


def _of_upstream(status: int, last: Try, values: Values) -> str | None:
    if last.address and ":" not in last.address:
        return "no_healthy_upstream"  # no server could be chosen: the name of their group stands in its place
    if has_number(last.header):
        return of_status(status, upstream_answered=True).id
    if "upstream_connect_time" in values and not has_number(last.connect):
        return "upstream_dial_timeout" if status == 504 else "upstream_connect_failed"
    if "upstream_header_time" in values:
        return "upstream_response_timeout" if status == 504 else "upstream_closed"
    # nginx itself sets no other status than 502 and 504 for an upstream that failed.
    if status_of(last.status) not in (None, 502, 504) or (whole(last.length) or 0) > 0:
        return of_status(status, upstream_answered=True).id
    return None


def has_number(text: str) -> bool:
    return text[:1].isdigit()


def _time(values: Values, clock: Clock) -> float | None:
    for name in ("time_iso8601", "msec", "time_local"):
        # Clock remembers the last time that it read: it must not be asked for one that is not there.
        if (text := values.get(name)) and (at := clock.read(text)) is not None:
            return at
    return None


def _seconds(text: str | None) -> float | None:
    return None if text is None else milliseconds(text, 1000)


def _waited(tries: list[Try]) -> float | None:
    """Milliseconds that all upstreams asked in turn took together."""
    known = [took for one in tries if (took := _seconds(one.response)) is not None]
    return sum(known) if known else None


def _api(values: Values) -> str | None:
    name = word(values.get("proxy_upstream_name")) or word(values.get("service_name"))
    return None if name in NO_API else name


def _request_id(values: Values) -> str | None:
    """As the error log calls it (`28796*44`) where the line has both numbers, else the id that a header has."""
    connection = word(values.get("connection"))
    pid = word(values.get("pid"))
    if connection and pid and connection.isdigit():
        return f"{pid}*{connection}"
    return word(values.get("request_id")) or word(values.get("http_x_request_id"))


FIGURES_OF_TRIES = tuple(name for name in TRIES if name not in ("upstream_addr", "upstream_status"))


def _name_of(key: str) -> str:
    return ALIASES.get(key.lower(), key)


SCAN = Keyed(
    time="time_iso8601|msec|time_local",
    took=Took(field="request_time|session_time", unit_ms=1000),
    client="remote_addr|http_x_forwarded_for",
    path="request_uri|uri",
    request_line="request",
    decides=(
        *("method", "request_method", "status", "upstream_addr", "upstream_status", "upstream_scheme"),
        *("hostname", "proxy_upstream_name", "service_name"),
    ),
    plain=FIGURES_OF_TRIES,
    figures=dict.fromkeys(FIGURES_OF_TRIES, ()),
    failures=True,
    query=True,
    name_of=_name_of,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)
"""Of lines whose keys are the variables' names, or what people call them."""
