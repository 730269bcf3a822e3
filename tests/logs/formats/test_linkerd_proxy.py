"""linkerd-proxy, as text, as JSON, and as older releases wrote."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.linkerd_proxy import LINKERD_PROXY
from gwdiag.model.event import Event, Kind, Mark


def read(line: str) -> Event | None:
    return LINKERD_PROXY.read(line, Clock())


RESPOND = (
    "[  1596.462218s] INFO ThreadId(01) outbound:proxy{{addr=10.43.12.80:8080}}:rescue{{client.addr=10.0.4.17:40212}}: "
    "linkerd_app_core::errors::respond: HTTP/1.1 request failed error={error}"
)
RECONNECT = (
    "[  1619.469625s]  WARN ThreadId(01) outbound:proxy{{addr=10.43.12.80:8080}}:"
    "service{{ns=shop name=stock port=8080}}:endpoint{{addr=10.0.6.31:8080}}: "
    "linkerd_reconnect: Failed to connect error={error}"
)


def test_a_service_without_endpoints():
    error = (
        "logical service 10.43.12.80:8080: Service.shop.stock:8080: service in fail-fast "
        'error.sources=[service in fail-fast] path="/stock?token=secret"'
    )

    assert read(RESPOND.format(error=error)) == Event(
        at=None,
        kind=Kind.REQUEST,
        level="info",
        message="HTTP/1.1 request failed error=logical service 10.43.12.80:8080: Service.shop.stock:8080: "
        "service in fail-fast",
        claim="no_healthy_upstream",
        answers="504",
        api="shop/stock",
        upstream="10.43.12.80:8080",
        client="10.0.4.17",
        path="/stock",
    )


@pytest.mark.parametrize(
    ("error", "class_", "answers"),
    [
        ("service unavailable", "no_healthy_upstream", "5xx"),
        ("timed out waiting for response headers: response header timeout: 1s", "upstream_response_timeout", "504"),
        ("timed out processing response stream: request timeout: 10s", "enforced_timeout", "504"),
        ("HTTP response timeout after 1s", "upstream_response_timeout", "504"),
        ("endpoint 10.0.6.31:8080: connection closed before message completed", "upstream_closed", "5xx"),
        ("connection error: Connection reset by peer (os error 104)", "upstream_reset", "5xx"),
        ("client 10.0.4.17:1: server: 10.0.6.31:8080: no route found for request", "gateway_route_not_found", "4xx"),
        ("unauthorized request on route", "auth_failed", "4xx"),
        ("total rate limit exceeded: 100rps", "rate_limited", "4xx"),
        ("invalid client policy: x", "config_error", "5xx"),
    ],
)
def test_failed_requests(error, class_, answers):
    event = read(RESPOND.format(error=error))

    assert event is not None
    assert (class_of(event).id, event.kind, event.answers) == (class_, Kind.REQUEST, answers)


@pytest.mark.parametrize(
    ("error", "class_"),
    [
        ("connect timed out after 1s", "upstream_dial_timeout"),
        ("endpoint 10.0.6.31:8080: Connection refused (os error 111)", "upstream_dial_refused"),
        ("endpoint 10.0.6.31:8080: No route to host (os error 113)", "upstream_unreachable"),
        ("endpoint 10.0.6.31:8080: invalid peer certificate: certificate expired: x", "tls_cert_expired"),
        ("endpoint 10.0.6.31:8080: invalid peer certificate: UnknownIssuer", "tls_unknown_authority"),
        ("endpoint 10.0.6.31:8080: invalid peer certificate: NotValidForName", "tls_hostname_mismatch"),
        ("received fatal alert: HandshakeFailure", "tls_handshake"),
        ("channel closed", "upstream_closed"),
    ],
)
def test_failed_connections(error, class_):
    event = read(RECONNECT.format(error=error))

    assert event is not None
    assert (class_of(event).id, event.kind, event.upstream, event.api) == (
        class_,
        Kind.NOTICE,
        "10.0.6.31:8080",
        "shop/stock",
    )


QUEUE = "linkerd_proxy_balance_queue::worker"
BREAKER = "linkerd_app_outbound::http::breaker"


@pytest.mark.parametrize(
    ("rest", "class_", "mark"),
    [
        ("linkerd2_proxy: release 2.290.0 (0c5d1e2) by linkerd on 2026-03-02T10:11:12Z", "none", Mark.START),
        ("linkerd_proxy::signal: received SIGTERM, starting shutdown", "none", Mark.SHUTDOWN),
        (
            f"{QUEUE}: Unavailable; entering failfast timeout=3.0",
            "no_healthy_upstream",
            Mark.HOST_DOWN,
        ),
        (f"{QUEUE}: Available; exited failfast", "none", Mark.HOST_UP),
        (
            f"{BREAKER}: Consecutive failure-accrual breaker closed",
            "circuit_open",
            Mark.BREAKER,
        ),
        (f"{BREAKER}: Consecutive failure-accrual breaker reopened", "none", None),
        ("linkerd_app_inbound::policy::http: Request denied server.group= server.kind=server", "auth_failed", None),
        ("linkerd_app_core::serve: Connection closed error=connect timed out after 1s", "upstream_dial_timeout", None),
        ("linkerd_pool_p2c: Adding endpoint addr=10.0.6.31:8080", "none", None),
    ],
)
def test_other_messages(rest, class_, mark):
    event = read(f"[     9.802011s]  INFO ThreadId(01) outbound:proxy{{addr=10.43.12.80:8080}}: {rest}")

    assert event is not None
    assert (class_of(event).id, event.mark) == (class_, mark)


DATED = "2026-11-20T08:37:48Z\t[ 94126.531s] DEBUG ThreadId(03) outbound: linkerd_app_core::serve: Connection closed"
WITHOUT_SECONDS = (
    "WARN ThreadId(01) inbound:accept{peer.addr=10.0.4.19:1}: "
    "linkerd_app_core::errors: Failed to proxy request: HTTP Logical service in fail-fast"
)
OLD = (
    "ERR! proxy={server=out remote=10.0.4.20:1} "
    "linkerd2_proxy::proxy::http::router service error: operation timed out after 10s"
)
JSON = (
    '{"timestamp":"2026-11-20T08:37:48.5Z","level":"WARN","fields":{"message":"Failed to connect",'
    '"error":"connect timed out after 1s"},"target":"linkerd_reconnect"}'
)
JSON_WITH_SECONDS = (
    '{"timestamp":"[ 1.2s]","level":"INFO","fields":{"message":"x"},"target":"linkerd2_proxy","spans":[1,{"name":"a"}]}'
)


@pytest.mark.parametrize(
    ("line", "at", "class_"),
    [
        (DATED, 1795163868.0, "none"),
        (WITHOUT_SECONDS, None, "no_healthy_upstream"),
        (OLD, None, "upstream_response_timeout"),
        (JSON, 1795163868.5, "upstream_dial_timeout"),
        (JSON_WITH_SECONDS, None, "none"),
    ],
)
def test_other_layouts(line, at, class_):
    event = read(line)

    assert event is not None
    assert (event.at, class_of(event).id) == (at, class_)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[     0.001s]  INFO ThreadId(01) another_program: started",
        "INFO linkerd2_proxy",
        '{"level":"WARN","target":"linkerd_reconnect"}',
        '{"level":"WARN","target":"linkerd_reconnect","fields":' + "[" * 100_000,
    ],
)
def test_what_linkerd_did_not_say_is_none(line):
    assert read(line) is None
