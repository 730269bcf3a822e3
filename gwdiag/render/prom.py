"""Prometheus' text exposition, for the textfile collector of node_exporter.

Source: the exposition formats of Prometheus, version 0.0.4. Only what a report says in figures: its status, its
findings, and what a command's own tables count.
"""

from collections import Counter
from typing import get_args

from gwdiag.model.finding import Severity
from gwdiag.model.report import Report, Status
from gwdiag.render import Renderer

STATUSES: tuple[str, ...] = get_args(Status)


def render(report: Report, width: int | None) -> str:
    lines = [
        "# HELP gwdiag_status 1 for the status that the last run had.",
        "# TYPE gwdiag_status gauge",
        *(_line("gwdiag_status", {"command": report.command, "status": one}, one == report.status) for one in STATUSES),
        "# HELP gwdiag_last_run_timestamp_seconds When the report was made.",
        "# TYPE gwdiag_last_run_timestamp_seconds gauge",
        _line("gwdiag_last_run_timestamp_seconds", {"command": report.command}, report.created.timestamp()),
        "# HELP gwdiag_findings Findings by id and severity.",
        "# TYPE gwdiag_findings gauge",
    ]
    found = Counter((one.id, one.severity) for one in report.findings if one.severity is not Severity.INFO)
    for (id_, severity), count in sorted(found.items()):
        lines.append(_line("gwdiag_findings", {"command": report.command, "id": id_, "severity": severity}, count))
    for name, help_, samples in report.metrics():
        lines += [f"# HELP {name} {help_}", f"# TYPE {name} gauge"]
        lines += [_line(name, labels, value) for labels, value in samples]
    return "\n".join(lines) + "\n"


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{inside}}} {float(value):.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


PROM = Renderer(title="Prometheus text exposition", render=render)
