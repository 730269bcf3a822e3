"""From a request to its answer: what came of it, and what came in its place."""

import re

from gwdiag.model.finding import CommandSource, Evidence, Remedy, Severity
from gwdiag.model.words import counted, duration, number
from gwdiag.probe.exchange import Cut, Exchange
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.redirects import STATUSES, canonical
from gwdiag.probe.second_looks import SecondLooks
from gwdiag.probe.stream import first_words, protocol
from gwdiag.probe.target import Target, without_secrets

ABOUT_HTTPS = re.compile(
    rb"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS|plain HTTP to an SSL|requires? (?:TLS|HTTPS|SSL)"
    rb"|use (?:the )?(?:HTTPS|SSL)|(?:HTTPS|SSL) (?:is )?required|speaking plain HTTP",
    re.IGNORECASE,
)
"""What nginx, Go, Apache and others answer to plain HTTP on a port that wants TLS."""

STATUS_LINE = re.compile(rb"HTTP/1\.[01] \d{3}(?: |$)")


def fault_of(exchange: Exchange, target: Target, address: str, looks: SecondLooks) -> Fault:
    """Why the exchange is no answer. A status of 500 and more is one too."""
    class_, words, log = _cause(exchange, target, looks)
    source = CommandSource(command=f"curl -sv -o /dev/null {target.text}")
    first = Evidence(statement=_progress(exchange, target, address), source=source)
    return Fault(
        class_=class_,
        words=words,
        log=log,
        evidence=(first, *_more_evidence(looks)),
        is_telling=exchange.cut is not Cut.SILENT or looks.is_path_too_narrow,
    )


def _cause(exchange: Exchange, target: Target, looks: SecondLooks) -> tuple[str, str, str]:
    """The class, the words, and the log line."""
    peer = target.peer
    if exchange.cut is None:
        status = f"{exchange.status} {exchange.reason}".strip()
        return "upstream_5xx", f"{peer} answers with the status {status}: a fault of the upstream's own", status
    spoken = protocol(exchange.head)
    if not target.has_tls and ((looks.tls and looks.tls.works) or spoken == "TLS"):
        words = f"{peer} speaks TLS, and the target says http: it should be https://"
        return "upstream_protocol", words, _malformed(exchange)
    if exchange.cut is Cut.NOT_HTTP:
        words = f"{peer} speaks no HTTP: its first words are {first_words(exchange.head)}"
        words += f"; that is another protocol, {spoken}" if spoken else ""
        return "upstream_protocol", words, _malformed(exchange)
    if exchange.cut is Cut.MALFORMED:
        part = "the body" if exchange.status else "the head"
        words = f"{peer} answers no valid HTTP: {part} is malformed ({exchange.error})"
        return "upstream_protocol", words, _malformed(exchange)
    if looks.is_path_too_narrow and exchange.cut is Cut.SILENT:
        words = (
            f"the answer of {peer} only comes with small segments (MSS {looks.small_mss}): large packets vanish on the "
            "way, and no ICMP says so (an MTU or PMTU black hole)"
        )
        return "upstream_response_timeout", words, "net/http: timeout awaiting response headers"
    where = _where(exchange)
    if exchange.cut is Cut.SILENT:
        words = f"{peer} {where} and then keeps silent for {duration(_waited(exchange))}"
        end = "context deadline exceeded" if exchange.status else "net/http: timeout awaiting response headers"
        return "upstream_response_timeout", words, end
    if looks.unasked == "closed" and not exchange.received:
        return "upstream_closed", f"{peer} accepts the connection and closes it at once, before any request", "EOF"
    if exchange.cut is Cut.CLOSED:
        return "upstream_closed", f"{peer} {where} and then closes the connection", _unexpected(exchange)
    reset = "resets the connection (RST)"
    if looks.unasked == "reset" and not exchange.received:
        return "upstream_reset", f"{peer} accepts the connection and {reset} at once", _reset(peer)
    return "upstream_reset", f"{peer} {where} and then {reset}", _reset(peer)


def _where(exchange: Exchange) -> str:
    """How far it got."""
    if exchange.status is None:
        if exchange.received:
            return f"takes the request, sends {counted(exchange.received, 'byte')} of the answer's head"
        return "takes the request, sends no byte of an answer"
    came = number(exchange.body_bytes)
    announced = f" of {number(exchange.announced)}" if exchange.announced is not None else ""
    return f"answers {exchange.status}, sends {came}{announced} bytes of the body"


def _waited(exchange: Exchange) -> float:
    return exchange.duration_s - (exchange.first_byte_s or 0.0 if exchange.status else 0.0)


def _unexpected(exchange: Exchange) -> str:
    return "unexpected EOF" if exchange.received else "EOF"


def _reset(peer: str) -> str:
    return f"read tcp {peer}: read: connection reset by peer"


def _malformed(exchange: Exchange) -> str:
    """What Go's client says of an answer that it cannot read; a server of TLS sends it an alert."""
    first = (exchange.head or b"\x15\x03\x01").split(b"\n")[0].rstrip()
    if exchange.status is not None:
        return "malformed chunked encoding"
    if STATUS_LINE.match(first):
        return "net/http: HTTP/1.x transport connection broken: malformed MIME header line"
    shown = first[:40].decode("latin-1").encode("unicode_escape").decode()
    return f'net/http: HTTP/1.x transport connection broken: malformed HTTP response "{shown}"'


def _progress(exchange: Exchange, target: Target, address: str) -> str:
    text = f"GET {target.text} at {address}: "
    text += f"status {exchange.status}, " if exchange.status else ""
    text += f"{exchange.cut.value} after " if exchange.cut else "complete after "
    return f"{text}{duration(exchange.duration_s)}, {number(exchange.received)} bytes received"


def _more_evidence(looks: SecondLooks) -> list[Evidence]:
    found = []
    if looks.tls and looks.tls.works:
        found.append(Evidence(statement=f"A TLS handshake on the same port works ({looks.tls.version})"))
    if looks.unasked in ("closed", "reset"):
        found.append(Evidence(statement=f"A connection on which nothing is sent is {looks.unasked} as well"))
    if looks.is_path_too_narrow and looks.small:
        text = f"With segments of at most {looks.small_mss} bytes it takes {duration(looks.small.duration_s)}"
        found.append(Evidence(statement=text, value=looks.small.duration_s * 1000, unit="ms"))
    return found


def remarks_of(exchange: Exchange, target: Target, circle: str | None, clock_ahead_s: float | None) -> list[Remark]:
    """What is the matter with an answer that came."""
    remarks = []
    if circle:
        place = without_secrets(circle)
        words = f"{target.text} answers {exchange.status} with a redirect that leads back to itself ({place})"
        remarks.append(_remark("redirect_loop", Severity.WARNING, "A redirect to itself", words, target))
    elif exchange.status in STATUSES and _leads_to_https(exchange, target):
        words = f"{target.text} answers {exchange.status} with a redirect to https"
        remarks.append(_remark("redirect_to_https", Severity.INFO, "A redirect to https", words, target))
    if not target.has_tls and exchange.status in (400, 426, 403, 497) and ABOUT_HTTPS.search(exchange.body):
        words = f"{target.text} answers {exchange.status}, and says that this port wants HTTPS: the target should be https://"
        remarks.append(_remark("plain_http_to_https", Severity.WARNING, "Plain HTTP to an HTTPS port", words, target))
    if exchange.closes:
        words = f"{target.peer} closes each connection after one answer: every request pays for a new one"
        remarks.append(_remark("connection_close", Severity.INFO, "Connections are not kept", words, target))
    if "date" not in exchange.headers:
        words = f"{target.peer} sends no Date"
        remarks.append(_remark("no_date", Severity.INFO, "No Date in the answer", words, target))
    elif clock_ahead_s is not None and abs(clock_ahead_s) > 60:
        side = "ahead of" if clock_ahead_s > 0 else "behind"
        words = f"the clock of {target.peer} is {duration(abs(clock_ahead_s))} {side} this node's"
        remarks.append(_remark("clocks_differ", Severity.INFO, "The clocks differ", words, target))
    return remarks


def _leads_to_https(exchange: Exchange, target: Target) -> bool:
    return not target.has_tls and canonical(exchange.headers.get("location", "")).startswith("https://")


def _remark(id_: str, severity: Severity, title: str, words: str, target: Target) -> Remark:
    source = CommandSource(command=f"curl -sv -o /dev/null {target.text}")
    return Remark(
        id=id_,
        severity=severity,
        title=title,
        words=words,
        evidence=(Evidence(statement=words, source=source),),
        remedies=() if severity is Severity.INFO else (Remedy(text="Look at the answer", command=source.command),),
        runbook=None if severity is Severity.INFO else "resets-and-closed-connections",
    )
