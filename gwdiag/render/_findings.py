"""Findings in the order and groups that people read them in."""

from collections.abc import Iterator
from itertools import groupby

from gwdiag.model.finding import Finding, Severity
from gwdiag.model.report import Report


def with_more(report: Report) -> Iterator[tuple[Finding, list[Finding]]]:
    """Each finding, with those that tell more of it. Where causes are named, they say what of the rest counts."""
    has_causes = bool(report.causes)
    for about, group in groupby(report.findings, key=lambda one: one.about or one.id):
        first, *more = group
        if has_causes:
            more = [one for one in more if one.severity is not Severity.INFO]
        if not has_causes or first.severity is not Severity.INFO:
            yield first, more if about == first.about else []
