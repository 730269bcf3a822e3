"""Envoy's access log as JSON: the keys of Istio, Envoy Gateway, Contour, Consul and Gloo, in any order, some or all.

Source: istio.io (`accessLogEncoding: JSON`), gateway.envoyproxy.io (default access log), projectcontour.io (JSON
fields). Keys are matched by meaning: case, `-`, `:` and `x-envoy-` make no difference.
"""

import json
import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import address_as_it_is, path_as_it_is
from gwdiag.logs.formats._envoy import event
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

HINT = pattern(r'"(?:response_?(?:code_?details|flags)|upstream_?(?:transport_failure_reason|cluster))\w*"\s*:', re.I)
ANOTHERS = pattern(r'"(?:api_id|api_name|latency_gateway|response_flag)"\s*:')
"""Keys of Tyk's access log, which has `response_code_details` as well."""
PAIR = pattern(r'"(:?[\w@.-]{1,64})"\s*:\s*(?:"((?:[^"\\]++|\\.)*+)"?|([\w.+-]+))')
CAMEL = pattern(r"(?<=[a-z])(?=[A-Z])")

NAMES = {
    "START_TIME": ("start_time", "timestamp", "@timestamp", "time"),
    ":METHOD": ("method", "request_method", "req_method", "http_method"),
    ":PATH": ("path", "origin_path", "original_path", "request_path", "uri", "uri_path", "request_uri", "url"),
    "RESPONSE_CODE": ("response_code", "status", "status_code", "code"),
    "RESPONSE_FLAGS": ("response_flags", "response_flags_long", "responseflags"),
    "RESPONSE_CODE_DETAILS": ("response_code_details", "response_details"),
    "CONNECTION_TERMINATION_DETAILS": ("connection_termination_details",),
    "UPSTREAM_TRANSPORT_FAILURE_REASON": ("upstream_transport_failure_reason", "transport_failure_reason"),
    "DURATION": ("duration", "duration_ms", "request_duration_ms"),
    "X-ENVOY-UPSTREAM-SERVICE-TIME": ("upstream_service_time",),
    "X-FORWARDED-FOR": ("x_forwarded_for", "forwarded_for"),
    "X-REQUEST-ID": ("request_id", "x_request_id"),
    "UPSTREAM_HOST": ("upstream_host", "upstream_remote_address", "upstream_address"),
    "UPSTREAM_CLUSTER": ("upstream_cluster", "upstream_cluster_raw", "cluster_name"),
    "DOWNSTREAM_REMOTE_ADDRESS": ("downstream_remote_address", "downstream_direct_remote_address", "client_address"),
    "ROUTE_NAME": ("route_name",),
    "GRPC_STATUS": ("grpc_status", "grpc_status_number"),
}
OPERATORS = {name: operator for operator, names in NAMES.items() for name in names}

TELLING = ("RESPONSE_CODE", "RESPONSE_CODE_DETAILS", "DURATION", "UPSTREAM_HOST", "UPSTREAM_CLUSTER", "START_TIME")
"""Two of them beside a flag make a record of Envoy's."""


def read(line: str, clock: Clock) -> Event | None:
    if line[:1] not in ("{", '"') or not HINT.search(line) or ANOTHERS.search(line):
        return None
    values: dict[str, str | None] = {}
    for key, value in _fields(line):
        operator = _name_of(key)
        if operator in NAMES and isinstance(value, (str, int, float)):
            values.setdefault(operator, str(value))
    flagged = {"RESPONSE_FLAGS", "RESPONSE_CODE_DETAILS"} & values.keys()
    return event(values, clock) if flagged and sum(name in values for name in TELLING) > 1 else None


def _fields(line: str) -> list[tuple[str, object]]:
    """The fields of an object; of one that was cut, or pasted in part, those that are there."""
    if line.startswith("{"):
        try:
            return list(json.loads(line).items())
        except (ValueError, RecursionError):
            pass
    return [(key, _plain(text) if text or not bare else bare) for key, text, bare in PAIR.findall(line)]


def _plain(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _name_of(key: str) -> str:
    return OPERATORS.get(CAMEL.sub("_", key).lower().strip(":").replace("-", "_").removeprefix("x_envoy_"), key)


SCAN = Keyed(
    json=True,
    time="START_TIME",
    begins=True,
    rounded=True,
    took=Took(field="DURATION"),
    client="X-FORWARDED-FOR|DOWNSTREAM_REMOTE_ADDRESS",
    ported=True,
    path=":PATH",
    decides=(
        *(":METHOD", "RESPONSE_CODE", "RESPONSE_FLAGS", "RESPONSE_CODE_DETAILS", "CONNECTION_TERMINATION_DETAILS"),
        *("UPSTREAM_TRANSPORT_FAILURE_REASON", "UPSTREAM_HOST", "UPSTREAM_CLUSTER", "ROUTE_NAME", "GRPC_STATUS"),
    ),
    figures={"X-ENVOY-UPSTREAM-SERVICE-TIME": ()},
    failures=True,
    query=True,
    name_of=_name_of,
    client_of=address_as_it_is,
    path_of=path_as_it_is,
)

ENVOY_JSON = LogFormat(
    title="Envoy, access log as JSON (Istio, Envoy Gateway, Contour)",
    read=read,
    scan=SCAN,
    recorded="recorded: Envoy 1.40.0 with the keys of Envoy Gateway; Istio's and Contour's after their documentation",
    cannot_tell="what is under keys of other names",
)
