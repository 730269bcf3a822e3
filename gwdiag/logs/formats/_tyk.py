"""What the fields of Tyk's records mean. Text and JSON differ only in how the fields are written.

Source: Tyk 5.8.5 and 5.14.0 as run (log grammar, access log fields, error texts); logrus lines of other programs
have a level and a message too and are read as notices.
"""

import re
from collections.abc import Mapping

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.tyk_flags import class_of_flag

Fields = Mapping[str, object]

LONGEST_CONNECTION = 30 * 86_400_000
"""Milliseconds: websockets stay open for days. What is longer is no duration."""

PROXY_ERROR = "http: proxy error: "
CUT_ANSWER = "http: proxy error during body copy: "
DEADLINE = "context deadline exceeded"

MARKS = (
    ("Tyk API Gateway v", Mark.START),
    ("Reload queued", Mark.RELOAD),
    ("reload: initiating", Mark.RELOAD),
    ("API reload complete", Mark.RELOAD),
    ("Shutdown signal received", Mark.SHUTDOWN),
    ("Terminating.", Mark.SHUTDOWN),
    ("[HOST CHECKER MANAGER] Host is DOWN", Mark.HOST_DOWN),
    ("[HOST CHECKER MANAGER] Host is UP", Mark.HOST_UP),
    ("[PROXY] [CIRCUIT BREAKER] Breaker tripped", Mark.BREAKER),
)

AUTHENTICATION = frozenset(
    (
        "AccessRightsCheck",
        "AuthKey",
        "BasicAuthKeyIsValid",
        "CertificateCheckMW",
        "ExternalOAuthMiddleware",
        "GranularAccessMiddleware",
        "HMACMiddleware",
        "HTTPSignatureValidationMiddleware",
        "IPBlackListMiddleware",
        "IPWhiteListMiddleware",
        "JWTMiddleware",
        "KeyExpired",
        "Oauth2KeyExists",
        "OpenIDMW",
        "OrganisationMonitor",
    )
)
PLUGINS = frozenset(("CoProcessMiddleware", "DynamicMiddleware", "GoPluginMiddleware", "VirtualEndpoint"))

ORIGIN = re.compile(r"(?:[a-z0-9+]+://)?[^/?#\s]+")


def event(fields: Fields, clock: Clock) -> Event:
    """The event of a record with these fields."""
    return _access(fields, clock) if fields.get("prefix") == "access-log" else _message(fields, clock)


def _access(fields: Fields, clock: Clock) -> Event:
    status, total = _whole(fields, "status"), _duration(fields, "latency_total")
    flag, detail = _word(fields, "response_flag"), _word(fields, "response_code_details")
    claimed = class_of_flag(flag, detail, status) if flag else None
    # Up to 5.11 an error's access line has no duration: both figures are 0, whatever the request took.
    timed = "latency_gateway" in fields or not (status and status >= 400 and total == 0)
    return Event(
        at=clock.read(str(fields.get("time", ""))),
        kind=Kind.ACCESS,
        level=str(fields.get("level", "")),
        claim=claimed or _class_without_flag(fields, status),
        status=status,
        duration_ms=total if timed else None,
        upstream_ms=_duration(fields, "upstream_latency") if timed else None,
        api_id=_word(fields, "api_id"),
        api=_word(fields, "api_name"),
        # Of "all hosts are down" it is a responder inside the gateway, on a port of the moment.
        upstream=None if claimed == "no_healthy_upstream" else origin(_word(fields, "upstream_addr")),
        client=_word(fields, "client_ip"),
        method=_word(fields, "method"),
        path=_word(fields, "original_path") or _word(fields, "path"),
        flag=flag,
        detail=detail,
    )


def _class_without_flag(fields: Fields, status: int | None) -> str | None:
    """The class of an access record without a flag: a success, a version before 5.12, or a template without flags."""
    if status is None or status < 400:
        return NONE
    middleware = _word(fields, "mw")
    if middleware:
        return _class_of_refusal(middleware, status)
    has_origin = origin(_word(fields, "upstream_addr")) is not None
    if has_origin and "api_id" not in fields and _duration(fields, "upstream_latency") == 0:
        # Made by the gateway's own proxy step. Its 503 is the circuit breaker's; the rest says no reason.
        return "circuit_open" if status == 503 else of_status(status, upstream_answered=False).id
    return of_status(status, upstream_answered=has_origin or None, routed=has_origin).id


def _class_of_refusal(middleware: str, status: int) -> str:
    if middleware in AUTHENTICATION and status < 500:
        return "auth_failed"
    if middleware.startswith("Rate"):
        return "quota_exceeded" if status == 403 else "rate_limited"
    if middleware == "RequestSizeLimitMiddleware":
        return "body_too_large" if status in (400, 413) else "bad_client_request"
    if middleware in PLUGINS and status >= 500:
        return "gateway_internal"
    return of_status(status).id


def _message(fields: Fields, clock: Clock) -> Event:
    message = str(fields.get("msg", fields.get("message", "")))
    reason = fields.get("error", fields.get("err"))
    about = f"{message}: {reason}" if reason else message
    client = _word(fields, "user_ip") or _word(fields, "origin")
    api_id = _word(fields, "api_id")
    middleware = _word(fields, "mw")
    is_request = bool(message.startswith("http: proxy error") or (api_id and (middleware or client)))
    return Event(
        at=clock.read(str(fields.get("time", ""))),
        kind=Kind.REQUEST if is_request or _word(fields, "request") else Kind.NOTICE,
        level=str(fields.get("level", "")),
        message=about,
        claim=_claim_of(about, fields),
        status=_whole(fields, "code"),
        answers=_answer_to(message, about, middleware) if is_request else None,
        api_id=api_id,
        api=_word(fields, "api_name"),
        upstream=origin(_word(fields, "server_name")),
        client=client and _client(client),
        path=_word(fields, "path"),
        mark=next((mark for text, mark in MARKS if message.startswith(text)), None),
    )


def _claim_of(message: str, fields: Fields) -> str | None:
    """Where the words alone would lead astray."""
    if message in (PROXY_ERROR + DEADLINE, CUT_ANSWER + DEADLINE):
        return "enforced_timeout"
    if fields.get("prefix") == "coprocess" and "rpc error" in message:
        return "gateway_internal"  # the plugin server, whatever the network said
    if message.startswith("Closing listeners: "):
        return NONE  # the end of a graceful shutdown, which has closed them already
    return None


def _answer_to(message: str, about: str, middleware: str | None) -> str | None:
    """The kind of status that the client of this record's request got (Tyk's own order of decision)."""
    if message.startswith(CUT_ANSWER):
        return "cut"
    if message.startswith(PROXY_ERROR):
        if "timeout awaiting response headers" in message or DEADLINE in message:
            return "504"
        return "499" if "context canceled" in message else "5xx"
    if claim(about).id == NONE:
        return None
    return "5xx" if middleware in (None, "ReverseProxy") else "4xx"


def origin(address: str | None) -> str | None:
    """`scheme://host:port` of an upstream address, `host:port` where it has no scheme; None for a path or nothing."""
    if not address or address.startswith("/") or address == "--":
        return None
    seen = ORIGIN.match(address)
    return seen[0] if seen else None


def _client(addresses: str) -> str:
    """The first of a chain; of `ip:port` (only 404 lines have it) the address."""
    first = addresses.split(",")[0].strip()
    return first.rsplit(":", 1)[0] if first.count(":") == 1 or "]:" in first else first


def _word(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    return str(value) if value not in (None, "") else None


def _duration(fields: Fields, key: str) -> float | None:
    """Milliseconds; None for what is no duration, such as NaN."""
    try:
        milliseconds = float(str(fields[key]))
    except (KeyError, ValueError):
        return None
    return milliseconds if 0 <= milliseconds <= LONGEST_CONNECTION else None


def _whole(fields: Fields, key: str) -> int | None:
    value = str(fields.get(key, ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
