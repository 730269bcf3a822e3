"""Recorded incidents whose cause is known because it was injected: class, onset, place and counts must be right."""

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.one_file import Reading
from gwdiag.logs.report import ClassEntry, LogsReport
from gwdiag.model.finding import Finding, Severity
from tests.logs.from_lines import YEAR, entry

CASES = [f"d{number:02}" for number in range(1, 36)]

CLASS_OF_FAULT = {
    "all_hosts_down": "no_healthy_upstream",
    "auth_key_invalid": "auth_failed",
    "circuit_breaker_open": "circuit_open",
    "client_abort_random": "client_canceled",
    "client_timeout_fixed": "client_canceled",
    "dns_nxdomain": "dns_not_found",
    "dns_resolver_down": "dns_timeout",
    "dns_servfail": "dns_failure",
    "enforced_timeout_too_low": "enforced_timeout",
    "firewall_drop_all": "upstream_dial_timeout",
    "firewall_drop_one_node": "upstream_dial_timeout",
    "firewall_reject": "upstream_unreachable",
    "gateway_cpu_saturated": "client_canceled",
    "gateway_ephemeral_ports_exhausted": "gateway_port_exhausted",
    "gateway_nofile_exhausted": "gateway_fd_exhausted",
    "no_route": "upstream_unreachable",
    "node_overloaded_only_one": "client_canceled",
    "one_backend_of_many_down": "upstream_dial_refused",
    "plain_http_on_tls_port": "upstream_reset",
    "rate_limit_exceeded": "rate_limited",
    "redis_down": "storage_down",
    "request_too_large": "body_too_large",
    "tls_cert_expired": "tls_cert_expired",
    "tls_client_cert_required": "tls_handshake",
    "tls_hostname_mismatch": "tls_hostname_mismatch",
    "tls_unknown_ca": "tls_unknown_authority",
    "upstream_5xx": "upstream_5xx",
    "upstream_backlog_overflow": "upstream_dial_timeout",
    "upstream_crash_midresponse": "upstream_reset",
    "upstream_down": "upstream_dial_refused",
    "upstream_idle_timeout_race": "upstream_reset",
    "upstream_response_headers_malformed": "upstream_protocol",
    "upstream_slow": "upstream_response_timeout",
    "wrong_port_after_config_change": "upstream_dial_refused",
}
"""The class that most failures of a fault are in. A fault that is not here leaves none above the background."""

WHERE_REQUESTS_FAIL = {"redis_down": "auth_failed"}
"""Where the fault's own class fails no request: the class of the requests that fail for it."""

COUNTED = {
    "d02": [("enforced_timeout", "status:504")],
    "d03": [("upstream_dial_refused", "status:500")],
    "d04": [("upstream_dial_timeout", "status:500"), ("upstream_response_timeout", "status:504")],
    "d05": [("upstream_reset upstream_closed", "status:500")],
    "d06": [("client_canceled", "client_timeout client_abort")],
    "d07": [("upstream_response_timeout", "status:504")],
    "d08": [("tls_cert_expired", "status:500")],
    "d09": [("upstream_5xx", "status:502 status:503")],
    "d10": [("rate_limited", "status:429"), ("auth_failed", "status:401")],
    "d11": [("dns_not_found", "status:500")],
    "d12": [("auth_failed", "status:401"), ("client_canceled", "client_abort")],
    "d13": [("gateway_fd_exhausted dns_not_found", "status:500")],
    "d14": [("upstream_5xx", "status:500"), ("circuit_open", "status:503")],
    "d15": [("upstream_dial_refused", "status:500"), ("no_healthy_upstream", "status:503")],
    "d17": [("dns_timeout", "status:500")],
    "d18": [("dns_failure", "status:500")],
    "d19": [("upstream_dial_timeout", "status:500"), ("upstream_response_timeout", "status:504")],
    "d20": [("upstream_unreachable", "status:500")],
    "d22": [("gateway_port_exhausted", "status:500")],
    "d23": [("upstream_unreachable", "status:500")],
    "d25": [("upstream_dial_refused", "status:500")],
    "d26": [("upstream_reset upstream_closed", "status:500")],
    "d27": [("auth_failed", "status:401 status:403")],
    "d28": [("body_too_large", "status:400")],
    "d29": [("tls_handshake upstream_reset upstream_closed", "status:500")],
    "d30": [("tls_hostname_mismatch", "status:500")],
    "d31": [("tls_unknown_authority", "status:500")],
    "d32": [("upstream_dial_timeout upstream_reset", "status:500"), ("upstream_response_timeout", "status:504")],
    "d33": [("upstream_reset upstream_closed", "closed_mid_body status:500")],
    "d34": [("upstream_protocol", "status:500")],
    "d35": [("upstream_dial_refused", "status:500")],
}
"""Classes whose requests together are exactly those that clients saw end so."""

FAULTY = [case for case in CASES if case != "d12"]

COUNTED_BY_PLACE = [case for case in COUNTED if case not in ("d06", "d10", "d12", "d27")]
"""Of the others what clients saw is known by node and API for the time since the onset alone."""

NEAR_ENOUGH = timedelta(seconds=10)


@cache
def report_of(folder: Path) -> LogsReport:
    return examine([str(folder)], Reading(year=YEAR), Wanted())


@pytest.fixture
def label(case, shared) -> dict[str, Any]:
    return dict(json.loads((shared / "lab/labels" / f"{case}.json").read_text("utf-8")))


@pytest.fixture
def report(case, shared) -> LogsReport:
    return report_of(shared / "lab/cases" / case)


def fault_in(report: LogsReport, label: dict[str, Any]) -> Finding:
    """The finding about the class that the injected fault makes."""
    cause = label["root_cause"]
    id_ = WHERE_REQUESTS_FAIL.get(cause, CLASS_OF_FAULT.get(cause))
    return next(one for one in report.findings if one.id == one.about == id_)


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


@pytest.mark.parametrize("case", ["d12"])
def test_health_is_health(report, label):
    assert label["root_cause"] == "healthy"
    assert (report.status, {one.severity for one in report.findings}) == ("ok", {Severity.INFO})


@pytest.mark.parametrize("case", FAULTY)
def test_a_fault_is_found(report, label):
    above_background = {one.id for one in report.findings if one.severity is not Severity.INFO}

    assert CLASS_OF_FAULT[label["root_cause"]] in above_background
    assert report.status in ("warning", "error")


@pytest.mark.parametrize("case", FAULTY)
def test_it_began_when_it_was_injected_or_first_could_be_seen(report, label):
    window = fault_in(report, label).window
    onset = moment(label["onset"])
    seen = moment(label["first_symptom_in_log"]) if label.get("first_symptom_in_log") else onset

    assert window.onset_at_start == label["onset_at_start"]
    assert window.onset is not None
    assert label["onset_at_start"] or onset - NEAR_ENOUGH <= window.onset <= max(onset, seen) + NEAR_ENOUGH


@pytest.mark.parametrize("case", FAULTY)
def test_it_is_where_it_was_injected(report, label):
    scope, affected = fault_in(report, label).scope, label["affected"]
    apis = set(affected["apis"])
    if label["case"] == "d22":  # its label names the API that brings the load, clients saw three of them fail
        apis = {name for name in scope.apis if clients_saw(label, "status:500", api=name)}
        assert len(apis) == 3

    assert set(scope.nodes) == set(affected["nodes"])
    assert set(scope.apis) == apis


@pytest.mark.parametrize("case", FAULTY)
def test_it_is_at_the_upstream_where_it_was_injected(report, label):
    upstreams = set(label["affected"]["upstreams"])
    if label["root_cause"] == "wrong_port_after_config_change":  # the definition's new one, where nobody listens
        upstreams = {"http://telemetry.iot.example.net:9010"}

    assert upstreams <= set(fault_in(report, label).scope.upstreams)


def clients_saw(label: dict[str, Any], ends: str, *, node: str = "", api: str = "") -> int:
    """How many requests clients saw end so, after the onset, on that node and API."""
    total = 0
    for place, counts in label["truth_counts"]["clients_after_onset_by_node_api"].items():
        on, _, to = place.partition("|")
        if node in ("", on) and (not api or to == api.lower().replace(" ", "-")):
            total += sum(counts.get(end, 0) for end in ends.split())
    return total


def counts_of(report: LogsReport, classes: str, part: Callable[[ClassEntry], dict[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for id_ in classes.split():
        total.update(part(entry(report, id_)))
    return total


@pytest.mark.parametrize("case", COUNTED)
def test_the_counts_are_those_that_clients_saw(case, report, label):
    whole = Counter(label["truth_counts"]["clients_before_onset"])
    whole.update(label["truth_counts"]["clients_after_onset"])

    for classes, ends in COUNTED[case]:
        assert sum(entry(report, id_).requests for id_ in classes.split()) == sum(whole[end] for end in ends.split())


@pytest.mark.parametrize("case", COUNTED_BY_PLACE)
def test_the_counts_by_node_and_api_are_those_that_clients_saw(case, report, label):
    for classes, ends in COUNTED[case]:
        nodes = counts_of(report, classes, lambda one: one.nodes)
        apis = counts_of(report, classes, lambda one: one.apis)
        assert nodes == {node: clients_saw(label, ends, node=node) for node in nodes}
        assert apis == {api: clients_saw(label, ends, api=api) for api in apis}


def docker(line: str, _: str) -> str:
    return json.dumps({"log": f"{line}\n", "stream": "stderr", "time": "2026-11-20T08:00:00.123Z"})


def syslog(line: str, node: str) -> str:
    return f"Nov 20 08:40:00 {node} tyk[123]: {line}"


def rewrapped(case: Path, folder: Path, wrap: Callable[[str, str], str]) -> Path:
    """A copy of a case with every line of its logs inside what a collector puts around it."""
    shutil.copytree(case, folder, ignore=shutil.ignore_patterns("system*", "gateway.log*"))
    for path in case.glob("nodes/*/gateway.log*"):
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        lines = [wrap(line, path.parent.name) for line in text.splitlines()]
        (folder / path.relative_to(case)).with_name("gateway.log").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.mark.parametrize("wrap", [docker, syslog])
@pytest.mark.parametrize("name", ["d03", "d25"])
def test_what_collectors_put_around_the_lines_changes_no_answer(shared, tmp_path, name, wrap):
    case = shared / "lab/cases" / name

    plain, wrapped = report_of(case), report_of(rewrapped(case, tmp_path / name, wrap))

    assert [replace(one, samples=()) for one in wrapped.classes] == [replace(one, samples=()) for one in plain.classes]
    assert [(one.id, one.summary, one.scope) for one in wrapped.findings] == [
        (one.id, one.summary, one.scope) for one in plain.findings
    ]
    assert (wrapped.latency, wrapped.series) == (plain.latency, plain.series)
