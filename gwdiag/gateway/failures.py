"""What the log and the client are told of an exchange that failed, in Tyk's words.

Each function gives what the access line says besides what all lines say. Source: Tyk 5.14.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from gwdiag.gateway import own_answers
from gwdiag.gateway.answer_head import AnswerHead
from gwdiag.gateway.answers import Answer, from_upstream
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.guards import Refusal
from gwdiag.gateway.urls import Url

if TYPE_CHECKING:
    from gwdiag.gateway.exchange import Exchange

Flags = dict[str, object]

ALL_DOWN = b"all hosts are down\n"
ALL_DOWN_HEADERS = (
    (b"Content-Type", b"text/plain; charset=utf-8"),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Content-Length", b"%d" % len(ALL_DOWN)),
)


def classified(url: Url, flag: str, details: str, *, target: str = "", **more: str) -> Flags:
    """A failure of the gateway's own with an upstream; `target` where it is not that of the URL."""
    where = target or url.host + url.path
    target_of = {"error_target": where} if where else {}
    return {
        "error_source": "ReverseProxy", "response_code_details": details, "response_flag": flag, **target_of, **more
    }  # fmt: skip


def upstream_5xx(exchange: "Exchange") -> Flags:
    """The upstream itself answered so."""
    return {
        "error_source": "Upstream",
        "error_target": exchange.url.host,
        "response_code_details": "upstream_response_5xx",
        "response_flag": "URS",
        "upstream_status": exchange.status,
    }


def refused(exchange: "Exchange", refusal: Refusal) -> Flags:
    """A guard said no."""
    gateway, origin = exchange.gateway, exchange.gateway.real_ip(exchange.request, exchange.connection.ip)
    if refusal.logged:
        gateway.log.message(
            "info",
            refusal.logged,
            **exchange.api.log_fields,
            mw=refusal.source,
            origin=origin,
            path=exchange.way.url.path,
            **{"key": gateway.keys.shown(exchange.key), **refusal.fields},
        )
    return {
        "type": "request",
        "mw": refusal.source,
        "origin": origin,
        "error_source": refusal.source,
        "response_code_details": refusal.details,
        "response_flag": refusal.flag.value,
    }


def faulted(exchange: "Exchange", fault: Fault) -> Flags:
    """No answer came."""
    gateway, request, ip = exchange.gateway, exchange.request, exchange.connection.ip
    forwarded = request.noted.get(b"x-forwarded-for")
    gateway.log.message(
        "error",
        f"http: proxy error: {fault.text}",
        mw="ReverseProxy",
        prefix="proxy",
        server_name=request.host if exchange.api.definition.preserve_host else exchange.url.host,
        type="request",
        user_id=gateway.keys.shown(exchange.key),
        user_ip=ip if forwarded is None else f"{forwarded.decode('latin-1')}, {ip}",
        user_name="",
        **exchange.api.log_fields,
    )
    known = {"tls_cert_expiry": fault.tls_cert_expiry, "tls_cert_subject": fault.tls_cert_subject}
    certificate = {name: value for name, value in known.items() if value}
    return classified(exchange.url, fault.flag.value, fault.details, **certificate)


def tell_cut(exchange: "Exchange", fault: Fault) -> None:
    """The body broke off; Tyk's access line says nothing of it."""
    exchange.gateway.log.message(
        "error",
        f"http: proxy error during body copy: {fault.text}",
        mw="ReverseProxy",
        prefix="proxy",
        type="request",
        **exchange.api.log_fields,
    )
    exchange.gateway.metrics.cut(exchange.api.definition.api_id)


def error_answer(exchange: "Exchange", status: int, message: str) -> Answer:
    gateway, request = exchange.gateway, exchange.request
    data, closes = own_answers.error(
        status,
        message,
        request.noted.get(b"content-type", b""),
        request,
        is_signed=not gateway.settings.hide_generator_header,
        closes=gateway.closes_connections,
    )
    return Answer.whole(data, closes=closes)


def all_down(exchange: "Exchange") -> tuple[Url, Answer, Flags]:
    """Where Tyk turns to when there is no target, a little server of its own; what that answers, and what is told."""
    url = replace(exchange.url, scheme="http", host=exchange.gateway.nowhere)
    closes = exchange.gateway.closes_connections
    head = AnswerHead()
    for name, value in ALL_DOWN_HEADERS:
        head.add(name, value)
    answer = from_upstream(503, head, exchange.request, asked_gzip=False, closes=closes)
    answer.add(ALL_DOWN)
    answer.end([])
    target = exchange.api.definition.target.host
    return url, answer, classified(url, "NHU", "no_healthy_upstreams", target=target)
