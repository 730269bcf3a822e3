"""What HAProxy's lines mean, whatever their layout: the fields by the names of its own `log-format` variables.

Source: HAProxy 2.6 and 3.x configuration manual, sections 8.2 (formats), 8.4 (timers), 8.5 (termination states).
"""

from collections.abc import Mapping

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats._access import method_and_path, milliseconds, path_of, status_of, word
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

HEADER = r"(?:haproxy\[\d+\]: ?)?"
"""The program's name as it stands before its text where the syslog daemon put no time in front."""

ACCEPTED = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,3})?"


STATES = {
    "SC": "upstream_dial_refused",
    "sC": "upstream_dial_timeout",
    "sQ": "gateway_overload",
    "cR": "bad_client_request",
    "PC": "gateway_overload",
    "PD": "upstream_protocol",
    "PH": "upstream_protocol",
    "RC": "gateway_port_exhausted",
}
"""Who ended the session first, and what was going on then."""

SIDES = {
    "C": "client_canceled",
    "c": "client_canceled",
    "S": "upstream_closed",
    "s": "upstream_response_timeout",
    "R": "gateway_overload",  # memory, sockets
    "I": "gateway_internal",
    "D": "no_healthy_upstream",  # on-marked-down shutdown-sessions
    "U": NONE,  # a backup server's sessions end because the real one is back
    "K": NONE,  # an administrator ended it
}
"""The same where the second letter changes nothing."""

UNKNOWN = "?"
"""The server of a layout that leaves it out."""

REFUSALS = frozenset((401, 403, 404, 413, 429))
HEADERS_NOT_REWRITTEN = 500
REQUEST_TIMEOUT = 408


def class_of(state: str, status: int | None, *, server: str | None, answered: bool) -> str:
    """The class of a session that ended in this state. `server` None: none was chosen; `answered`: it sent headers."""
    side, phase = state[0], state[:2]
    if side == "-":
        told = status is not None
        return of_status(status, upstream_answered=answered, routed=server is not None).id if told and status else NONE
    if side == "L":  # answered by HAProxy itself because the configuration says so: redirect, return, statistics
        return of_status(status, routed=False).id if status in REFUSALS and status else NONE
    if phase == "SC" and server is None:
        return "no_healthy_upstream"
    if side == "P" and phase not in ("PC", "PD"):
        return _denied(phase, status)
    if side == "c" and status == REQUEST_TIMEOUT:
        return "bad_client_request"
    return STATES.get(phase) or SIDES.get(side, NONE)


def _denied(phase: str, status: int | None) -> str:
    """What HAProxy itself refused: a request by a rule or for its syntax, or (PH) the server's answer."""
    if status is not None and status < 400:
        return NONE
    if phase == "PH":
        kinds = {400: "bad_client_request", HEADERS_NOT_REWRITTEN: "gateway_internal"}
        return kinds.get(status or 0, "upstream_protocol")
    if status is None or phase == "PT":
        return "rate_limited" if status == 429 else "auth_failed"
    if status < 500:
        return of_status(status).id
    return "gateway_internal" if status == HEADERS_NOT_REWRITTEN else "rate_limited"


Values = Mapping[str, str | None]
"""A line's fields by the name of their `log-format` variable, without `%`: `ci`, `tr`, `TR`, `ST`, `tsc`, `r`."""

STARTS = ("tr", "t")
WHOLE_SECONDS = ("trg", "trl", "T", "Tl", "Ts")
"""Starts too, and `ms` has their milliseconds."""
TOTALS = ("Tt", "Ta", "Tu")


def event(values: Values, clock: Clock) -> Event:
    """The event of a session or request with these fields."""
    status, server = status_of(values.get("ST")), server_of(values.get("s"))
    state = word(values.get("tsc")) or values.get("ts") or "--"
    ended, duration = _end(values, clock)
    waited = milliseconds(values.get("Tr"))
    method, path = _asked(values)
    retries = values.get("rc")
    chosen = server if "s" in values else UNKNOWN
    said = "; ".join(text for key in ("bc_err_str", "ssl_bc_err_str") if (text := word(values.get(key))))
    told = claim(f"upstream: {said}").id if said else NONE
    by_state = class_of(state, status, server=chosen, answered=_has_answered(values, status, server))
    return Event(
        at=ended,
        kind=Kind.ACCESS,
        message=said,
        claim=by_state if told == NONE or by_state == NONE else told,
        status=status,
        duration_ms=duration,
        upstream_ms=waited,
        upstream=_upstream(values, server),
        client=client_of(values.get("ci")),
        method=method,
        path=path,
        flag=state,
        detail=f"retries {retries}" if retries and retries != "0" else None,
        request_id=word(values.get("ID")),
    )


def _upstream(values: Values, server: str | None) -> str | None:
    """`backend/server`; the backend alone where it had no server to give; None where none was asked for."""
    backend = word(values.get("b"))
    if server:
        return f"{backend}/{server}" if backend else server
    is_wanting = (word(values.get("tsc")) or values.get("ts") or "-")[0] in "Ss"
    return backend if is_wanting else None


def server_of(name: str | None) -> str | None:
    """The server's name; None where no server was chosen."""
    return None if not name or name == "-" or "<" in name else name


def client_of(address: str | None) -> str | None:
    """The address as other formats write it: HAProxy logs IPv4 clients of an IPv6 socket as `::ffff:10.0.0.9`."""
    address = (address or "").removeprefix("::ffff:")
    return None if address in ("", "-", "unix") else address


def _has_answered(values: Values, status: int | None, server: str | None) -> bool:
    """Whether the status is the server's. `Tr` is -1 before its headers; a layout may leave it out."""
    if server is None and "s" in values:
        return False
    waited = values.get("Tr")
    return status is not None and (waited is None or not waited.startswith("-"))


def _end(values: Values, clock: Clock) -> tuple[float | None, float | None]:
    """When the session ended, and how long it took. `+` (option logasap): it was logged before its end."""
    total = next((text for name in TOTALS if (text := values.get(name))), None)
    taken = milliseconds(total.lstrip("+")) if total else None
    start = next((at for name in STARTS if (at := _read(values.get(name), clock)) is not None), None)
    if start is None:
        start = next((at for name in WHOLE_SECONDS if (at := _read(values.get(name), clock)) is not None), None)
        start = None if start is None else start + (milliseconds(values.get("ms")) or 0.0) / 1000
    end = None if start is None else round(start + (taken or 0.0) / 1000, 6)
    return end, None if total and total.startswith("+") else taken


def _read(text: str | None, clock: Clock) -> float | None:
    return clock.read(text) if text else None


def _asked(values: Values) -> tuple[str | None, str | None]:
    method, path = method_and_path(values.get("r") or "")
    target = next((text for name in ("HPO", "HP", "HU") if (text := word(values.get(name)))), None)
    return word(values.get("HM")) or method, path_of(target) or path
