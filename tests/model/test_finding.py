"""A finding always says what it rests on."""

from dataclasses import FrozenInstanceError

import pytest

from gwdiag.model.finding import Evidence, FileSource, Finding, Scope, Severity, Window


def finding(*evidence: Evidence) -> Finding:
    return Finding(id="dial", severity=Severity.ERROR, title="Dial", summary="It fails.", evidence=evidence)


def test_a_finding_without_evidence_cannot_be_made():
    with pytest.raises(ValueError, match=r"^finding 'dial' has no evidence$"):
        finding()


def test_a_finding_has_no_place_time_or_remedy_that_it_was_not_given():
    one = finding(Evidence(statement="7 of 9", value=7, source=FileSource(path="gw.log", line=3)))

    assert one == Finding(
        id="dial",
        severity=Severity.ERROR,
        title="Dial",
        summary="It fails.",
        evidence=(
            Evidence(statement="7 of 9", value=7, unit=None, source=FileSource(path="gw.log", line=3), sample=None),
        ),
        about=None,
        scope=Scope(nodes=(), apis=(), upstreams=(), clients=()),
        window=Window(onset=None, onset_at_start=False, first=None, last=None),
        remedies=(),
        runbook=None,
    )


def test_a_finding_cannot_be_changed():
    one = finding(Evidence(statement="7 of 9"))

    with pytest.raises(FrozenInstanceError):
        one.severity = Severity.INFO  # type: ignore[misc]


def test_severities_are_ranked():
    assert [(one.value, one.rank) for one in Severity] == [("info", 0), ("warning", 1), ("error", 2), ("critical", 3)]
