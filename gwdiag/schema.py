"""The JSON Schema of the reports, made from the same classes that they are made of."""

from pydantic import TypeAdapter

from gwdiag.explain import ExplainReport
from gwdiag.gateway.check import CheckReport
from gwdiag.heap.report import CaptureReport, DiffReport, TopReport, TrendReport
from gwdiag.lab.report import LabListReport, LabReport
from gwdiag.limits.report import LimitsReport
from gwdiag.logs.report import LogsReport
from gwdiag.model.report import SCHEMA
from gwdiag.probe.report import ProbeReport
from gwdiag.runbook.report import RunbookListReport, RunbookReport
from gwdiag.triage.report import TriageReport

REPORTS = {
    "logs": LogsReport,
    "explain": ExplainReport,
    "limits": LimitsReport,
    "probe": ProbeReport,
    "triage": TriageReport,
    "heap top": TopReport,
    "heap diff": DiffReport,
    "heap trend": TrendReport,
    "heap capture": CaptureReport,
    "gateway check": CheckReport,
    "lab list": LabListReport,
    "lab run": LabReport,
    "runbook list": RunbookListReport,
    "runbook show": RunbookReport,
}
"""The report of each command that writes one."""


def json_schema() -> dict[str, object]:
    """One schema for all reports; which one applies is told by `command`."""
    definitions: dict[str, object] = {}
    kinds = []
    for command, report in REPORTS.items():
        whole = TypeAdapter(report).json_schema(mode="serialization", ref_template="#/$defs/{model}")
        definitions |= whole.pop("$defs", {})
        whole["properties"] |= {"schema": {"const": SCHEMA}, "command": {"const": command}}
        kinds.append(whole)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        "$defs": _as_written(definitions),
        "oneOf": _as_written(kinds),
    }


def _as_written(part: object) -> object:
    """Python's `class_` is JSON's `class`, and every field is written, whether it has a default or not."""
    if isinstance(part, dict):
        written = {key.rstrip("_"): _as_written(value) for key, value in part.items()}
        if isinstance(fields := written.get("properties"), dict):
            written["required"] = list(fields)
        return written
    return [_as_written(one) for one in part] if isinstance(part, list) else part
