"""A user's own Envoy format: the string, or the JSON dictionary."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.envoy import from_format
from gwdiag.logs.formats import formats
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Problem
from tests.conftest import SAMPLES

ISTIO = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% '
    '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
    r"%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n"
)


def read(text: str, line: str) -> Event | None:
    return from_format(text, "--format").read(line, Clock())


def test_istio_s_format_reads_as_the_built_in_one_does():
    lines = (SAMPLES / "formats" / "envoy_access.log").read_text("utf-8").splitlines()
    recorded = [line for line in lines if line.startswith("[2026-") and len(line.rpartition('"')[2].split()) == 6]

    assert len(recorded) > 20
    for line in recorded:
        assert read(ISTIO, line) == formats()["envoy_access"].read(line, Clock())


def test_a_format_of_one_s_own():
    text = (
        "%START_TIME(%s.%3f)% %REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH):256% %RESPONSE_CODE% %RESPONSE_FLAGS% "
        '%DURATION%ms 100%% "%REQ(USER-AGENT)%" %UPSTREAM_HOST% %DYNAMIC_METADATA(a:b)%%FILTER_STATE(c)%'
    )

    line = '1795163868.118 GET /a?token=secret 503 UH 12ms 100% "curl/8" 10.0.0.3:80 whatever comes'
    assert read(text, line) == Event(
        at=1795163868.13,
        kind=Kind.ACCESS,
        claim="no_healthy_upstream",
        status=503,
        duration_ms=12.0,
        upstream="10.0.0.3:80",
        method="GET",
        path="/a",
        flag="UH",
    )


@pytest.mark.parametrize(
    ("text", "line", "claim"),
    [
        ("%RESPONSE_CODE% %RESPONSE_FLAGS_LONG%", "200 UpstreamRequestTimeout", "upstream_response_timeout"),
        ("%RESPONSE_CODE_DETAILS%", "route_not_found", "gateway_route_not_found"),
        ("%RESPONSE_CODE% %GRPC_STATUS%", "200 Unavailable", "upstream_5xx"),
        ("%START_TIME(%Q)% %RESPONSE_CODE%", "whenever 504", "upstream_response_timeout"),
        ('{"c":"%RESPONSE_CODE%","f":"%RESPONSE_FLAGS%"}', '{"c":503,"f":"UO","more":[1]}', "gateway_overload"),
        (
            '{"c":"%RESPONSE_CODE%","f":"%RESPONSE_FLAGS%","nested":{"a":"b"}}',
            '{"f":"UO","c":null}',
            "gateway_overload",
        ),
    ],
)
def test_other_formats(text, line, claim):
    event = read(text, line)

    assert event is not None
    assert event.claim == claim


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("%RESPONSE_CODE% %RESPONSE_FLAGS%", "OK -"),
        ("[%START_TIME%] %RESPONSE_CODE%", "[yesterday] 200"),
        ('{"c":"%RESPONSE_CODE%"}', "{"),
        ('{"c":"%RESPONSE_CODE%"}', '{"d":503}'),
        ('{"c":"%RESPONSE_CODE%"}', "503"),
    ],
)
def test_lines_of_another_shape_are_none(text, line):
    assert read(text, line) is None


@pytest.mark.parametrize("text", ["", "%", "%%", "GET /", "%START_TIME% %DURATION%", "{", '{"a":"b"}', "%REQ(" * 999])
def test_what_tells_no_failure_is_a_problem(text):
    with pytest.raises(Problem, match=r"^--format: it has none of"):
        from_format(text, "--format")


def test_what_is_too_long_is_a_problem():
    with pytest.raises(Problem, match=r"^--format: a format of over"):
        from_format("%RESPONSE_CODE%" * 10_000, "--format")
