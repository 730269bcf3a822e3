"""What the fields of Tyk's records mean. Text and JSON differ only in how the fields are written.

Source: Tyk 5.8.5 and 5.14.0 as run (log grammar, access log fields, error texts). Other programs on logrus have a level
and a message too: a request that they answered is read by the keys that loggers share, all else as a notice.
"""

from collections.abc import Mapping

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import milliseconds, origin, whole, word
from gwdiag.logs.formats._logrus import TYK_S_OWN
from gwdiag.logs.scan.spec import Keyed, Took, as_it_is
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.tyk_flags import class_of_flag

Fields = Mapping[str, object]


def _client_as_it_is(text: str) -> str | None:
    return as_it_is(text) if _client(text) == text else None


MESSAGES = Keyed(
    time="time",
    client="user_ip|origin",
    path="path",
    connection="msg|message",
    decides=("level", "prefix", "error|err", "api_id", "api_name", "mw", "request", "code", "server_name"),
    chained=True,
    client_of=_client_as_it_is,
)
"""What `_message` looks at."""

SCAN = Keyed(
    kind=("prefix", "access-log"),
    time="time",
    took=Took(field="latency_total"),
    client="client_ip",
    path="original_path|path",
    decides=("level", "api_id", "api_name", "method", "mw", "response_code_details", "response_flag", "status"),
    origins=("upstream_addr",),
    failures=True,
    figures={"latency_total": (), "upstream_latency": ()},
    messages=MESSAGES,
)
"""What `_access` looks at."""

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


def event(fields: Fields, clock: Clock) -> Event:
    """The event of a record with these fields."""
    if fields.get("prefix") == "access-log":
        return _access(fields, clock)
    if TYK_S_OWN.isdisjoint(fields):
        from gwdiag.logs.formats import _fields  # it has much to load, and few logs need it

        if _fields.is_of_one_answer(fields):
            return _fields.event(fields, clock)
    return _message(fields, clock)


def _access(fields: Fields, clock: Clock) -> Event:
    status, total = whole(fields.get("status")), milliseconds(fields.get("latency_total"))
    flag, detail = word(fields.get("response_flag")), word(fields.get("response_code_details"))
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
        upstream_ms=milliseconds(fields.get("upstream_latency")) if timed else None,
        api_id=word(fields.get("api_id")),
        api=word(fields.get("api_name")),
        # Of "all hosts are down" it is a responder inside the gateway, on a port of the moment.
        upstream=None if claimed == "no_healthy_upstream" else origin(word(fields.get("upstream_addr"))),
        client=word(fields.get("client_ip")),
        method=word(fields.get("method")),
        path=word(fields.get("original_path")) or word(fields.get("path")),
        flag=flag,
        detail=detail,
    )


def _class_without_flag(fields: Fields, status: int | None) -> str | None:
    """The class of an access record without a flag: a success, a version before 5.12, or a template without flags."""
    if status is None or status < 400:
        return NONE
    middleware = word(fields.get("mw"))
    if middleware:
        return _class_of_refusal(middleware, status)
    has_origin = origin(word(fields.get("upstream_addr"))) is not None
    if has_origin and "api_id" not in fields and milliseconds(fields.get("upstream_latency")) == 0:
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
    client = word(fields.get("user_ip")) or word(fields.get("origin"))
    api_id = word(fields.get("api_id"))
    middleware = word(fields.get("mw"))
    is_request = bool(message.startswith("http: proxy error") or (api_id and (middleware or client)))
    return Event(
        at=clock.read(str(fields.get("time", ""))),
        kind=Kind.REQUEST if is_request or word(fields.get("request")) else Kind.NOTICE,
        level=str(fields.get("level", "")),
        message=about,
        claim=_claim_of(about, fields),
        status=whole(fields.get("code")),
        answers=_answer_to(message, about, middleware) if is_request else None,
        api_id=api_id,
        api=word(fields.get("api_name")),
        upstream=origin(word(fields.get("server_name"))),
        client=client and _client(client),
        path=word(fields.get("path")),
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


def _client(addresses: str) -> str:
    """The first of a chain; of `ip:port` (only 404 lines have it) the address."""
    first = addresses.split(",")[0].strip()
    return first.rsplit(":", 1)[0] if first.count(":") == 1 or "]:" in first else first
