"""Envoy's own messages, in its layout and in Istio's."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.envoy_log import ENVOY_LOG
from gwdiag.model.event import Event, Kind, Mark


def read(line: str) -> Event | None:
    return ENVOY_LOG.read(line, Clock())


OWN = "[2026-11-20 08:37:48.118][12][{level}][{scope}] [source/common/x.cc:123] {text}"
NOT_REACHED = (
    "gRPC config stream closed: 14, upstream connect error or disconnect/reset before headers. "
    "reset reason: connection failure"
)
ISTIO = "2026-11-20T08:37:48.118234Z\t{level}\tenvoy {scope} external/envoy/source/common/x.cc:123\t{text}\tthread=21"


def test_a_failed_request_at_level_debug():
    text = (
        '[Tags: "ConnectionId":"3","StreamId":"119"] upstream reset: reset reason: remote connection failure, '
        "transport failure reason: delayed connect error: Connection refused"
    )

    assert read(OWN.format(level="debug", scope="router", text=text)) == Event(
        at=1795163868.118,
        kind=Kind.NOTICE,
        level="debug",
        message="upstream reset: reset reason: remote connection failure, "
        "transport failure reason: delayed connect error: Connection refused",
        claim="upstream_dial_refused",
        detail="router",
        request_id="C3 S119",
    )


@pytest.mark.parametrize(
    ("level", "scope", "text", "class_", "mark"),
    [
        ("info", "main", "starting main dispatch loop", "none", Mark.START),
        ("warning", "main", "caught ENVOY_SIGTERM", "none", Mark.SHUTDOWN),
        ("info", "upstream", "cds: added/updated 2 cluster(s) (skipped 5 unmodified cluster(s))", "none", Mark.RELOAD),
        ("info", "upstream", "cds: added/updated 0 cluster(s) (skipped 7 unmodified cluster(s))", "none", None),
        ("info", "upstream", "lds: add/update listener 'http'", "none", Mark.RELOAD),
        (
            "warning",
            "upstream",
            "lds: listener 'x' config rejected: route: unknown cluster 'y'",
            "config_error",
            Mark.CONFIGURATION,
        ),
        ("warning", "config", "gRPC config for type.googleapis.com/x rejected: y", "config_error", Mark.CONFIGURATION),
        ("critical", "main", "error initializing configuration '/etc/envoy.yaml': x", "config_error", None),
        (
            "critical",
            "main",
            "error `cannot bind '0.0.0.0:80': Address already in use` initializing config 'x'",
            "config_error",
            None,
        ),
        ("critical", "backtrace", "Caught Segmentation fault, suspect faulting address 0x0", "gateway_internal", None),
        ("critical", "backtrace", "#0: [0x7f61d2eb3520]", "none", None),
        (
            "critical",
            "assert",
            "assert failure: x. Details: socket(2) failed, got error: Too many open files",
            "gateway_fd_exhausted",
            None,
        ),
        (
            "error",
            "lua",
            "script log: [string \"x\"]:1: attempt to call method 'y' (a nil value)",
            "gateway_internal",
            None,
        ),
        (
            "warning",
            "config",
            "gRPC config: initial fetch timed out for type.googleapis.com/x",
            "upstream_response_timeout",
            None,
        ),
        ("warning", "config", "StreamAggregatedResources gRPC config stream closed: 13, ", "none", None),
        (
            "warning",
            "config",
            "gRPC config stream to xds-grpc closed since 9s ago: 14, no healthy upstream",
            "no_healthy_upstream",
            None,
        ),
        ("warning", "config", NOT_REACHED, "upstream_connect_failed", None),
        ("warning", "config", "gRPC config stream closed: 7, the API is disabled", "auth_failed", None),
        (
            "warning",
            "config",
            "Unable to establish new stream to configuration server xds",
            "upstream_connect_failed",
            None,
        ),
        ("warning", "misc", "Deprecated field: Using deprecated option 'x.timeout' from file y.proto", "none", None),
        ("warning", "main", "there is no configured limit to the number of allowed active connections", "none", None),
        (
            "info",
            "main",
            "  envoy.filters.network: envoy.filters.network.redis_proxy, envoy.ratelimit, failed",
            "none",
            None,
        ),
        ("debug", "upstream", "adding TLS cluster no-such-host-nxdomain", "none", None),
        ("debug", "router", "[C5][S6] upstream timeout", "upstream_response_timeout", None),
        ("debug", "router", "[C5][S6] no route match for URL '/x'", "gateway_route_not_found", None),
        ("debug", "upstream", "no healthy host for HTTP connection pool", "no_healthy_upstream", None),
        (
            "debug",
            "http",
            "[C5][S6] Sending local reply with details rbac_access_denied_matched_policy[none]",
            "auth_failed",
            None,
        ),
        ("debug", "pool", "[C5] client disconnected, failure reason: ", "none", None),
        (
            "debug",
            "pool",
            "[C5] client disconnected, failure reason: delayed connect error: 111",
            "upstream_dial_refused",
            None,
        ),
        (
            "debug",
            "http",
            "[C5][S6] stream reset: reset reason: connection termination, response details: -",
            "client_canceled",
            None,
        ),
        ("debug", "pool", "max pending streams overflow", "gateway_overload", None),
        ("debug", "dns", "dns resolution for googleapis.com completed with status 0", "none", None),
        (
            "debug",
            "dns",
            'dns resolution without records for x c-ares status 4: "Domain name not found"',
            "dns_not_found",
            None,
        ),
        ("debug", "jwt", "origins-0: JWT token verification completed with: Jwt is missing", "auth_failed", None),
        ("debug", "rbac", "enforced denied, matched policy none", "auth_failed", None),
    ],
)
def test_messages(level, scope, text, class_, mark):
    for layout in (OWN, ISTIO):
        event = read(layout.format(level=level, scope=scope, text=text))

        assert event is not None
        assert (class_of(event).id, event.mark) == (class_, mark)


@pytest.mark.parametrize(
    ("line", "class_", "message"),
    [
        ("2026-11-20T08:37:48.118234Z\tinfo\tEnvoy proxy is ready", "none", "Envoy proxy is ready"),
        ("2026-11-20T08:37:48.118234Z\tinfo\txdsproxy\tconnected to upstream", "none", "connected to upstream"),
        ("2026-11-20T08:37:48.118234Z     debug   envoy jwt       extract x", "none", "extract x"),
        ("2026-11-20T08:37:48.118234Z debug envoy pool  [C398] creating stream", "none", "creating stream"),
        (
            "2026-11-20T08:37:48.118234Z\twarn\tsds\tfailed: code = Unauthenticated desc = x",
            "auth_failed",
            "failed: code = Unauthenticated desc = x",
        ),
        (
            "2026-11-20T08:37:48.118234Z\tinfo\tca\terror: lookup istiod: i/o timeout",
            "dns_timeout",
            "error: lookup istiod: i/o timeout",
        ),
        ('2026-11-20T08:37:48.118234Z\tinfo\tFLAG: --error="failed"', "none", 'FLAG: --error="failed"'),
        (
            "warning envoy config external/envoy/x.h:190 gRPC config stream closed: 13, ",
            "none",
            "gRPC config stream closed: 13, ",
        ),
        ("[Envoy (Epoch 0)] [2026-11-20 08:37:48.118][3][debug][main] [x/y.cc:5] z", "none", "z"),
        ("[2026-11-20 08:37:48.118][3][warning][main] z", "none", "z"),
        ("':status', '503'", "none", ""),
        ("'authorization', 'Bearer secret'", "none", ""),
    ],
)
def test_other_layouts(line, class_, message):
    event = read(line)

    assert event is not None
    assert (class_of(event).id, event.message) == (class_, message)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[2026-11-20 08:37:48.118][3][loud][main] x",
        "2026-11-20T08:37:48.118Z\tinfo\tlogger\tfile.go:12\tanother program",
        "2026-11-20T08:37:48.118234Z INFO another program",
        "2026-11-20T08:37:48.118234Z info another program",
        "warning: something",
        "Error: envoy",
    ],
)
def test_what_envoy_did_not_say_is_none(line):
    assert read(line) is None
