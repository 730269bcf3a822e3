"""What linkerd-proxy's messages mean, as text and as JSON: its words, and what its spans name.

Source: linkerd2-proxy (errors of linkerd-app-core, -stack, -http-stream-timeouts, -server-policy; its ServerRescue says
what the client gets); rustls and hyper for the words of theirs.
"""

import re

from gwdiag.error_classes import claim
from gwdiag.logs.formats._access import host_of, path_of
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.pattern import pattern

TROUBLES = (
    (pattern(r"(?:in|entering) fail-?fast|service unavailable", re.I), "no_healthy_upstream"),
    (pattern(r"(?:breaker|circuit) (?:closed|tripped)"), "circuit_open"),
    (pattern(r"request timeout: |response stream timeout|idle timeout: "), "enforced_timeout"),
    (
        pattern(r"response (?:header )?timeout|waiting for response headers|operation timed out"),
        "upstream_response_timeout",
    ),
    (pattern(r"connect.{0,80}(?:timed out|os error 110)"), "upstream_dial_timeout"),
    (pattern(r"lookups?: .*no records? found"), "dns_not_found"),
    (pattern(r"lookups?: .*(?:timed out|timeout)"), "dns_timeout"),
    (pattern(r"record lookups"), "dns_failure"),
    (pattern(r"certificate.{0,40}(?:[Ee]xpired|NotValidYet)"), "tls_cert_expired"),
    (pattern(r"UnknownIssuer|BadSignature|CaUsedAsEndEntity"), "tls_unknown_authority"),
    (pattern(r"NotValidForName"), "tls_hostname_mismatch"),
    (pattern(r"received fatal alert|invalid peer certificate|peer is incompatible"), "tls_handshake"),
    (pattern(r"closed before message completed|end of file before message|channel closed"), "upstream_closed"),
    (pattern(r"cancelled before completion|operation was canceled"), "client_canceled"),
    (pattern(r"error=.*\bno route\b"), "gateway_route_not_found"),
    (pattern(r"unauthorized |(?:Request|Connection) denied|mutually authenticated|required id "), "auth_failed"),
    (pattern(r"connections are not allowed on this IP"), "auth_failed"),
    (pattern(r"invalid (?:client|server) policy|gateway (?:loop|domain)|configured to fail with"), "config_error"),
    (pattern(r"(?:TLS|protocol|SNI) detection timed out|read timed out after"), "bad_client_request"),
)
"""The proxy's own words, the first that fits. What is not here is said as everybody says it."""

MARKS = (
    (pattern(r"release \S+ \(\w+\) by "), Mark.START),
    (pattern(r"received SIG\w+, starting shutdown|Received shutdown"), Mark.SHUTDOWN),
    (pattern(r".*entering failfast", re.I), Mark.HOST_DOWN),
    (pattern(r".*exited failfast|Service has recovered", re.I), Mark.HOST_UP),
    (pattern(r".*breaker (?:closed|tripped)"), Mark.BREAKER),
)

LEVELS = {"TRCE": "trace", "DBUG": "debug", "ERR!": "error", "WARN": "warning"}
QUIET = frozenset(("trace", "debug", "info"))
FAILS = pattern(r"\berror=|denied|entering failfast|breaker (?:closed|tripped)", re.I)
"""What tells a failure below the level of a warning."""

SOURCES = " error.sources="
"""Behind it the same error is told once more for each layer."""

LONGEST = 4096
"""Characters of a message that are looked at."""

REQUEST = pattern(r"(?:HTTP/[\d.]+|gRPC) request failed|Failed to proxy request|service error: ")
PATH = pattern(r' path="?([^"\s]+)')
CLIENT = pattern(r"(?:client|peer)\.addr=([^\s}]+)")
ENDPOINT, PROXY = pattern(r"endpoint\{addr=([^\s}]+)"), pattern(r"proxy\{addr=([^\s}]+)")
SERVICE = pattern(r"service\{ns=(?P<ns>\S+) name=(?P<name>\S+)")
NAMED = pattern(r"\bService\.(?P<ns>[\w-]+)\.(?P<name>[\w-]+):\d+")
"""A service in the words of an error: `Service.shop.orders:8080`."""

ANSWERS = {
    "gateway_route_not_found": "4xx",
    "auth_failed": "4xx",
    "rate_limited": "4xx",
    "upstream_response_timeout": "504",
    "enforced_timeout": "504",
}


def event(at: float | None, level: str, spans: str, text: str) -> Event:
    """The event of a message with its spans, `outbound:proxy{addr=...}:service{ns=... name=...}`."""
    level = LEVELS.get(level, level.lower())
    message = text[:LONGEST].partition(SOURCES)[0].strip()
    id_ = NONE if level in QUIET and not FAILS.search(message) else _class_of(message)
    is_request = id_ != NONE and REQUEST.match(message) is not None
    upstream, client = ENDPOINT.search(spans) or PROXY.search(spans), CLIENT.search(spans)
    service = SERVICE.search(spans) or NAMED.search(message)
    path = PATH.search(text)
    return Event(
        at=at,
        kind=Kind.REQUEST if is_request else Kind.NOTICE,
        level=level,
        message=message,
        claim=None if id_ == NONE and level not in QUIET else id_,
        answers=_answer(id_, message) if is_request else None,
        api=f"{service['ns']}/{service['name']}" if service else None,
        upstream=upstream[1] if upstream else None,
        client=host_of(client[1]) if client else None,
        path=path_of(path[1]) if path else None,
        mark=next((mark for words, mark in MARKS if words.match(message)), None),
    )


def _class_of(message: str) -> str:
    own = next((id_ for words, id_ in TROUBLES if words.search(message)), None)
    return own or claim(message).id


def _answer(id_: str, message: str) -> str:
    """The kind of status that the client gets: 504 also where the service is in fail-fast."""
    return "504" if "fail-fast" in message else ANSWERS.get(id_, "5xx")
