"""What findings mean as a status, and what a report means as an exit status: every combination."""

from datetime import UTC, datetime

import pytest

from gwdiag.model.finding import Evidence, Finding, Severity
from gwdiag.model.problem import Exit
from gwdiag.model.report import Input, Report, exit_status, status_of

NONE, INFO, WARNING, ERROR, CRITICAL = None, Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.CRITICAL


def findings(worst: Severity | None) -> tuple[Finding, ...]:
    """One finding of that severity behind one of the least severity; none at all for None."""
    severities = (INFO, worst) if worst else ()
    evidence = (Evidence(statement="seen"),)
    return tuple(
        Finding(id=f"f{n}", severity=severity, title="t", summary="s", evidence=evidence)
        for n, severity in enumerate(severities)
    )


def report(worst: Severity | None, *, incomplete: bool, interrupted: bool = False) -> Report:
    found = findings(worst)
    return Report(
        command="logs",
        version="0",
        created=datetime(2026, 11, 20, tzinfo=UTC),
        host="gw",
        findings=found,
        status=status_of(found, incomplete),
        summary="",
        interrupted=interrupted,
    )


@pytest.mark.parametrize(
    ("worst", "incomplete", "status"),
    [
        (NONE, False, "ok"),
        (INFO, False, "ok"),
        (WARNING, False, "warning"),
        (ERROR, False, "error"),
        (CRITICAL, False, "error"),
        (NONE, True, "incomplete"),
        (INFO, True, "incomplete"),
        (WARNING, True, "warning"),
        (ERROR, True, "error"),
        (CRITICAL, True, "error"),
    ],
)
def test_the_status_is_the_worst_finding_and_incomplete_only_where_there_is_none(worst, incomplete, status):
    assert status_of(findings(worst), incomplete) == status


def test_the_order_of_the_findings_does_not_matter():
    assert status_of(reversed(findings(ERROR)), incomplete=False) == "error"


EXITS = [
    # worst, incomplete: --fail-on never, warning, error
    (NONE, False, Exit.OK, Exit.OK, Exit.OK),
    (INFO, False, Exit.OK, Exit.OK, Exit.OK),
    (WARNING, False, Exit.OK, Exit.FINDINGS, Exit.OK),
    (ERROR, False, Exit.OK, Exit.FINDINGS, Exit.FINDINGS),
    (CRITICAL, False, Exit.OK, Exit.FINDINGS, Exit.FINDINGS),
    (NONE, True, Exit.PARTIAL, Exit.PARTIAL, Exit.PARTIAL),
    (INFO, True, Exit.PARTIAL, Exit.PARTIAL, Exit.PARTIAL),
    (WARNING, True, Exit.OK, Exit.FINDINGS, Exit.OK),
    (ERROR, True, Exit.OK, Exit.FINDINGS, Exit.FINDINGS),
    (CRITICAL, True, Exit.OK, Exit.FINDINGS, Exit.FINDINGS),
]


@pytest.mark.parametrize(("worst", "incomplete", "never", "warning", "error"), EXITS)
def test_the_exit_status_of_every_worst_finding_and_threshold(worst, incomplete, never, warning, error):
    one = report(worst, incomplete=incomplete)

    assert [exit_status(one, None), exit_status(one, WARNING), exit_status(one, ERROR)] == [never, warning, error]


@pytest.mark.parametrize(("worst", "incomplete"), [row[:2] for row in EXITS])
def test_interrupted_is_130_whatever_was_found(worst, incomplete):
    one = report(worst, incomplete=incomplete, interrupted=True)

    assert {exit_status(one, threshold) for threshold in (None, WARNING, ERROR)} == {Exit.INTERRUPTED}


def test_a_command_without_tables_and_metrics_of_its_own_has_none():
    one = report(NONE, incomplete=False)

    assert (one.tables(), one.metrics()) == ((), ())
    assert (one.schema, one.inputs, one.causes) == ("gwdiag.report/1", (), ())


def test_an_input_that_gave_nothing():
    assert Input(path="x") == Input(
        path="x", node=None, format=None, bytes=0, lines=0, events=0, unparsed=0, first=None, last=None, problem=None
    )
