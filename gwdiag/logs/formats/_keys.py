"""Under which keys loggers write what: one table for all of them, and how the value under a key is looked up.

Source: the documentation of zap, zerolog, log/slog, go-kit, bunyan, pino, winston, Serilog (compact JSON), log4j 2,
logstash, the Elastic Common Schema, Google Cloud's LogEntry. A key inside another is written with a dot.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from gwdiag.logs.formats._access import milliseconds
from gwdiag.logs.formats._golang import duration
from gwdiag.model.pattern import pattern

Fields = Mapping[str, object]

KEYS = {
    "at": "@timestamp timestamp time ts @t t datetime date Timestamp timeMillis eventTime asctime logged_at written_at "
    "requestTime timeGenerated start_time instant.epochSecond timestamp.seconds",
    "level": "level severity lvl @l log.level loglevel log_level levelname level_name Level LogLevel @level "
    "severityText severity_text",
    "message": "msg message @m @mt short_message @message fullMessage textPayload Message RenderedMessage "
    "MessageTemplate jsonPayload.message event",
    "error": "error err exception @x Exception error_message errorMessage cause reason fault thrown data.error "
    "error.message failure exc_info integrationErrorMessage lastErrorMessage",
    "status": "status status_code statusCode http_status httpStatus response_code responseCode "
    "http.response.status_code http.status_code http.status res.statusCode response.status response.status_code "
    "response.statusCode httpRequest.status resp.status http_response.status StatusCode resp code",
    "method": "method request_method requestMethod http_method httpMethod verb http.request.method http.method "
    "req.method request.method httpRequest.requestMethod http_request.method RequestMethod Method",
    "path": "path uri url request_path request_uri requestUri requestPath url.path url.original http.target http.url "
    "http.path req.url request.uri request.url request.path http_path httpRequest.requestUrl http_request.path "
    "RequestPath Path URI target endpoint resourcePath",
    "request_line": "request request_line http.request req",
    "client": "client_ip clientIp remote_ip remoteIp client remote_addr remoteAddr source.ip client.ip remote_address "
    "remoteAddress req.remoteAddress request.remote_ip httpRequest.remoteIp srcIP clientAddress "
    "callerIpAddress ip fwd remote peer",
    "upstream": "upstream upstream_addr upstreamAddr upstream_host upstream_url backend backend_url originService "
    "target_url upstream.address",
    "upstream_status": "upstream_status upstreamStatus backend_status origin_status integrationStatus",
    "api": "api_name apiName apiId route_name routeName route_id routeId apiproxy",
    "request_id": "request_id requestId req_id reqId req.id request.id x_request_id requestID RequestId request-id "
    "vcap_request_id data.vcap_request_id correlation_id cfRay trace_id trace.id",
}
"""What it means, and the keys in order: the first that has a value counts."""

WANTED = {meaning: tuple(keys.split()) for meaning, keys in KEYS.items()}
OUTERMOST = frozenset(part for keys in WANTED.values() for key in keys for part in (key, key.partition(".")[0]))

UNITS = {
    **dict.fromkeys(("ms", "millis", "milliseconds"), 1.0),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), 1000.0),
    **dict.fromkeys(("us", "micros", "microseconds"), 0.001),
    **dict.fromkeys(("ns", "nanos", "nanoseconds"), 1e-6),
}
TOOK = pattern(
    r"(?:duration|latency|elapsed|took|(?:response|request|total|processing|handling)_?time|time_taken)"
    rf"(?:_?(?P<unit>{'|'.join(UNITS)}))?",
    re.IGNORECASE,
)
CAMEL = pattern(r"(?<=[a-z])(?=[A-Z])")
LONGEST_KEY = 32

SURE = {"event.duration": 1e-6, "responseTime": 1.0, "Elapsed": 1.0, "ElapsedMilliseconds": 1.0, "responseLatency": 1.0}
"""Durations whose unit the key's own documentation says: ECS, pino-http, Serilog, Amazon API Gateway."""

WITH_A_UNIT_INSIDE = ("event.duration", "httpRequest.latency")


class Record:
    """The fields of a record, by what they mean."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._keys = _keys_in(frozenset(fields.keys() & OUTERMOST))

    def first(self, meaning: str) -> str | float | None:
        """The first plain value that there is; `-` and nothing are none."""
        for key in self._keys[meaning]:
            value = self._at(key)
            if isinstance(value, (str, int, float)) and value not in ("", "-") and not isinstance(value, bool):
                return value
        return None

    def text(self, meaning: str) -> str:
        """The same as text."""
        value = self.first(meaning)
        return "" if value is None else str(value)

    def error(self) -> str:
        """What the record says of the error: words, or an object with a message."""
        return next((words for key in self._keys["error"] if (words := _words(self._at(key)))), "")

    def duration(self) -> float | None:
        """Milliseconds of the whole request, where the key or the value has a unit."""
        for key, value in self._durations():
            if (written := duration(value)) is not None:
                return written
            factor = milliseconds_of(key)
            if factor and isinstance(value, (int, float, str)):
                return milliseconds(value, factor)
        return None

    def _durations(self) -> Iterator[tuple[str, object]]:
        for key in WITH_A_UNIT_INSIDE:
            if (value := self._at(key)) is not None:
                yield key, value
        for key, value in self._fields.items():
            if len(key) <= LONGEST_KEY and milliseconds_of(key) is not None:
                yield key, value

    def _at(self, key: str) -> object:
        value = self._fields.get(key)
        return _inside(self._fields, key) if value is None and "." in key else value


@lru_cache(maxsize=1024)
def _keys_in(outermost: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Of the keys in the table those that a record with these outermost ones can have. Loggers have few shapes."""
    return {
        meaning: tuple(key for key in keys if key in outermost or key.partition(".")[0] in outermost)
        for meaning, keys in WANTED.items()
    }


@lru_cache(maxsize=1024)
def milliseconds_of(key: str) -> float | None:
    """By what a value under the key is to be multiplied; 0 for a duration without a unit, None for anything else."""
    if key in SURE:
        return SURE[key]
    seen = TOOK.fullmatch(CAMEL.sub("_", key))
    if not seen:
        return None
    return UNITS[seen["unit"].lower()] if seen["unit"] else 0.0


def _inside(fields: Fields, key: str) -> object:
    head, _, rest = key.partition(".")
    inner = fields.get(head)
    if not isinstance(inner, Mapping):
        return None
    return inner.get(rest) if rest in inner or "." not in rest else _inside(inner, rest)


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        said = [_plain(value.get(key)) for key in ("type", "name", "message", "localizedMessage", "faultstring")]
        return ": ".join(dict.fromkeys(one for one in said if one)) or _plain(value.get("code"))
    return _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""
