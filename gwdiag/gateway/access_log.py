"""The line of the access log that each exchange ends with, and what is counted of it. Source: Tyk 5.14."""

from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from gwdiag.gateway.failures import Flags, classified
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.log import Form
from gwdiag.gateway.request import Request
from gwdiag.gateway.ways import said_of
from gwdiag.model.tyk_flags import ResponseFlag, class_of_flag

if TYPE_CHECKING:
    from gwdiag.gateway.apis import Api
    from gwdiag.gateway.exchange import Exchange
    from gwdiag.gateway.gateway import Gateway


FIELDS = (
    "api_key", "client_ip", "host", "latency_gateway", "latency_total", "method", "original_path", "path", "protocol",
    "remote_addr", "status", "upstream_addr", "upstream_latency", "user_agent",
)  # fmt: skip
"""Of every line, besides those of its API, and in this order in it."""


class AccessLog:
    """Of one gateway. With `strict_logging` the lines say what really happened where Tyk's do not."""

    def __init__(self, gateway: "Gateway", *, strict_logging: bool) -> None:
        self._gateway, self._log, self._metrics = gateway, gateway.log, gateway.metrics
        self._strict_logging = strict_logging

    def ended(self, exchange: "Exchange", *, is_error: bool, fault: Fault | None) -> None:
        """`is_error`: the answer is the gateway's own. `fault`: what went wrong, if something did."""
        log, definition, status = self._log, exchange.api.definition, exchange.status
        seconds = exchange.now - exchange.began
        total, upstream = int(seconds * 1000), 0 if is_error else int((exchange.headed - exchange.sent) * 1000)
        self._metrics.ended(definition.api_id, status, seconds)
        flags = exchange.flags
        if flags is not None and (name := class_of_flags(flags, status)):
            self._metrics.classes[name] += 1
        if not log.writes_access or (is_error and definition.do_not_track and not self._strict_logging):
            return
        if fault is not None and self._strict_logging:
            flags = _truth(exchange, flags or {}, fault)
        request, connection, encoded = exchange.request, exchange.connection, log.encoded
        gateway, noted, aim = self._gateway, request.noted, exchange.aim
        if aim is None:
            logged = tuple(map(encoded, said_of(exchange.way, exchange.url)))
        elif aim.logged is None:
            logged = aim.logged = tuple(map(encoded, said_of(exchange.way, aim.url)))
        else:
            logged = aim.logged
        method, original_path, path, protocol, upstream_addr = logged
        values = (
            log.now(),
            gateway.logged_nobody if request.session is None else encoded(gateway.keys.shown(request.key)),
            encoded(gateway.real_ip(request, connection.ip)) if request.fields.names_peer else connection.logged_ip,
            encoded(noted.get(b"host", b"")),
            total - upstream,
            total,
            method,
            original_path,
            path,
            protocol,
            connection.logged_remote,
            status,
            upstream_addr,
            upstream,
            encoded(noted.get(b"user-agent", b"")),
        )
        if flags is None and not is_error:
            log.access(exchange.api.usual_form or self._usual_form(exchange.api), values)
            return
        fields = dict(flags or {})
        if not is_error:
            fields["type"] = "request"
        forms, names = exchange.api.forms, tuple(fields)
        form = forms.get(names)
        if form is None:
            form = forms[names] = log.form((*FIELDS, *names), exchange.api.logged)
        log.access(form, (*values, *map(log.encode, fields.values())))

    def _usual_form(self, api: "Api") -> Form:
        """That of requests that went well, or as well as Tyk's log tells."""
        api.usual_form = self._log.form(FIELDS, {**api.logged, "type": "request"})
        return api.usual_form


def class_of_flags(flags: Flags, status: int) -> str:
    """The error class of an access line; empty where there is none."""
    if "response_flag" not in flags:
        return ""
    return class_of_flag(str(flags["response_flag"]), str(flags.get("response_code_details", "")), status) or ""


def _truth(exchange: "Exchange", flags: Flags, fault: Fault) -> Flags:
    """With --strict-logging: an answer that was cut says why, and no time-out is claimed where there was none."""
    if "response_flag" not in flags:
        where = exchange.url.host + exchange.url.path
        return {**flags, **classified(exchange.url, fault.flag.value, fault.details), "error_target": where}
    if fault.is_misjudged:
        return {**flags, "response_flag": ResponseFlag.UPE.value, "response_code_details": "upstream_error"}
    return flags


def real_ip(request: Request, peer: str, depth: int) -> str:
    """Whose request it is, by what proxies in front say of it. `depth`: which of them counts, from the last."""
    real = request.noted.get(b"x-real-ip")
    if real and (found := _address(real)):
        return found
    forwarded = request.noted.get(b"x-forwarded-for")
    if forwarded:
        every = forwarded.split(b",")
        if depth < 0 or depth > len(every):
            return ""
        if found := _address(every[len(every) - depth if depth else 0]):
            return found
    return peer


@lru_cache(1024)
def _address(text: bytes) -> str:
    try:
        return str(ip_address(text.strip().decode("ascii")))
    except ValueError:
        return ""
