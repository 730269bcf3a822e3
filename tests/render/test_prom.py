"""Prometheus' text exposition."""

import re
from dataclasses import replace

from gwdiag.render.prom import render
from tests.render.reports import EMPTY, FULL, HOSTILE

LINE = re.compile(r'[a-z_]+\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,(?=[a-z]))?)*\} -?[0-9.e+-]+')


def test_an_empty_report():
    assert (
        render(EMPTY, None)
        == """\
# HELP gwdiag_status 1 for the status that the last run had.
# TYPE gwdiag_status gauge
gwdiag_status{command="logs",status="ok"} 1
gwdiag_status{command="logs",status="warning"} 0
gwdiag_status{command="logs",status="error"} 0
gwdiag_status{command="logs",status="incomplete"} 0
# HELP gwdiag_last_run_timestamp_seconds When the report was made.
# TYPE gwdiag_last_run_timestamp_seconds gauge
gwdiag_last_run_timestamp_seconds{command="logs"} 1795161600
# HELP gwdiag_findings Findings by id and severity.
# TYPE gwdiag_findings gauge
"""
    )


def test_findings_and_a_commands_own_figures_are_counted_and_what_is_no_trouble_is_not():
    twice = replace(FULL, findings=(*FULL.findings, FULL.findings[0]))

    assert render(twice, 80).splitlines()[2:6] == [
        'gwdiag_status{command="logs",status="ok"} 0',
        'gwdiag_status{command="logs",status="warning"} 0',
        'gwdiag_status{command="logs",status="error"} 1',
        'gwdiag_status{command="logs",status="incomplete"} 0',
    ]
    assert render(twice, 80).splitlines()[9:] == [
        "# HELP gwdiag_findings Findings by id and severity.",
        "# TYPE gwdiag_findings gauge",
        'gwdiag_findings{command="logs",id="dns_timeout",severity="error"} 2',
        "# HELP gwdiag_log_errors Failures.",
        "# TYPE gwdiag_log_errors gauge",
        'gwdiag_log_errors{class="dns_timeout",node="gw-1"} 198',
    ]


def test_labels_are_escaped():
    odd = replace(FULL.findings[0], id='a "quoted"\\path\nbreak')
    [line] = [one for one in render(replace(EMPTY, findings=(odd,)), None).splitlines() if "quoted" in one]

    assert line == 'gwdiag_findings{command="logs",id="a \\"quoted\\"\\\\path\\nbreak",severity="error"} 1'


def test_every_line_is_a_sample_or_a_comment_whatever_a_log_says():
    lines = render(HOSTILE, None).rstrip("\n").split("\n")

    assert [line for line in lines if not line.startswith("# ") and not LINE.fullmatch(line)] == []
