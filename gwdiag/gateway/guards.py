"""What stands between a request and its upstream: sizes, keys, rates; in Tyk's order, with its words and flags.

A guard is a function of the request and the clock that gives a refusal, or nothing.
Source: Tyk 5.14, RequestSizeLimitMiddleware, AuthKey, RateLimitAndQuotaCheck, RateLimitForAPI.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gwdiag.gateway.definitions import Definition, EndpointLimit, Rate
from gwdiag.gateway.keys import Keys, Session, Window
from gwdiag.gateway.request import Request
from gwdiag.model.tyk_flags import ResponseFlag

WITHOUT_BODY = frozenset({"GET", "DELETE", "TRACE", "OPTIONS", "HEAD"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """`message` for the client; `logged` and its fields for the log, at level info, where there is anything to say."""

    status: int
    message: str
    flag: ResponseFlag
    details: str
    source: str
    logged: str = ""
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Visit:
    """What guards know of a request, and what they find out: the key, and whose it is."""

    request: Request
    path: str
    key: str = ""
    session: Session | None = None


Guard = Callable[[Visit, float], Refusal | None]


def guards(definition: Definition, keys: Keys) -> tuple[Guard, ...]:
    """Those that an API needs."""
    found: list[Guard] = []
    if definition.size or definition.endpoints.sizes:
        found.append(_sizes(definition))
    if not definition.is_keyless:
        found += [_known_key(definition, keys), _within_session]
    if definition.endpoints.rates:
        found.append(_rates(definition.endpoints.rates))
    return tuple(found)


def _sizes(definition: Definition) -> Guard:
    def check(visit: Visit, now: float) -> Refusal | None:  # noqa: ARG001
        request = visit.request
        if request.method in WITHOUT_BODY:
            return None
        limits = [float(definition.size)] if definition.size else []
        limits += [one.value for one in _matching(definition.endpoints.sizes, visit)][:1]
        for limit in limits:
            if b"content-length" not in request.noted or request.length is None:
                return _too_big(411, "Content length is required for this request", "content_length_missing")
            if request.length > limit:
                fields: dict[str, object] = {"limit": int(limit), "size": request.length}
                logged = "Attempted access with large request size, blocked."
                return _too_big(400, "Request is too large", "body_too_large", logged, fields)
        return None

    return check


def _too_big(
    status: int, message: str, details: str, logged: str = "", fields: dict[str, object] | None = None
) -> Refusal:
    flag = ResponseFlag.CLM if status == 411 else ResponseFlag.BTL
    return Refusal(status, message, flag, details, "RequestSizeLimitMiddleware", logged, fields or {})


def _matching(limits: tuple[EndpointLimit, ...], visit: Visit) -> list[EndpointLimit]:
    return [
        one for one in limits if one.endpoint.method == visit.request.method and one.endpoint.pattern.search(visit.path)
    ]


def _known_key(definition: Definition, keys: Keys) -> Guard:
    names = [one.lower().encode() for one in definition.auth_headers]

    def check(visit: Visit, now: float) -> Refusal | None:  # noqa: ARG001
        given = next((value for name in names if (value := visit.request.first(name))), b"").decode("latin-1")
        visit.key = given[7:] if given[:7].upper() == "BEARER " else given
        if not visit.key:
            logged = "Attempted access with malformed header, no auth header found."
            return Refusal(
                401, "Authorization field missing", ResponseFlag.AMF, "auth_field_missing", "AuthKey", logged
            )
        visit.session = keys.session(visit.key, definition.api_id)
        if visit.session is None:
            message, logged = "Access to this API has been disallowed", "Attempted access with non-existent key."
            fields: dict[str, object] = {"key": keys.shown(visit.key)}
            return Refusal(403, message, ResponseFlag.AKI, "auth_key_not_found", "AuthKey", logged, fields)
        return None

    return check


def _within_session(visit: Visit, now: float) -> Refusal | None:
    session, source = visit.session, "RateLimitAndQuotaCheck"
    assert session is not None  # the guard before found it
    if session.rate > 0 and session.per > 0 and not session.window.admits(session.rate, session.per, now):
        message = "Rate Limit Exceeded"
        return Refusal(429, message, ResponseFlag.RLT, "session_rate_limited", source, message)
    if not session.takes_quota(now):
        logged = "Key quota limit exceeded."
        return Refusal(403, "Quota exceeded", ResponseFlag.QEX, "quota_exceeded", source, logged)
    return None


def _rates(rates: tuple[Rate, ...]) -> Guard:
    windows = {rate: Window() for rate in rates}

    def check(visit: Visit, now: float) -> Refusal | None:
        for rate in rates:
            endpoint = rate.endpoint
            if endpoint is None or (endpoint.method == visit.request.method and endpoint.pattern.search(visit.path)):
                if windows[rate].admits(rate.requests, rate.per, now):
                    return None
                message = "API Rate Limit Exceeded"
                return Refusal(429, message, ResponseFlag.RLT, "api_rate_limited", "RateLimitForAPI", message)
        return None

    return check
