"""Failures that the access log calls a success."""

import pytest

from gwdiag.logs.analysis.logged_as_success import LOGGED_AS_SUCCESS
from gwdiag.model.definition import GatewaySettings
from gwdiag.model.finding import Finding, Severity
from tests.logs.from_lines import view_of
from tests.tyk_log import access, proxy_error


def cut(second: float, error: str = "unexpected EOF") -> str:
    return proxy_error(second, error).replace("http: proxy error: ", "http: proxy error during body copy: ")


def told(*lines: str, write_timeout: float | None = None) -> list[Finding]:
    settings = {}
    if write_timeout:
        settings["gw-1"] = GatewaySettings(path="tyk.conf", limits=(), write_timeout_s=write_timeout)
    return list(LOGGED_AS_SUCCESS.answer(view_of({"gw-1": lines}, settings=settings)))


@pytest.mark.parametrize(("count", "severity"), [(4, Severity.WARNING), (5, Severity.ERROR)])
def test_cut_answers(count, severity):
    [found] = told(*[line for second in range(count) for line in (cut(second), access(second))])

    assert (found.id, found.severity, found.evidence[0].value) == ("cut_answers", severity, count)
    assert found.evidence[0].source.line == 1


def test_a_cut_answer_without_an_access_line_is_one_too():
    [found] = told(cut(0))

    assert found.summary.startswith("1 answer to Orders broke off after the client had its status: ")


@pytest.mark.parametrize(
    ("latency", "write_timeout", "late"),
    [(119_999, None, 0), (120_000, None, 1), (99_999, 100, 0), (100_000, 100, 1), (130_000, 300, 0)],
)
def test_what_takes_longer_than_the_write_timeout(latency, write_timeout, late):
    found = told(access(200), access(200, latency=latency), write_timeout=write_timeout)

    assert [one.id for one in found] == ["write_timeout_cut"] * late


def test_the_write_timeout_is_tyk_s_and_cuts_nothing_of_other_gateways():
    line = '10.0.0.9 - - [20/Nov/2026:08:00:00 +0000] "GET /a/1 HTTP/1.1" 200 9 "-" "-" "10.0.0.1:80" "200" 150.0 150.0'

    assert told(line) == []


def test_the_slowest_request_is_the_evidence():
    [found] = told(access(500, latency=130_000), access(500, latency=150_000), access(500, latency=140_000))

    assert (found.evidence[0].source.line, found.evidence[0].value, found.severity) == (2, "150", Severity.WARNING)


def test_a_failure_that_took_long_was_not_logged_as_a_success():
    assert told(access(500, status=504, flag="URT", latency=150_000)) == []
