"""Incidents of nginx, HAProxy, Caddy and Apache whose cause is known because it was injected."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.one_file import Reading
from gwdiag.logs.report import LogsReport
from gwdiag.model.finding import Finding, Severity

CLASS_OF_CASE = {
    "d01": "upstream_response_timeout",
    "d02": "upstream_dial_refused",
    "d03": "upstream_dial_refused",
    "d04": "upstream_response_timeout",
    "d05": "upstream_response_timeout",
    "d06": "upstream_response_timeout",
    "d07": "upstream_dial_refused",
    "d08": "upstream_dial_refused",
    "d09": "client_canceled",
    "d10": "client_canceled",
    "d11": "upstream_5xx",
    "d12": "upstream_dial_refused",
    "d13": "rate_limited",
    "d14": "upstream_protocol",
    "d15": "gateway_fd_exhausted",
    "d16": "upstream_reset",
    "d18": "upstream_dial_timeout",
    "d19": "upstream_dial_refused",  # HAProxy says SC of a failed handshake too
    "d21": "upstream_closed",
    "d22": "client_canceled",
    "d23": "dns_not_found",
    "d24": "tls_cert_expired",
    "d25": "upstream_dial_refused",
    "d26": "upstream_reset",
    "d27": "upstream_dial_refused",
    "d28": "tls_hostname_mismatch",
}
"""The class that most failures of a case are in."""

COUNTED = {
    "d03": ("upstream_dial_refused", "status:503"),
    "d08": ("upstream_dial_refused", "status:502"),
    "d13": ("rate_limited", "status:429"),
    "d28": ("tls_hostname_mismatch", "status:500"),
}
"""Cases where one class alone answers with that status: what clients saw is what the log is found to say."""

NEAR_ENOUGH = timedelta(seconds=10)


@cache
def report_of(folder: Path) -> LogsReport:
    return examine([str(folder)], Reading(), Wanted())


@cache
def label_of(shared: Path, case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / f"lab_other/labels/{case}.json").read_text("utf-8"))
    return found


def failing(report: LogsReport) -> list[Finding]:
    """Error classes that are more than a background, the worst first."""
    classes = {one.class_ for one in report.classes}
    return [one for one in report.findings if one.id in classes and one.severity is not Severity.INFO]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("case", CLASS_OF_CASE)
def test_class_onset_and_place_are_those_of_the_fault(shared, case):
    label = label_of(shared, case)

    found = next(one for one in failing(report_of(shared / "lab_other/cases" / case)) if one.id == CLASS_OF_CASE[case])

    injected = moment(label["onset"])
    last = max(injected, moment(label.get("first_symptom_in_log") or label["onset"]))
    assert found.window.onset is not None
    assert injected - NEAR_ENOUGH <= found.window.onset <= last + NEAR_ENOUGH
    assert sorted(found.scope.nodes) == sorted(label["affected"]["nodes"])
    assert sorted(found.scope.apis) == sorted(label["affected"]["apis"])
    assert set(found.scope.upstreams) <= set(label["affected"]["upstreams"])
    assert found.scope.upstreams


@pytest.mark.parametrize("case", CLASS_OF_CASE)
def test_every_line_has_a_format(shared, case):
    inputs = report_of(shared / "lab_other/cases" / case).inputs

    assert [(one.path, one.unparsed, one.problem) for one in inputs if one.unparsed or one.problem] == []


@pytest.mark.parametrize("case", COUNTED)
def test_what_clients_saw_is_what_is_counted(shared, case):
    name, status = COUNTED[case]
    [seen] = [one for one in report_of(shared / "lab_other/cases" / case).classes if one.class_ == name]

    assert seen.requests == label_of(shared, case)["truth_counts"]["clients_after_onset"][status]


def test_clients_that_gave_up_unseen_show_as_requests_that_became_slower(shared):
    report = report_of(shared / "lab_other/cases/d17")

    assert failing(report) == []
    assert [one.scope.apis for one in report.findings if one.id == "slower"] == [("inventory",)]


def test_health_is_health(shared):
    report = report_of(shared / "lab_other/cases/d20")

    assert (failing(report), report.status) == ([], "ok")
