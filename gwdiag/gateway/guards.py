"""What stands between a request and its upstream: sizes, keys, rates; in Tyk's order, with its words and flags.

A guard is a function of the request and the clock that gives a refusal, or nothing.
Source: Tyk 5.14, RequestSizeLimitMiddleware, AuthKey, RateLimitAndQuotaCheck, RateLimitForAPI.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gwdiag.gateway.definitions import Definition, Rate
from gwdiag.gateway.keys import Keys, Window
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


Guard = Callable[[Request, float], Refusal | None]


class Guards:
    """Those of one API. Which of them a request meets follows from its method and path."""

    def __init__(self, definition: Definition, keys: Keys) -> None:
        self._definition = definition
        self._keys: tuple[Guard, ...] = () if definition.is_keyless else (_known_key(definition, keys), _within_session)
        self._rates = [(rate.endpoint, (_within_rate(rate, Window()),)) for rate in definition.endpoints.rates]

    def of(self, method: str, path: str) -> tuple[Guard, ...]:
        """In the order in which they are asked. `path` without the listen path."""
        limits = () if method in WITHOUT_BODY else self._sizes(method, path)
        sizes = (_sizes(limits),) if limits else ()
        return (*sizes, *self._keys, *self._rate(method, path))

    def _sizes(self, method: str, path: str) -> tuple[float, ...]:
        definition = self._definition
        endpoints = [one.value for one in definition.endpoints.sizes if one.endpoint.fits(method, path)]
        return (*([float(definition.size)] if definition.size else []), *endpoints[:1])

    def _rate(self, method: str, path: str) -> tuple[Guard, ...]:
        """That of the first rate that is meant."""
        return next((one for at, one in self._rates if at is None or at.fits(method, path)), ())


def _sizes(limits: tuple[float, ...]) -> Guard:
    def check(request: Request, now: float) -> Refusal | None:  # noqa: ARG001
        if b"content-length" not in request.noted or request.length is None:
            return _too_big(411, "Content length is required for this request", "content_length_missing")
        for limit in limits:
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


def _known_key(definition: Definition, keys: Keys) -> Guard:
    names = [one.lower().encode() for one in definition.auth_headers]

    def check(request: Request, now: float) -> Refusal | None:  # noqa: ARG001
        given = next((value for name in names if (value := request.fields.firsts.get(name))), b"").decode("latin-1")
        request.key = given[7:] if given[:7].upper() == "BEARER " else given
        if not request.key:
            logged = "Attempted access with malformed header, no auth header found."
            return Refusal(
                401, "Authorization field missing", ResponseFlag.AMF, "auth_field_missing", "AuthKey", logged
            )
        request.session = keys.session(request.key, definition.api_id)
        if request.session is None:
            message, logged = "Access to this API has been disallowed", "Attempted access with non-existent key."
            fields: dict[str, object] = {"key": keys.shown(request.key)}
            return Refusal(403, message, ResponseFlag.AKI, "auth_key_not_found", "AuthKey", logged, fields)
        return None

    return check


def _within_session(request: Request, now: float) -> Refusal | None:
    session, source = request.session, "RateLimitAndQuotaCheck"
    assert session is not None  # the guard before found it
    if session.rate > 0 and session.per > 0 and not session.window.admits(session.rate, session.per, now):
        message = "Rate Limit Exceeded"
        return Refusal(429, message, ResponseFlag.RLT, "session_rate_limited", source, message)
    if not session.takes_quota(now):
        logged = "Key quota limit exceeded."
        return Refusal(403, "Quota exceeded", ResponseFlag.QEX, "quota_exceeded", source, logged)
    return None


def _within_rate(rate: Rate, window: Window) -> Guard:
    requests, per = rate.requests, rate.per

    def check(request: Request, now: float) -> Refusal | None:  # noqa: ARG001
        if window.admits(requests, per, now):
            return None
        message = "API Rate Limit Exceeded"
        return Refusal(429, message, ResponseFlag.RLT, "api_rate_limited", "RateLimitForAPI", message)

    return check
