"""A user's own HAProxy log-format."""

import pytest

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.haproxy import from_format
from gwdiag.logs.formats import formats
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Problem
from tests.conftest import SAMPLES

HTTP = "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
CLF = (
    r"%{+Q}o\ %{-Q}ci\ -\ -\ [%trg]\ %r\ %ST\ %B\ \"\"\ \"\"\ %cp\ %ms\ %ft\ %b\ %s\ %TR\ %Tw\ %Tc\ %Tr\ %Ta\ %tsc"
    r"\ %ac\ %fc\ %bc\ %sc\ %rc\ %sq\ %bq\ %CC\ %CS\ %hrl\ %hsl"
)


def read(text: str, line: str) -> Event | None:
    return from_format(text, "--format").read(line, Clock())


def test_the_manual_s_httplog_reads_as_the_built_in_one_does():
    lines = (SAMPLES / "formats" / "haproxy_http.log").read_text("utf-8").splitlines()
    usual = [line for line in lines if " custom " not in line]

    assert len(usual) > 20
    for line in usual:
        assert read(HTTP, line) == formats()["haproxy_http"].read(line, Clock())


def test_a_format_of_one_s_own():
    text = '"%T %si:%sp %ST %HM %HPO %HV %B %U %ts lb=%H pid=%pid %Ts.%ms %[capture.req.hdr(0)]"'
    line = (
        "20/Nov/2026:08:37:48 +0000 10.0.0.3:8080 504 GET /slow HTTP/1.1 198 75 sH lb=lb01 pid=20851 1795163868.843 x"
    )

    assert read(text, line) == Event(
        at=1795163868.843,
        kind=Kind.ACCESS,
        claim="upstream_response_timeout",
        status=504,
        upstream="10.0.0.3:8080",
        method="GET",
        path="/slow",
        flag="sH",
    )


def test_httplog_clf():
    line = (
        '198.51.100.7 - - [20/Nov/2026:08:37:48 +0000] "GET /a?token=secret HTTP/1.1" 503 217 "" "" 35186 852 "clf" '
        '"orders_be" "o1" 0 0 -1 -1 3 SC-- 1 1 0 0 0 0 0 "" ""'
    )

    assert read(CLF, line) == Event(
        at=1795163868.855,
        kind=Kind.ACCESS,
        claim="upstream_dial_refused",
        status=503,
        duration_ms=3.0,
        upstream="orders_be/o1",
        client="198.51.100.7",
        method="GET",
        path="/a",
        flag="SC--",
    )


@pytest.mark.parametrize(
    ("text", "line", "claim", "client"),
    [
        ("%ci:%cp %ST %ts", "2001:db8::9:43210 503 SC", "upstream_dial_refused", "2001:db8::9"),
        ("%ci %ST", "2001:db8::9 500", "upstream_5xx", "2001:db8::9"),
        ("%[src] %[status] %ts--", "10.0.0.9 502 SH--", "upstream_closed", "10.0.0.9"),
        ("%ci:%cp %b/%s %ST %tsc", "haproxy[7]: 10.0.0.9:1 be/<NOSRV> 503 SC--", "no_healthy_upstream", "10.0.0.9"),
        (r"%{+E}ci\ 100%\ %STx", "10.0.0.9 100% 200x", "none", "10.0.0.9"),
        ("  %ci   %ST", "10.0.0.9 200", "none", "10.0.0.9"),
    ],
)
def test_other_formats(text, line, claim, client):
    event = read(text, line)

    assert event is not None
    assert (event.claim, event.client) == (claim, client)


@pytest.mark.parametrize(("text", "line"), [("%ci %ST", "10.0.0.9 OK"), ("%ST %tsc", "503 wxyz"), (HTTP, "")])
def test_lines_of_another_shape_are_none(text, line):
    assert read(text, line) is None


@pytest.mark.parametrize("text", ["", "%", "%%", "GET /", "%ci %b", "%[src]", "%{+Q}o", "%[", "%{" * 999])
def test_what_tells_no_failure_is_a_problem(text):
    with pytest.raises(Problem, match=r"^--format: it has none of"):
        from_format(text, "--format")


def test_what_is_too_long_is_a_problem():
    with pytest.raises(Problem, match=r"^--format: a log-format of over"):
        from_format("%ST" * 10_000, "--format")


@pytest.mark.parametrize(
    ("state", "said", "expected"),
    [
        ("SC", "SSL handshake failure|error:0A000086:SSL routines::certificate verify failed", "tls_unknown_authority"),
        ("SC", "Connection refused|-", "upstream_dial_refused"),
        ("SC", "-|-", "upstream_dial_refused"),
        ("--", "Success|-", "none"),
    ],
)
def test_what_the_connection_to_the_server_says_tells_more_than_the_state(state, said, expected):
    read = from_format("%ci|%tr|%ST|%ts|%b/%s|%[bc_err_str]|%[ssl_bc_err_str]", "--format").read
    status = 200 if state == "--" else 503

    event = read(f"10.0.0.9|20/Nov/2026:08:37:48.118|{status}|{state}|be/one|{said}", Clock())

    assert class_of(event).id == expected
