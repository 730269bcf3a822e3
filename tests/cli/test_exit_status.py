"""Exit statuses: the same whatever is written, and told by the worst finding."""

import json

import pytest

OUTPUTS = ["text", "json", "md", "prom"]


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_status_does_not_depend_on_the_output(here, log, tmp_path, output):
    empty = tmp_path / "empty.log"
    empty.touch()
    healthy, failing = log("healthy"), log("many failures")

    statuses = [
        here("logs", *paths, "-o", output).status
        for paths in ([healthy], [failing], [tmp_path / "gone"], [healthy, empty], [failing, empty])
    ]
    assert statuses == [0, 1, 3, 4, 1]
    assert here("logs", healthy, "-o", output, "--nobody-knows-this").status == 2


def test_the_program_as_a_user_starts_it_ends_so_too(gwdiag, log, tmp_path):
    statuses = [
        gwdiag("logs", *paths).returncode
        for paths in ([log("healthy")], [log("many failures")], [], [tmp_path / "gone"], ["gone", log("healthy")])
    ]

    assert statuses == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "never", "warning", "error"),
    [("healthy", 0, 0, 0), ("a few failures", 0, 1, 0), ("many failures", 0, 1, 1)],
)
def test_fail_on_says_from_which_severity_on_it_fails(here, log, name, never, warning, error):
    statuses = [here("logs", log(name), "--fail-on", level).status for level in ("never", "warning", "error")]

    assert statuses == [never, warning, error]
    assert here("logs", log(name)).status == error


@pytest.mark.parametrize(
    ("name", "status"), [("healthy", "ok"), ("a few failures", "warning"), ("many failures", "error")]
)
def test_fail_on_changes_no_word_of_the_report(here, log, name, status):
    reports = [
        json.loads(here("logs", log(name), "-o", "json", "--fail-on", level).out) for level in ("never", "warning")
    ]

    assert [report["status"] for report in reports] == [status, status]


def test_never_failing_does_not_hide_that_something_was_not_read(here, log, tmp_path):
    ended = here("logs", log("healthy"), tmp_path / "gone", "--fail-on", "never")

    assert (ended.status, ended.err) == (4, f"gwdiag: {tmp_path}/gone: No such file or directory\n")


@pytest.mark.parametrize("output", ["text", "json", "jsonl", "md"])
def test_explaining_judges_nothing(here, output):
    assert here("explain", "connection refused", "-o", output).status == 0
    assert here("explain", "all is well", "-o", output).status == 0


def test_schema_and_runbooks_end_with_0(here):
    assert [here("schema").status, here("runbook", "list").status, here("runbook", "for", "dns_timeout").status] == [
        0,
        0,
        0,
    ]
