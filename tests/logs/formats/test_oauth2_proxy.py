"""oauth2-proxy: requests, log-ins, messages."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.oauth2_proxy import OAUTH2_PROXY
from gwdiag.model.event import Event, Kind

TIME = "[2026/11/20 08:37:48]"


def read(line: str) -> Event | None:
    return OAUTH2_PROXY.read(line, Clock())


def test_a_request():
    line = (
        f'10.0.0.9 - 6b8ad3d1 - bob@example.org {TIME} orders.example.org POST orders:8080 "/orders?key=s3cret" '
        'HTTP/1.1 "curl/8.5 \\"x\\"" 502 2802 3.500'
    )

    assert read(line) == Event(
        at=1795163871.5,
        kind=Kind.ACCESS,
        claim="upstream_5xx",
        status=502,
        duration_ms=3500.0,
        upstream="orders:8080",
        client="10.0.0.9",
        method="POST",
        path="/orders",
        request_id="6b8ad3d1",
    )


@pytest.mark.parametrize(
    ("line", "kind", "client", "class_"),
    [
        (
            f'10.0.0.9:1 ("203.0.113.7") - - {TIME} a GET - "/x" HTTP/1.1 "-" 401 13 0.000',
            Kind.ACCESS,
            "10.0.0.9",
            "auth_failed",
        ),
        (f'10.0.0.9 - r - - {TIME} a GET - "/ping" HTTP/1.1 "-" 200 2 0.000', Kind.ACCESS, "10.0.0.9", "none"),
        (f"10.0.0.9 - r - - {TIME} [AuthFailure] no cookie", Kind.NOTICE, "10.0.0.9", "auth_failed"),
        (f"10.0.0.9 - r - bob {TIME} [AuthSuccess] Authenticated via OAuth2", Kind.NOTICE, "10.0.0.9", "none"),
        (
            f"{TIME} [http.go:166] dial tcp 10.0.0.4:80: connect: connection refused",
            Kind.NOTICE,
            None,
            "upstream_dial_refused",
        ),
        (f'{TIME} [proxy.go:89] mapping path "/" => upstream "http://a/"', Kind.NOTICE, None, "none"),
    ],
)
def test_the_other_lines(line, kind, client, class_):
    event = read(line)

    assert (event.kind, event.client, class_of(event).id) == (kind, client, class_)


@pytest.mark.parametrize(
    "line", ["", TIME, f"{TIME} x", f"10.0.0.9 - r - - {TIME} ", f'a - b - c {TIME} d GET - "/x" HTTP/1.1']
)
def test_what_oauth2_proxy_did_not_write_is_none(line):
    assert read(line) is None
